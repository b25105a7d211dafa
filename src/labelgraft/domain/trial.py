"""A model tried on a few images before it proposes for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import ImageId


@dataclass(frozen=True, slots=True)
class ClassShare:
    """A class and its calibrated probability, 0 to 1."""

    class_name: str
    share: float


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """What a model would say of one image, surest class first; label: the class a person gave, None without one."""

    image_id: ImageId
    answers: tuple[ClassShare, ...]
    label: str | None


def spread_over(confidences: Floats, count: int) -> Ints:
    """Positions of `count` values spread evenly over their ranks, the surest first, the least sure last.

    All of them where there are no more. Values that are NaN are passed over.
    """
    known = np.flatnonzero(~np.isnan(confidences))
    order = known[np.argsort(-confidences[known], kind="stable")]
    if len(order) <= count:
        return order.astype(np.int64)
    ranks = np.unique(np.linspace(0, len(order) - 1, count).round().astype(np.int64))
    return order[ranks].astype(np.int64)
