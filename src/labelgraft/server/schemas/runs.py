"""Schemas of runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from labelgraft.domain.live_run import LiveRun
from labelgraft.domain.model import Run as RunValue
from labelgraft.domain.model import RunState
from labelgraft.domain.training import EpochMetrics
from labelgraft.server.schemas.base import Count, Id, Schema, Share
from labelgraft.server.schemas.jobs import JobStarted


class Run(Schema):
    """One training."""

    id: Id = Field(description="Its number.", examples=[3])
    name: str = Field(description="Of the model to be.", examples=["linear-1"])
    description: str = Field(description="What its author wrote.", examples=[""])
    settings: dict[str, Any] = Field(description="Everything that was chosen.")
    state: RunState = Field(description="Where it stands.")
    reason: str = Field(description="How it ended, in words.", examples=[""])
    started_at: datetime = Field(description="When it began.")
    finished_at: datetime | None = Field(description="When it ended; null before.")


class RunStarted(JobStarted):
    """A training that was begun and goes on by itself."""

    run: Run = Field(description="The run; its address tells how it goes on.")


class RunProgress(Schema):
    """How far a run is in its phase."""

    phase: str = Field(description="activations, head, last blocks, whole network or scratch.")
    epoch: Count = Field(description="The current one, from 1.", examples=[3])
    epochs: Count = Field(description="Of the phase.", examples=[30])
    step: Count = Field(description="Steps done.", examples=[12])
    steps: Count = Field(description="Steps of the phase.", examples=[120])
    seconds_left: float | None = Field(description="Of the phase; null while unknown.", examples=[9.5])


class ClassSeries(Schema):
    """One class over the epochs; one value per epoch of `metrics`."""

    class_name: str = Field(description="The class.", examples=["cat"])
    recall: list[Share] = Field(description="Share of its held-out images found.")
    precision: list[Share] = Field(description="Share of what was called this that is this.")
    support: Count = Field(description="Its held-out images.", examples=[12])


class Metrics(Schema):
    """Evaluated epochs as columns of equal length, from number `first` on. Ask again with after = first + length."""

    first: Count = Field(description="The number of the first epoch here, from 0; 0 although more were asked for: the run "
                         "went back to a checkpoint, draw anew.", examples=[0])  # fmt: skip
    total: Count = Field(description="Epochs evaluated so far.", examples=[4])
    phase: list[str] = Field(description="head, last blocks, whole network or scratch.")
    epoch: list[Count] = Field(description="Within the phase, from 1.")
    step: list[Count] = Field(description="Within the phase.")
    loss_train: list[float] = Field(description="Mean cross-entropy on the images trained on.")
    loss_held_out: list[float | None] = Field(description="On held-out images; null without any.")
    accuracy_train: list[Share] = Field(description="On the images trained on.")
    accuracy_held_out: list[Share | None] = Field(description="On held-out images; null without any.")
    learning_rate: list[float] = Field(description="Of the head.")
    per_class: list[ClassSeries] = Field(description="Each class on the held-out images; empty without any.")


class Rung(Schema):
    """What became of one rung of the ladder."""

    name: str = Field(description="head, last blocks, whole network or scratch.")
    kept: bool = Field(description="Whether it was better on images it was not trained on.")
    reason: str = Field(description="Why, in words.")


class RunDetails(Run):
    """A training with its story so far."""

    job: Id | None = Field(description="The job that runs it.", examples=[12])
    model_id: Id | None = Field(description="The model that came of it.", examples=[None])
    progress: RunProgress | None = Field(
        description="Null before its first step, and for heads, which take seconds."
    )
    metrics: Metrics = Field(description="Loss and accuracy, epoch by epoch.")
    notes: list[str] = Field(description="Sentences from the training.")
    rungs: list[Rung] = Field(description="What became of each rung, at the end.")


def run_of(run: RunValue) -> Run:
    """A run as it goes over the wire."""
    return Run(**facts_of(run))


def facts_of(run: RunValue) -> dict[str, Any]:
    """The fields of a run; its folder stays here."""
    return {
        "id": run.id, "name": run.name, "description": run.description, "settings": dict(run.settings),
        "state": run.state, "reason": run.reason, "started_at": run.started_at, "finished_at": run.finished_at,
    }  # fmt: skip


def details_of(live: LiveRun) -> RunDetails:
    """A run with its story as it goes over the wire."""
    progress = None if live.progress is None else RunProgress.model_validate(live.progress)
    return RunDetails(
        **facts_of(live.run), job=live.job, model_id=live.model_id, progress=progress, metrics=metrics_of(live),
        notes=list(live.notes), rungs=[Rung.model_validate(each) for each in live.rungs],
    )  # fmt: skip


def metrics_of(live: LiveRun) -> Metrics:
    """Epochs as columns."""
    rows = live.metrics
    return Metrics(
        first=live.first, total=live.metric_count, phase=[row.phase for row in rows],
        epoch=[row.epoch for row in rows], step=[row.step for row in rows],
        loss_train=[row.loss_train for row in rows], loss_held_out=[row.loss_held_out for row in rows],
        accuracy_train=[row.accuracy_train for row in rows],
        accuracy_held_out=[row.accuracy_held_out for row in rows],
        learning_rate=[row.learning_rate for row in rows], per_class=series_of(rows),
    )  # fmt: skip


def series_of(rows: tuple[EpochMetrics, ...]) -> list[ClassSeries]:
    """Each class over the epochs."""
    if not rows or any(len(row.per_class) != len(rows[0].per_class) for row in rows):
        return []
    return [
        ClassSeries(
            class_name=each.class_name, recall=[row.per_class[at].recall for row in rows],
            precision=[row.per_class[at].precision for row in rows], support=each.support,
        )
        for at, each in enumerate(rows[0].per_class)
    ]  # fmt: skip
