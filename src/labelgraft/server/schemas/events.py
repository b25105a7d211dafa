"""Schemas of what /events tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from labelgraft.domain.operation import Cause
from labelgraft.server.schemas.base import Count, Id, Schema
from labelgraft.server.schemas.jobs import Job, job_of
from labelgraft.workbench.watch import JobSeen, OperationSeen, ProjectSeen, RunSeen, Seen


class Hello(Schema):
    """The first event of every stream."""

    version: str = Field(
        description="Of Labelgraft; another one than before: load the page again.", examples=["0.1.0"]
    )
    operation_id: Count = Field(description="The newest operation at this moment.", examples=[41])
    complete: bool = Field(
        description="Whether everything since Last-Event-ID is told. If false, read anew what is on the screen.",
        examples=[True],
    )
    jobs: list[Job] = Field(description="The jobs that run now.")


class OperationMade(Schema):
    """Somebody, or a job, changed annotations; perhaps in this very browser."""

    project_id: Id = Field(description="The project.", examples=[1])
    operation_id: Id = Field(description="The operation.", examples=[42])
    cause: Cause = Field(description="What brought it about.")
    author: str = Field(description="Who.", examples=["ada"])
    made_at: datetime = Field(description="When.")
    summary: str = Field(
        description="What, in words.", examples=["12 images labelled cat by lasso on round 3"]
    )
    image_count: Count = Field(description="How many images it touched.", examples=[12])
    image_ids: list[Id] | None = Field(
        description="Which; null where they are more than 500.", examples=[[3, 17]]
    )
    reverts: Id | None = Field(description="The operation that it takes back, if one.", examples=[None])


class ProjectChanged(Schema):
    """A project came, went, or changed otherwise than by an operation."""

    project_id: Id = Field(description="The project.", examples=[1])
    change: Literal["created", "changed", "deleted"] = Field(description="What happened to it.")
    parts: list[str] = Field(
        description="What changed of it: project (its name, backbone, active model), classes, images (new ones), models, "
        "rounds, runs, proposals (shapes, as a model finds them).",
        examples=[["images"]],
    )


class RunWentOn(Schema):
    """A run has new numbers, or has ended."""

    project_id: Id = Field(description="The project.", examples=[1])
    run_id: Id = Field(description="The run.", examples=[3])
    state: Literal["waiting", "running", "stopped", "finished", "failed", "interrupted"] = Field(
        description="Where it stands."
    )
    metrics: list[dict[str, Any]] = Field(description="Each epoch evaluated since the last event.")
    progress: dict[str, Any] | None = Field(
        description="Phase, epoch, step and seconds left; null before the first."
    )


def event_of(seen: Seen) -> tuple[str, Schema]:
    """The name and the data of the event that tells it."""
    match seen:
        case OperationSeen():
            return "operation", operation_made(seen)
        case ProjectSeen():
            return "project", ProjectChanged.model_validate(
                {"project_id": seen.project_id, "change": seen.change, "parts": list(seen.parts)}
            )
        case JobSeen():
            return "job", job_of(seen.status)
        case RunSeen():
            return "run", run_went_on(seen)


def run_went_on(seen: RunSeen) -> RunWentOn:
    """A run as it is told."""
    return RunWentOn(
        project_id=seen.project_id, run_id=seen.run_id, state=seen.state.value,
        metrics=[dict(each) for each in seen.metrics],
        progress=None if seen.progress is None else dict(seen.progress),
    )  # fmt: skip


def operation_made(seen: OperationSeen) -> OperationMade:
    """An operation as it is told."""
    made = seen.operation
    return OperationMade(
        project_id=seen.project_id, operation_id=made.id, cause=made.cause, author=made.author.name,
        made_at=made.made_at, summary=made.summary, image_count=made.image_count, reverts=made.reverts,
        image_ids=None if seen.image_ids is None else [int(each) for each in seen.image_ids],
    )  # fmt: skip
