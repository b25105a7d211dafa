"""Calls that must not happen on a thread whose event loop is running, as every cell of a notebook does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def apart_from_event_loops(function: Callable[P, R]) -> Callable[P, R]:
    """The same function; called under a running event loop it runs on a thread of its own, and the caller waits.

    DBOS refuses its plain calls there, since they would hold up the loop; a notebook's user expects to wait.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return function(*args, **kwargs)
        with ThreadPoolExecutor(1, thread_name_prefix="labelgraft-apart") as thread:
            return thread.submit(function, *args, **kwargs).result()

    return call
