"""Schemas of background work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from labelgraft.server.schemas.base import Count, Id, Schema
from labelgraft.workbench.front_door import JobStatus

State = Literal["running", "finished", "failed", "cancelled", "interrupted"]


class Job(Schema):
    """A piece of background work."""

    number: Id = Field(description="Its number in the workspace.", examples=[7])
    kind: str = Field(description="import, embed, map, train, predict, export, ...", examples=["import"])
    title: str = Field(description="What it does, in words.", examples=["Adding photos"])
    project_id: Id | None = Field(description="The project it works for, if one.", examples=[1])
    state: State = Field(description="interrupted: its process ended before it did.")
    started_at: datetime = Field(description="When it began.")
    ended_at: datetime | None = Field(description="When it ended; null while it runs.")
    unit: str = Field(description="What done and total count.", examples=["images"])
    done: Count = Field(description="How many units are finished.", examples=[320])
    total: Count = Field(description="How many there are; 0 while unknown.", examples=[1000])
    rate: float = Field(description="Units per second over the last while; 0 while unknown.", examples=[84.5])
    seconds_left: float | None = Field(description="Null while unknown.", examples=[8.0])
    message: str = Field(description="What it is at.", examples=["embedding"])
    reason: str = Field(description="Why it failed and what to try, in words.", examples=[""])
    resumable: bool = Field(
        description="Whether it can go on from its first unfinished step.", examples=[False]
    )


class JobStarted(Schema):
    """Work that was begun and goes on by itself."""

    job: Job = Field(description="The job; /events tells how it goes on.")


class JobWithResult(Job):
    """A job with what it gave."""

    result: Any = Field(description="What a finished job gave; null before. Its form depends on the kind.")


def job_of(status: JobStatus) -> Job:
    """A job as it goes over the wire."""
    return Job(**facts_of(status))


def facts_of(status: JobStatus) -> dict[str, Any]:
    """The fields of a job."""
    project_id = status.arguments.get("project_id")
    return {
        "number": status.number, "kind": status.kind, "title": status.title, "project_id": project_id,
        "state": status.state.value, "started_at": status.started, "ended_at": status.ended,
        "unit": status.unit, "done": status.done, "total": status.total, "rate": status.rate,
        "seconds_left": status.seconds_left, "message": status.message, "reason": status.reason,
        "resumable": status.state.resumable,
    }  # fmt: skip
