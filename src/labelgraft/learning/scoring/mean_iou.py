"""How well a class was given to each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import AnyArray, Doubles, Ints
from labelgraft.domain.model import Interval
from labelgraft.errors import NothingLabelled, ShapeMismatch
from labelgraft.learning.scoring.resampling import RESAMPLES, image_weights, interval_of


@dataclass(frozen=True, slots=True)
class MeanIou:
    """mean: over the classes that occur in the truth or were found. per_class: None for the others. accuracy: share of
    right pixels. All with 95 % intervals from drawing images again.
    """

    mean: Interval
    per_class: tuple[Interval | None, ...]
    accuracy: Interval


def pixel_confusion(truth: AnyArray, found: AnyArray, class_count: int) -> Ints:
    """(C, C + 1) pixels of one image: true class by found class; the last column: none of the classes was found.

    truth: (H, W) integers; pixels outside of [0, C) are not judged. found: (H, W) integers.
    Raises: ShapeMismatch if the sizes differ.
    """
    if truth.shape != found.shape:
        raise ShapeMismatch(f"scoring: a truth of {truth.shape} pixels, found {found.shape}.")
    judged = (truth >= 0) & (truth < class_count)
    given = found[judged].astype(np.int64)
    given[(given < 0) | (given >= class_count)] = class_count
    places = truth[judged].astype(np.int64) * (class_count + 1) + given
    counts: Ints = np.bincount(places, minlength=class_count * (class_count + 1))
    return counts.reshape(class_count, class_count + 1)


def mean_iou(confusions: Sequence[Ints], *, resamples: int = RESAMPLES, seed: int = 0) -> MeanIou:
    """From the pixel_confusion of each image. Raises: NothingLabelled if no pixel is judged."""
    counts = np.stack(confusions) if len(confusions) else np.zeros((0, 1, 2), np.int64)
    if not counts.sum():
        raise NothingLabelled("Scoring: no pixel of these images has a true class. Label some of them first.")
    images, classes = counts.shape[:2]
    weights = np.concatenate(
        [np.ones((1, images), np.int64), image_weights(images, resamples=resamples, seed=seed)]
    )
    totals = (weights @ counts.reshape(images, -1)).reshape(-1, classes, classes + 1)
    ious, right = _ious(totals), np.trace(totals[:, :, :-1], axis1=1, axis2=2)
    present = np.isfinite(ious)
    means = np.where(present, ious, 0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    means[~present.any(axis=1)] = np.nan
    whole = totals.sum(axis=(1, 2))
    accuracy = np.where(whole, right / np.maximum(whole, 1), np.nan)
    return MeanIou(
        mean=_interval(means, images),
        per_class=tuple(_interval(ious[:, at], images) if present[0, at] else None for at in range(classes)),
        accuracy=_interval(accuracy, images),
    )


def _ious(totals: AnyArray) -> Doubles:
    """(R, C), NaN for classes that neither are there nor were found."""
    shared = np.diagonal(totals[:, :, :-1], axis1=1, axis2=2)
    union = totals.sum(axis=2) + totals[:, :, :-1].sum(axis=1) - shared
    return np.where(union, shared / np.maximum(union, 1), np.nan)


def _interval(samples: Doubles, images: int) -> Interval:
    return interval_of(float(samples[0]), samples[1:], images)
