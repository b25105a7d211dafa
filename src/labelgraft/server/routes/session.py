"""The start of a session: the one-time token of the address that the terminal prints becomes a cookie."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from labelgraft.server import errors
from labelgraft.server.security import cookie
from labelgraft.server.sessions import KEPT_SECONDS, Sessions

router = APIRouter()


@router.get("/start", include_in_schema=False)
def start(request: Request, token: str = "") -> Response:
    """Exchange the token for a session, and go on to the first page, whose address holds no secret."""
    sessions: Sessions = request.app.state.sessions
    secret = sessions.open(token)
    if secret is None and not sessions.knows(cookie(request.headers, sessions.cookie_name)):
        return errors.answer(
            403, "used-token",
            "This address was used already, or is of an earlier start. Run `labelgraft serve` again for a new one.",
        )  # fmt: skip
    answer = RedirectResponse("/", 303)
    if secret is not None:
        answer.set_cookie(
            sessions.cookie_name, secret, max_age=KEPT_SECONDS, httponly=True, samesite="strict", path="/"
        )
    return answer
