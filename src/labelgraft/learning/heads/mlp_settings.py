"""What the training loop of the mlp head gets and gives; apart from the loop, as that needs torch.

M labelled images, R numbers per row, H hidden units, K classes with labels, P = 1 + folds heads in parallel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Bools, Floats
from labelgraft.domain.training import EpochMetrics, TrainingSettings

_LEARNING_RATE = 0.01
_AUTOMATIC_EPOCHS, _FEWEST_EPOCHS, _LABELS_FOR_ALL = 80, 20, 500
_SMALLEST_BATCH = 256
"""Rows of an embedding are small: fewer per step only cost time."""


@dataclass(frozen=True, slots=True)
class MlpSettings:
    """What may be chosen. epochs None: 80 up to 500 labels, fewer above, 20 at least.

    gamma multiplies the learning rate every epochs_per_gamma_step epochs; 0 there: one cycle, up and down.
    """

    epochs: int | None = None
    learning_rate: float = _LEARNING_RATE
    batch_size: int = _SMALLEST_BATCH
    gamma: float = 0.1
    epochs_per_gamma_step: int = 0
    weight_decay: float = 0.05
    label_smoothing: float = 0.1

    @classmethod
    def of(cls, settings: TrainingSettings) -> MlpSettings:
        """From the user's settings; batches are never smaller than 256 rows."""
        return cls(
            epochs=settings.epochs,
            learning_rate=_LEARNING_RATE if settings.learning_rate is None else settings.learning_rate,
            batch_size=max(settings.batch_to_run, _SMALLEST_BATCH),
            gamma=settings.gamma,
            epochs_per_gamma_step=settings.epochs_per_gamma_step,
            weight_decay=settings.weight_decay,
            label_smoothing=settings.label_smoothing,
        )

    def epochs_for(self, labels: int) -> int:
        """`epochs`, or the automatic number for so many labels."""
        if self.epochs is not None:
            return self.epochs
        return max(_FEWEST_EPOCHS, min(_AUTOMATIC_EPOCHS, _AUTOMATIC_EPOCHS * _LABELS_FOR_ALL // labels))

    def rate_at(self, step: int, steps: int, epoch: int) -> float:
        """Learning rate of a step: one cycle (30 % up, then down, as a cosine) or gamma steps."""
        if self.epochs_per_gamma_step:
            return float(self.learning_rate * self.gamma ** (epoch // self.epochs_per_gamma_step))
        up = 0.3 * steps
        way = step / up if step < up else 1 - (step - up) / max(steps - up, 1)
        return float(self.learning_rate * (0.04 + 0.96 * (1 - np.cos(np.pi * way)) / 2))


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told of every epoch, and who may ask to stop after it."""

    on_epoch: Callable[[EpochMetrics], None] | None = None
    should_stop: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Coordinates:
    """The labelled rows as the loop sees them.

    rows: (M, R). start: (M, H) what the untrained first layer makes of them. importance: (M,) >= 0.
    training: (P, M) bool, the rows that each head trains on; the first head on all.
    """

    rows: Floats
    start: Floats
    importance: Floats
    training: Bools


@dataclass(frozen=True, slots=True)
class MlpResult:
    """The first head's layers, weights_1 (R, H) on top of its start, and all heads' logits (P, M, K)."""

    weights_1: Floats
    bias_1: Floats
    weights_2: Floats
    bias_2: Floats
    logits: Floats
    epochs: int
