"""What a head is taught, as shares per class; and the columns of classes that nobody has labelled yet.

M labelled images, C classes of the project, K of them with at least one label.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.split import rarest_class
from labelgraft.errors import BadInput, NothingLabelled, ShapeMismatch


@dataclass(frozen=True, slots=True)
class Targets:
    """Labels of M images.

    shares: (M, C) float32, the share of each class (0 or 1 for plain labels). multi_label: several may hold.
    """

    shares: Floats
    multi_label: bool

    @classmethod
    def of(cls, labels: Ints | Bools, class_count: int, *, multi_label: bool) -> Targets:
        """From (M,) int64 classes in [0, C), or with multi_label (M, C) bool.

        Raises: NothingLabelled if M is 0; ShapeMismatch; BadInput for a class outside [0, C).
        """
        if len(labels) == 0:
            raise NothingLabelled(
                "No image has a label yet, so nothing was trained. Label at least one image."
            )
        if labels.ndim != (2 if multi_label else 1) or (multi_label and labels.shape[1] != class_count):
            expected = f"(M, {class_count})" if multi_label else "(M,)"
            raise ShapeMismatch(
                f"labels have the shape {labels.shape}, expected {expected}. Nothing was trained."
            )
        if multi_label:
            return cls(labels.astype(np.float32), True)
        if labels.min() < 0 or labels.max() >= class_count:
            raise BadInput(
                f"labels reach from class {labels.min()} to {labels.max()}, but there are {class_count} "
                f"classes (0 to {class_count - 1}). Nothing was trained."
            )
        return cls(np.eye(class_count, dtype=np.float32)[labels], False)

    @property
    def known(self) -> Ints:
        """(K,) the classes that have a label, ascending."""
        return np.flatnonzero(self.shares.any(axis=0))

    @property
    def strata(self) -> Ints:
        """(M,) int64 one class per image, to stratify folds by; -1 where it has none."""
        if self.multi_label:
            return rarest_class(self.shares > 0.5)
        return np.asarray(self.shares.argmax(axis=1), np.int64)

    @property
    def labels(self) -> Ints | Bools:
        """(M,) int64 classes; multi_label: (M, C) bool."""
        return self.shares > 0.5 if self.multi_label else self.strata

    def taught(self) -> Floats:
        """(M, K) float32 of the known classes; one that all images have is softened to have an optimum."""
        shares = self.shares[:, self.known]
        if self.multi_label:
            always = shares.min(axis=0, initial=1) > 0.5
            shares = np.where(always, np.float32(1 - 1 / (len(shares) + 2)), shares)
        return shares


def unseen_logit(label_count: int) -> float:
    """The logit of a class that nobody has labelled yet: -log(M + 1).

    Logits of the known classes are centred (mean 0 over classes), so the largest is at least 0 and an
    unseen class is never proposed; its probability is at most 1 / (M + 1): it shrinks as others are labelled.
    """
    return -math.log(label_count + 1)


def spread_columns(
    logits: Floats, known: Ints, class_count: int, label_count: int, *, multi_label: bool
) -> Floats:
    """Logits of K known classes among all C, as unseen_logit says.

    Args:
        logits: (N, K); a column that is NaN (a class without a label in this fold) counts as unseen.
    Returns: (N, C) float32.
    """
    spread = np.full((len(logits), class_count), unseen_logit(label_count), np.float32)
    told = ~np.isnan(logits)
    if multi_label:
        middle = np.zeros((len(logits), 1), np.float32)
    else:
        count = np.maximum(told.sum(axis=1, keepdims=True), 1)
        middle = np.where(told, logits, 0).sum(axis=1, keepdims=True) / count
    spread[:, known] = np.where(told, logits - middle, unseen_logit(label_count))
    return spread
