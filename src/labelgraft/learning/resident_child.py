"""The child's side of the resident process: takes requests from its standard input until that closes.

Requests and replies are pickles between two processes of ours over a pipe that nobody else can write to.
Whatever a library prints goes to standard error: standard output carries the replies.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pickle
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from labelgraft.errors import JobFailed, LabelgraftError, OutOfMemory

PROGRESS_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Request:
    """One call: a function of the learning room by its full name, and its arguments."""

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Progressed:
    """The share done, 0 to 1, and what is being done."""

    share: float
    doing: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The call ended with a value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """The call ended with an error; trace is the child's own, for a log."""

    error: LabelgraftError
    trace: str


def main() -> None:
    """Answer requests, one after the other, until the parent closes the pipe or is gone."""
    requests, replies = _claim_pipes()
    with requests, replies:
        while True:
            try:
                request = pickle.load(requests)  # noqa: S301  our own parent's
            except EOFError:
                return
            try:
                _send(replies, _answer(request, replies))
            except BrokenPipeError:
                return


def _claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def _answer(request: Request, replies: BinaryIO) -> Returned | Raised:
    try:
        module, _, name = request.function.rpartition(".")
        function = getattr(importlib.import_module(module), name)
        extra: dict[str, Any] = {}
        if "progress" in inspect.signature(function).parameters and "progress" not in request.kwargs:
            extra["progress"] = _reporter(replies)
        return Returned(function(*request.args, **request.kwargs, **extra))
    except MemoryError:
        words = (
            f"{request.function} ran out of memory. Nothing was changed. "
            "Close other programs, or take fewer images."
        )
        return Raised(OutOfMemory(words), traceback.format_exc())
    except LabelgraftError as error:
        return Raised(_that_travels(error), traceback.format_exc())
    except Exception as error:  # noqa: BLE001  a job's failure must reach the user, and end nothing else
        words = (
            f"{request.function} failed with {type(error).__name__}: {error}. Nothing was changed. "
            "This is a fault of Labelgraft or of a library: please report it with the log."
        )
        return Raised(JobFailed(words), traceback.format_exc())


def _that_travels(error: LabelgraftError) -> LabelgraftError:
    """The error itself, or its words in a JobFailed where it cannot be rebuilt in the parent."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  made one call earlier
    except Exception:  # noqa: BLE001  any constructor may refuse in its own way
        return JobFailed(str(error))
    return error


def _reporter(replies: BinaryIO) -> Callable[[float, str], None]:
    last = (0.0, "")

    def report(share: float, doing: str) -> None:
        nonlocal last
        now = time.monotonic()
        if doing != last[1] or now - last[0] >= PROGRESS_SECONDS:
            last = (now, doing)
            _send(replies, Progressed(share, doing))

    return report


def _send(replies: BinaryIO, message: Progressed | Returned | Raised) -> None:
    pickle.dump(message, replies, protocol=pickle.HIGHEST_PROTOCOL)
    replies.flush()
