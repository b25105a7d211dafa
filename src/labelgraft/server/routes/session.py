"""The start of a session: the one-time token of the address that the terminal prints becomes a cookie."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from labelgraft.server import errors
from labelgraft.server.resource import resource
from labelgraft.server.schemas.session import StartLink
from labelgraft.server.security import cookie
from labelgraft.server.sessions import KEPT_SECONDS, Sessions

router = APIRouter()
PAGE = re.compile(r"/|(/[A-Za-z0-9_-]+)+")
"""Addresses of our own pages: a path, never another site."""
links = resource("session")


@router.get("/start", include_in_schema=False)
def start(request: Request, token: str = "", to: str = "/") -> Response:
    """Exchange the token for a session, and go on to a page of ours, whose address holds no secret."""
    sessions: Sessions = request.app.state.sessions
    secret = sessions.open(token)
    if secret is None and not sessions.knows(cookie(request.headers, sessions.cookie_name)):
        return errors.answer(
            403, "used-token",
            "This address was used already, or is of an earlier start. Run `labelgraft serve` again for a new one.",
        )  # fmt: skip
    answer = RedirectResponse(to if PAGE.fullmatch(to) else "/", 303)
    if secret is not None:
        answer.set_cookie(
            sessions.cookie_name, secret, max_age=KEPT_SECONDS, httponly=True, samesite="strict", path="/"
        )
    return answer


@links.post("/start-links", operation_id="new_start_link", status_code=201)
def new_start_link(request: Request) -> StartLink:
    """An address that opens one more session, once: for another browser of the same person."""
    sessions: Sessions = request.app.state.sessions
    return StartLink(url=f"http://{request.headers['host']}/start?token={sessions.new_start_token()}")
