"""A model: backbone + head + classes + preprocessing, with the run that made it and its measured quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from labelgraft.domain.ids import ModelId, RunId


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured share with its 95 % interval, all 0 to 1, from `count` images."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class ClassQuality:
    """Quality on one class; support counts its held-out images."""

    class_name: str
    precision: Interval
    recall: Interval
    support: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a model was on images it was not trained on.

    measured_on: "test split" or "K-fold", in words. log_loss and calibration_error after calibration.
    """

    measured_on: str
    accuracy: Interval
    log_loss: float
    calibration_error: float
    per_class: tuple[ClassQuality, ...]


class RunState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Run:
    """One training: settings, state, and the folder with its live metrics and checkpoints."""

    id: RunId
    name: str
    description: str
    settings: Mapping[str, Any]
    state: RunState
    reason: str
    folder: str
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model in the list.

    head: linear, mlp, finetune or scratch. class_names: in the order of the head's outputs.
    folder: holds model.safetensors and model.json. parent_id: the model it was trained on from.
    """

    id: ModelId
    name: str
    description: str
    head: str
    backbone: str
    class_names: tuple[str, ...]
    run_id: RunId | None
    parent_id: ModelId | None
    quality: Quality | None
    labels_used: int
    folder: str
    created_at: datetime
