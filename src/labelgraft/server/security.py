"""Who may ask, and what every answer carries.

The server listens on this machine alone, but any page that a browser shows may try to talk to it. So: the Host must be a
name of this machine (a foreign site may have given its own name our address), requests from other sites are refused, and
a session cookie or a program's token is needed for everything below /api.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labelgraft.server import errors
from labelgraft.server.options import ServerOptions
from labelgraft.server.patience import patient
from labelgraft.server.sessions import Sessions

API: Final = "/api/"
OPEN: Final = frozenset({"/api/v1/health"})
"""What is answered without a session."""
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
"""No script and no style but our files, no eval. What components set through the object model is not touched by it."""


class Guard:
    """Looks at every request before anything else does, and gives every answer its headers."""

    def __init__(self, app: ASGIApp, options: ServerOptions, sessions: Sessions) -> None:
        self._app = app
        self._options = options
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no websockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        began = False

        async def with_headers(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                protect(MutableHeaders(scope=message))
            await send(message)

        refused = self._refusal(scope)
        if refused is not None:
            await errors.answer(*refused)(scope, receive, with_headers)
            return
        try:
            await self._app(scope, patient(receive), with_headers)
        except Exception as error:
            if began:
                errors.log.error("an answer broke off", exc_info=error)
                raise
            await errors.unforeseen(error)(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        """Status, code and message for a request that is not answered; None for one that is."""
        headers, path = Headers(scope=scope), scope["path"]
        if host_name(headers.get("host", "")) not in self._options.hosts:
            return (
                403,
                "foreign-host",
                "This server answers only under its own name: open http://127.0.0.1 instead.",
            )
        if foreign(headers, writes=scope["method"] not in SAFE_METHODS, api=path.startswith(API)):
            return 403, "foreign-site", "The request came from another site. Nothing was changed."
        if not path.startswith(API) or path in OPEN or self._knows(headers):
            return None
        return (
            401, "not-signed-in",
            "This browser has no session here. Open the address that `labelgraft serve` prints; what you changed is kept.",
        )  # fmt: skip

    def _knows(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return same(token.strip(), self._options.program_token)
        return self._sessions.knows(cookie(headers, self._sessions.cookie_name))


def foreign(headers: Headers, *, writes: bool, api: bool) -> bool:
    """Whether a browser says that another site asks for this.

    Another port of this machine counts as another site too, though cookies go there. Programs send neither header.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and (api or writes) and site not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    return (api or writes) and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def host_name(host: str) -> str:
    """The name of a Host header without its port; "" if it is none."""
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?", host)
    return found[1].lower() if found else ""


def cookie(headers: Headers, name: str) -> str:
    """The value of a cookie, "" where there is none."""
    for part in headers.get("cookie", "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


def same(given: str, expected: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing."""
    return hmac.compare_digest(hashed(given), hashed(expected))


def hashed(secret: str) -> str:
    """What is kept of a secret. They are random and long, so a plain digest cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def protect(headers: MutableHeaders) -> None:
    """Give an answer the headers that keep browsers strict; what the route chose itself stays."""
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cache-Control", "no-store")
