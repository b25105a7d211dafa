"""Routers of resources, strict about what they are asked.

A JSON body must be JSON in the narrow sense: no NaN, no key twice, not nested without end, no broken Unicode. A query
parameter that the route does not know is refused, so that a mistyped filter never lists everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

LIMIT = "labelgraft_body_bytes"
ERROR_BODY = "#/components/schemas/ErrorBody"
"""By its name, since FastAPI would say of a route that sends pictures that its errors are pictures too."""
DEEPEST = 64
"""Levels of lists and objects that a body may nest; ours need six."""

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {"application/json": {"schema": {"$ref": ERROR_BODY}}}}
    for status, description in {
        400: "The request cannot be understood.",
        401: "No session and no token.",
        403: "From another site, or under another host name.",
        404: "There is nothing of that name or number.",
        409: "The data changed since the caller looked, or are not ready for this yet.",
        413: "The body is larger than this route takes.",
        415: "The body is of another type than this route takes.",
        422: "What was given cannot be used.",
        500: "An unforeseen error; the server's log has it under the id.",
        503: "Something outside of this process cannot be used now.",
        507: "The workspace cannot be written: the disk is full, or read-only.",
    }.items()
}
"""The answers that any route may give beside its own."""


def resource(tag: str) -> APIRouter:
    """A router for the routes of one resource."""
    return APIRouter(tags=[tag], route_class=StrictRoute, responses=ERRORS)


class StrictRequest(Request):
    """A request whose body is JSON in the narrow sense."""

    async def json(self) -> Any:
        """The body's value. Raises json.JSONDecodeError, saying what is wrong."""
        return strict_json(await self.body())


def takes(body_bytes: int) -> Callable[[Endpoint], Endpoint]:
    """Let a route take a larger body than others: `@takes(4 * GIBIBYTE)` below the route's own decorator."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, LIMIT, body_bytes)
        return endpoint

    return mark


class StrictRoute(APIRoute):
    """A route that refuses query parameters it does not know, and bodies that are too large."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, after the request was looked at."""
        answer = super().get_route_handler()
        known = query_names(self.dependant)
        own_limit: int | None = getattr(self.endpoint, LIMIT, None)

        async def strict(request: Request) -> Response:
            limit = own_limit or request.app.state.options.body_bytes
            refuse_unknown(request, known)
            return await answer(StrictRequest(request.scope, at_most(limit, request)))

        return strict


def at_most(limit: int, request: Request) -> Receive:
    """What the request receives, as long as its body stays below the limit. Raises HTTPException 413."""
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > limit:
        raise too_large(limit)
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise too_large(limit)
        return message

    return receive


def too_large(limit: int) -> HTTPException:
    """The error for a body over the limit; what else the client would send is not read."""
    said = f"The body is larger than {limit:,} bytes. Nothing was changed."
    return HTTPException(413, said, headers={"Connection": "close"})


def query_names(dependant: Dependant) -> frozenset[str]:
    """The query parameters of a route, those of its dependencies and of its parameter models too."""
    names: set[str] = set()
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            names.update(each.alias or name for name, each in model.model_fields.items())
        else:
            names.add(field.alias)
    return frozenset(names).union(*map(query_names, dependant.dependencies))


def refuse_unknown(request: Request, known: frozenset[str]) -> None:
    """Raises RequestValidationError for a query parameter that is not known, or that holds a NUL."""
    for name, value in request.query_params.multi_items():
        if name not in known:
            expected = ", ".join(sorted(known)) or "none"
            raise invalid("query", name, f"there is no such parameter; this route takes: {expected}")
        if "\0" in value:
            raise invalid("query", name, "holds a NUL character")


def invalid(where: str, name: str, message: str) -> RequestValidationError:
    """The error for one thing of a request that cannot be used."""
    return RequestValidationError([{"type": "refused", "loc": (where, name), "msg": message, "input": None}])


def strict_json(body: bytes) -> Any:
    """The value of a JSON text. Raises json.JSONDecodeError."""
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_no_twins)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError("is not UTF-8", "", error.start) from error
    except RecursionError as error:
        raise json.JSONDecodeError(f"is nested deeper than {DEEPEST} levels", "", 0) from error
    except ValueError as error:  # from the hooks, or a number of thousands of digits
        raise json.JSONDecodeError(str(error), "", 0) from error
    _check_depth(value)
    if "\\u" in text:
        _check_characters(value)
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number in JSON")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise ValueError(f"the key {twice[:80]!r} comes twice in one object")
    return found


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for each in level if isinstance(each, (dict, list)) for inner in _inside(each)]
        level = [each for each in level if isinstance(each, (dict, list))]
        if not level:
            return
    raise json.JSONDecodeError(f"is nested deeper than {DEEPEST} levels", "", 0)


def _inside(value: dict[str, Any] | list[Any]) -> list[Any]:
    return value if isinstance(value, list) else list(value.values())


def _check_characters(value: Any) -> None:
    """Escapes can spell half of a character, or a NUL, which no database holds."""
    spelled = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in spelled:
        raise json.JSONDecodeError("holds a NUL character", "", 0)
    try:
        spelled.encode()
    except UnicodeEncodeError:
        raise json.JSONDecodeError("holds half of a surrogate pair", "", 0) from None
