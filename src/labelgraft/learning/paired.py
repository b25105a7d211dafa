"""Comparing two answers on the same images: the difference with its interval, and the exact test."""

from __future__ import annotations

import math

from labelgraft.domain.arrays import Bools
from labelgraft.domain.scorecard import PairedDifference
from labelgraft.errors import ShapeMismatch

Z95 = 1.959963984540054


def paired_difference(first: Bools, second: Bools) -> PairedDifference:
    """The difference of two shares of right answers on the same N >= 1 images.

    The interval is that of Bonett and Price (2012, British Journal of Mathematical and Statistical Psychology 65): Wald's
    with one image added to either kind of disagreement, which holds its 95 % from few images on; it always holds the
    value. Where only one of them is wrong at times it does not collapse to nothing, as Wald's does.

    Args:
        first, second: (N,) bool, whether each answer was right.
    Raises: ShapeMismatch if the lengths differ or are 0.
    """
    if first.shape != second.shape or not len(first):
        raise ShapeMismatch(
            f"found {len(first)} and {len(second)} answers; expected the same number, at least one."
        )
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    count = len(first)
    share_first, share_second = (only_first + 1) / (count + 2), (only_second + 1) / (count + 2)
    middle = share_first - share_second
    half = Z95 * math.sqrt(max(0.0, share_first + share_second - middle * middle) / (count + 2))
    value = (only_first - only_second) / count
    return PairedDifference(
        value=value,
        low=max(-1.0, min(value, middle - half)),
        high=min(1.0, max(value, middle + half)),
        only_first=only_first,
        only_second=only_second,
        p_value=mcnemar(only_first, only_second),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value that disagreements fall to either side equally often; 1 without any."""
    total, lesser = only_first + only_second, min(only_first, only_second)
    tail = math.fsum(_log_half(total, hits) for hits in range(lesser + 1))
    return min(1.0, 2 * tail)


def _log_half(total: int, hits: int) -> float:
    """The probability of so many heads of so many throws, by logarithms: factorials outgrow a float."""
    logarithm = math.lgamma(total + 1) - math.lgamma(hits + 1) - math.lgamma(total - hits + 1)
    return math.exp(logarithm - total * math.log(2))
