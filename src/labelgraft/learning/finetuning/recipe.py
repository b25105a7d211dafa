"""How one phase of a training is run: step sizes, schedule, batches. And the data it is run on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Floats, Ints
from labelgraft.errors import BadInput, NothingLabelled, ShapeMismatch


class Schedule(StrEnum):
    """How the learning rate moves over a phase."""

    ONE_CYCLE = "one-cycle"
    COSINE = "cosine"
    STEP = "step"


class Optimiser(StrEnum):
    """What turns gradients into steps."""

    ADAMW = "adamw"
    SGD = "sgd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One phase. learning_rate: of the head; the upper part moves at learning_rate * upper_factor.

    clip: largest length of the gradient.
    gamma, epochs_per_gamma_step: for Schedule.STEP only. learns_statistics: batch norm follows the batches
    (only from 16 images on). patience: evaluations without a gain of `delta` before the phase ends.
    """

    phase: str
    epochs: int
    batch_size: int = 32
    learning_rate: float = 1e-3
    upper_factor: float = 0.1
    optimiser: Optimiser = Optimiser.ADAMW
    schedule: Schedule = Schedule.ONE_CYCLE
    gamma: float = 0.1
    epochs_per_gamma_step: int = 0
    evaluation_period: int = 1
    weight_decay: float = 0.01
    label_smoothing: float = 0.0
    mixup: float = 0.0
    clip: float = 10.0
    learns_statistics: bool = False
    patience: int = 5
    delta: float = 0.001
    seed: int = 0

    def rate_factor(self, done: float) -> float:
        """What the learning rate is multiplied by; done: share of the phase that lies behind, 0 to 1."""
        if self.schedule is Schedule.STEP:
            return float(self.gamma ** (int(done * self.epochs + 1e-9) // max(1, self.epochs_per_gamma_step)))
        if self.schedule is Schedule.COSINE:
            return 0.5 * (1 + math.cos(math.pi * done))
        rise = 0.25
        if done < rise:
            return 0.04 + 0.96 * 0.5 * (1 - math.cos(math.pi * done / rise))
        return 0.5 * (1 + math.cos(math.pi * (done - rise) / (1 - rise)))


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a phase sees; rows are images.

    inputs: (N, V, ...) activations in floating point, or prepared pixels (N, V, H, W, 3) uint8; view 0 is
    the image itself. targets: (N, C) float32, 1 where the image has the class. held_out: (N,), True = only
    measured on. Raises ShapeMismatch, NothingLabelled, BadInput when made.
    """

    inputs: AnyArray
    targets: Floats
    held_out: Bools
    class_names: tuple[str, ...]
    multi_label: bool = False

    def __post_init__(self) -> None:
        shape = (len(self.inputs), len(self.class_names))
        if self.targets.shape != shape or self.held_out.shape != shape[:1]:
            raise ShapeMismatch(
                f"inputs and class names ask for targets {shape} and held_out {shape[:1]}, found "
                f"{self.targets.shape} and {self.held_out.shape}"
            )
        if len(self.train_rows) == 0:
            raise NothingLabelled("No labelled image is left to train on. Label some, or hold out fewer.")
        if not self.multi_label and not np.all(self.targets.sum(axis=1) == 1.0):
            raise BadInput("An image to train on has no class or several, but the project is single-label.")

    def only(self, rows: Ints) -> TrainingData:
        """These rows alone, all to train on; copies what is memory-mapped."""
        none_held_out = np.zeros(len(rows), np.bool_)
        return TrainingData(
            self.inputs[rows], self.targets[rows], none_held_out, self.class_names, self.multi_label
        )

    @property
    def train_rows(self) -> Ints:
        """Rows to train on, ascending."""
        return np.flatnonzero(~self.held_out).astype(np.int64)

    @property
    def held_out_rows(self) -> Ints:
        """Rows to measure on, ascending."""
        return np.flatnonzero(self.held_out).astype(np.int64)

    @property
    def view_count(self) -> int:
        """V."""
        return int(self.inputs.shape[1])


def one_hot(classes: Ints, class_count: int) -> Floats:
    """(N, C) float32 targets of a single-label project from class numbers (N,)."""
    return np.eye(class_count, dtype=np.float32)[classes]
