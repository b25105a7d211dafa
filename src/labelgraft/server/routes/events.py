"""What happens, as it happens: server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from labelgraft.server.hub import Hub
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import ErrorBody
from labelgraft.server.schemas.events import Hello, OperationMade, ProjectChanged, RunWentOn
from labelgraft.server.schemas.jobs import Job

router = resource("events")

RETRY_MS = 1_000
"""How long a browser waits before it comes back."""


@router.get("/events", operation_id="events", response_class=EventSourceResponse)
async def events(
    request: Request,
    last_event_id: Annotated[
        str | None,
        Header(max_length=20, pattern=r"^\d{0,16}$", description="Where an earlier stream broke off."),
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """A stream of `hello`, `operation`, `project`, `job` and `run`; /api/v1/openapi.json describes each under webhooks.

    A stream that breaks off goes on where it was: each event has an id that browsers send back as Last-Event-ID.
    """
    hub: Hub = request.app.state.hub
    last = int(last_event_id) if last_event_id else None
    async for told in hub.listen(last):
        yield ServerSentEvent(
            event=told.name, raw_data=told.data.model_dump_json(), id=str(told.number), retry=RETRY_MS
        )


kinds = APIRouter(tags=["events"], responses={422: {"model": ErrorBody}})
"""Not routes: what the data of each kind of event are, for the schema."""


@kinds.post("hello", operation_id="event_hello")
def hello(body: Hello) -> None:
    """The first event of every stream."""
    del body


@kinds.post("operation", operation_id="event_operation")
def operation(body: OperationMade) -> None:
    """Annotations were changed."""
    del body


@kinds.post("project", operation_id="event_project")
def project(body: ProjectChanged) -> None:
    """A project came, went, or changed otherwise than by an operation."""
    del body


@kinds.post("job", operation_id="event_job")
def job(body: Job) -> None:
    """A job began, went on or ended."""
    del body


@kinds.post("run", operation_id="event_run")
def run(body: RunWentOn) -> None:
    """A run has new numbers, or has ended."""
    del body
