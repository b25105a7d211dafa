"""Makes a verb of the workbench into the same verb over HTTP."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from labelgraft.domain.json_values import from_json, to_json
from labelgraft.workbench.verbs import hints_of

if TYPE_CHECKING:
    from labelgraft.remote.connection import Connection

P = ParamSpec("P")
Given = TypeVar("Given")


class Caller:
    """Calls verbs of one thing on the server; path: where that is, "" for the workspace."""

    def __init__(self, connection: Connection, path: str = "") -> None:
        self._connection = connection
        self._path = path

    def _call(self, local: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        body = {"arguments": {each: to_json(value) for each, value in arguments.items()}}
        answer = self._connection.send("POST", f"{self._path}/verbs/{local.__name__}", body)
        return from_json(hints_of(local)["return"], answer["value"])


def verb(local: Callable[Concatenate[Any, P], Given]) -> Callable[Concatenate[Any, P], Given]:
    """The same verb with the same arguments, answer and errors, done by the server."""
    signature = inspect.signature(local)

    @functools.wraps(local)
    def remote(self: Caller, /, *args: P.args, **kwargs: P.kwargs) -> Given:
        given = dict(signature.bind(self, *args, **kwargs).arguments)
        given.pop("self")
        return cast(Given, self._call(local, given))

    return remote
