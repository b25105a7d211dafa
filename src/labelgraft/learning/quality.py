"""How good a model is on images it was not trained on, always with an interval.

N held-out images, C classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Floats, Ints
from labelgraft.domain.model import ClassQuality, Interval, Quality
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.calibration import expected_calibration_error
from labelgraft.learning.intervals import wilson

_SMALLEST = 1e-7
FEW_IMAGES = 20
"""An interval from fewer images is shown in grey: it says little."""


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """One point of a learning curve: so many labels gave this accuracy on held-out images."""

    labels: int
    accuracy: Interval


def measure(
    probabilities: Floats,
    targets: Ints | Bools,
    class_names: Sequence[str],
    *,
    measured_on: str,
    multi_label: bool = False,
) -> Quality:
    """Quality of proposals for held-out images.

    Args:
        probabilities: (N, C) calibrated, columns in the order of class_names.
        targets: (N,) int64 true classes; multi_label: (N, C) bool.
        measured_on: "test split" or "K-fold", in words.
    Returns: accuracy is the share of images with the right class (multi_label: with exactly the right set, a
        class being proposed from 0.5). Log loss in nats, probabilities cut to [1e-7, 1 - 1e-7].
    Raises: ShapeMismatch.
    """
    expected = probabilities.shape if multi_label else probabilities.shape[:1]
    if targets.shape != expected or probabilities.shape[1] != len(class_names):
        raise ShapeMismatch(
            f"probabilities {probabilities.shape}, targets {targets.shape} and {len(class_names)} class "
            "names do not belong to the same images and classes"
        )
    proposed, true = _answers(probabilities, targets, multi_label)
    right = (proposed == true).all(axis=1)
    confidence, correct = _confidence(probabilities, proposed, true, multi_label)
    return Quality(
        measured_on=measured_on,
        accuracy=wilson(int(right.sum()), len(right)),
        log_loss=_log_loss(probabilities, true, multi_label),
        calibration_error=expected_calibration_error(confidence, correct),
        per_class=_per_class(proposed, true, class_names),
    )


def confusion_matrix(true: Ints, proposed: Ints, class_count: int) -> Ints:
    """(C, C) int64: images by true class (rows) and proposed class (columns)."""
    cell = true * class_count + proposed
    return np.bincount(cell, minlength=class_count * class_count).reshape(class_count, class_count)


def learning_point(labels: int, quality: Quality) -> LearningPoint:
    """The point of a learning curve that a model adds, from the labels it was trained on."""
    return LearningPoint(labels=labels, accuracy=quality.accuracy)


def _answers(probabilities: Floats, targets: Ints | Bools, multi_label: bool) -> tuple[Bools, Bools]:
    """Proposed and true classes, both (N, C) bool."""
    if multi_label:
        return probabilities >= 0.5, targets.astype(np.bool_)
    classes = np.arange(probabilities.shape[1])
    best = probabilities.argmax(axis=1) if len(probabilities) else np.zeros(0, np.int64)
    return best[:, None] == classes, targets[:, None] == classes


def _confidence(
    probabilities: Floats, proposed: Bools, true: Bools, multi_label: bool
) -> tuple[AnyArray, Bools]:
    """How sure each answer was, and whether it was right; multi_label: one answer per image and class."""
    if multi_label:
        sure = np.where(proposed, probabilities, 1 - probabilities)
        agree: Bools = np.equal(proposed, true)
        return sure.ravel(), agree.ravel()
    right: Bools = np.any(proposed & true, axis=1)
    return probabilities.max(axis=1, initial=0), right


def _log_loss(probabilities: Floats, true: Bools, multi_label: bool) -> float:
    if len(probabilities) == 0:
        return 0.0
    inside = np.clip(probabilities.astype(np.float64), _SMALLEST, 1 - _SMALLEST)
    if multi_label:
        return float(-np.where(true, np.log(inside), np.log1p(-inside)).mean())
    return float(-np.log(inside[true]).mean())


def _per_class(proposed: Bools, true: Bools, class_names: Sequence[str]) -> tuple[ClassQuality, ...]:
    hits = (proposed & true).sum(axis=0).tolist()
    said, held = proposed.sum(axis=0).tolist(), true.sum(axis=0).tolist()
    return tuple(
        ClassQuality(name, wilson(hits[i], said[i]), wilson(hits[i], held[i]), held[i])
        for i, name in enumerate(class_names)
    )
