"""A run while it goes on and after it: live metrics, what became of its rungs, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass

from labelgraft.domain.ids import ModelId
from labelgraft.domain.model import Run
from labelgraft.domain.training import EpochMetrics, TrainingProgress


@dataclass(frozen=True, slots=True)
class RungReport:
    """What became of one rung of the ladder. reason: a sentence."""

    name: str
    kept: bool
    reason: str


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run with its story so far.

    job: the number of the job that runs it, None where none is known. metrics: the evaluated epochs from number `first` on;
    metric_count: all of them, to ask for what comes after. A run that goes on after a kill may have fewer than before:
    then first is 0. notes: sentences for the user. model_id: what came of it.
    """

    run: Run
    job: int | None
    progress: TrainingProgress | None
    first: int
    metrics: tuple[EpochMetrics, ...]
    metric_count: int
    notes: tuple[str, ...]
    rungs: tuple[RungReport, ...]
    model_id: ModelId | None


@dataclass(frozen=True, slots=True)
class TrainingEstimate:
    """How long a training may take, told before it starts.

    low, high: between which it is expected to end; stopping early when nothing improves is counted in. labels: images it
    would train on now. basis: what was measured, and how sure that is, in words.
    """

    seconds: float
    low: float
    high: float
    labels: int
    basis: str
