"""The one place where errors become answers: status, code, message, and what to do."""

from __future__ import annotations

import dataclasses
import logging
import re
import secrets
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from labelgraft import errors
from labelgraft.server.schemas.base import ErrorBody, ErrorFacts

STATUSES: tuple[tuple[type[errors.LabelgraftError], int], ...] = (
    (errors.UnknownName, 404),
    (errors.UnknownNumber, 404),
    (errors.UnknownPlace, 404),
    (errors.TooLarge, 413),
    (errors.AlreadyExists, 409),
    (errors.NotEnoughLabels, 409),
    (errors.BadInput, 422),
    (errors.Conflict, 409),
    (errors.WorkspaceUnwritable, 507),
    (errors.WorkspaceLocked, 503),
    (errors.WorkspaceError, 503),
    (errors.Unreachable, 503),
    (errors.MissingExtra, 503),
    (errors.JobCancelled, 409),
    (errors.JobError, 503),
    (errors.LabelgraftError, 500),
)
"""The status of each error; the first that fits."""

REMEDIES: tuple[tuple[type[errors.LabelgraftError], str], ...] = (
    (errors.StaleRevision, "Look at what the image has now, and choose which of the two to keep."),
    (errors.NothingLabelled, "Label some images first."),
    (errors.WorkspaceUnwritable, "Make room on the disk, then try again; nothing that was saved is lost."),
    (errors.WorkspaceDamaged, "Stop the server and put a backup in place: labelgraft restore"),
)
"""What to do, for errors whose message is for a terminal."""

CODES = {
    400: "bad-request",
    401: "not-signed-in",
    403: "refused",
    404: "not-found",
    405: "method-not-allowed",
    408: "too-slow",
    413: "too-large",
    415: "wrong-type",
    422: "invalid-request",
    431: "too-large",
}

log = logging.getLogger("labelgraft.server")


def status_of(error: errors.LabelgraftError) -> int:
    """The HTTP status for an error."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def code_of(error: errors.LabelgraftError) -> str:
    """The error's class in the spelling of the interface: UnknownName becomes unknown-name."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()


def answer(
    status: int, code: str, message: str, *, remedy: str | None = None, number: str | None = None,
    detail: dict[str, Any] | None = None, headers: dict[str, str] | None = None,
) -> JSONResponse:  # fmt: skip
    """An error as an answer."""
    body = ErrorBody(error=ErrorFacts(code=code, message=message, remedy=remedy, id=number, detail=detail))
    return JSONResponse(body.model_dump(mode="json"), status, headers=headers)


def foreseen(error: errors.LabelgraftError, detail: dict[str, Any] | None = None) -> JSONResponse:
    """The answer to an error that we raise on purpose; its text is meant for the user as it is.

    detail: in place of what is known of the error alone.
    """
    remedy = next((text for kind, text in REMEDIES if isinstance(error, kind)), None)
    return answer(
        status_of(error), code_of(error), str(error), remedy=remedy, detail=detail or detail_of(error)
    )


def detail_of(error: errors.LabelgraftError) -> dict[str, Any] | None:
    """What a program needs to go on after an error."""
    if isinstance(error, errors.StaleRevision):
        current = [dataclasses.asdict(each) for each in error.current]
        return {
            "image_id": error.image_id,
            "expected_revision": error.expected,
            "revision": error.found,
            "current": current,
        }
    return None


def unforeseen(error: Exception) -> JSONResponse:
    """The answer to a fault of ours: its number, under which the log has the rest; nothing of the rest."""
    number = secrets.token_hex(6)
    log.error("unforeseen error %s", number, exc_info=error)
    message = (
        f"Something went wrong in the server that it did not foresee (error {number}). What was saved before is safe; "
        "this request may have done nothing."
    )
    return answer(
        500, "unforeseen", message, remedy="Try again, or look into the server's log.", number=number
    )


def invalid_request(error: RequestValidationError) -> JSONResponse:
    """The answer to a request whose parts do not fit their schema, each part named."""
    parts = [
        {"where": ".".join(str(step) for step in each["loc"]), "message": reason(each)}
        for each in error.errors()
    ]
    shown = "; ".join(f"{part['where']}: {part['message']}" for part in parts[:5])
    more = f"; and {len(parts) - 5} more" if len(parts) > 5 else ""
    return answer(
        422, "invalid-request", f"{shown}{more}. Nothing was changed.", detail={"parts": parts[:100]}
    )


def reason(part: dict[str, Any]) -> str:
    """What is wrong with a part, in words."""
    said = str(part["msg"])
    told = str(part.get("ctx", {}).get("error", "")) if part["type"] == "json_invalid" else ""
    return f"{said}: {told}" if told else said


def install(app: FastAPI) -> None:
    """Make these the answers of the application."""

    async def on_foreseen(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, errors.LabelgraftError)
        return foreseen(error)

    async def on_invalid(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return invalid_request(error)

    async def on_http(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = CODES.get(error.status_code, "refused" if error.status_code < 500 else "unforeseen")
        headers = dict(error.headers) if error.headers else None
        return answer(error.status_code, code, str(error.detail), headers=headers)

    app.add_exception_handler(errors.LabelgraftError, on_foreseen)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
