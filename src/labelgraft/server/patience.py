"""Bounds on how long a client may take to say what it wants."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 20.0
"""For the head of a request, from the first byte to the empty line; also for a connection that says nothing."""
BODY_SECONDS = 30.0
"""Between two pieces of a body."""


class PatientProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, but a head that does not come to its end costs the client its connection."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """A client says something."""
        if self._is_between_requests():
            self._wait()
        super().data_received(data)
        if not self._is_between_requests():
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """A client has gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _hang_up(self) -> None:
        self._waiting = None
        if self._is_between_requests() and not self.transport.is_closing():
            self.transport.close()


def patient(receive: Receive) -> Receive:
    """The same, but a body whose next piece does not come is given up. After the body it waits as long as it takes."""
    over = False

    async def next_piece() -> Message:
        nonlocal over
        if over:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), BODY_SECONDS)
        except TimeoutError:
            over = True
            raise HTTPException(
                408,
                "The body of the request did not come to its end. Nothing was changed.",
                headers={"Connection": "close"},
            ) from None
        over = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    return next_piece
