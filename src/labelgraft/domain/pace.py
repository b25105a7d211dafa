"""Seconds per label from the times of a person's operations."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from labelgraft.domain.overview import Pace

IDLE_SECONDS = 120.0
"""A longer gap is a break, a meeting or another project."""
FEWEST_GESTURES = 5
"""Below so many, a number would be taken for more than it is."""
HOUR = 3600


@dataclass(frozen=True, slots=True)
class TimedGesture:
    """One operation of a person. labels: images it answered, 0 for one that is no answer. seconds: when, on any clock."""

    seconds: float
    labels: int
    under_proposals: bool


@dataclass(frozen=True, slots=True)
class Span:
    """The work that led to one gesture."""

    seconds: float
    labels: int
    under_proposals: bool


def spans(gestures: Sequence[TimedGesture]) -> list[Span]:
    """The time since the gesture before, for each that answered something; without breaks and without the first.

    gestures: of one person in the order they were made. A clock that was set back gives no span.
    """
    found = []
    for before, after in pairwise(gestures):
        gap = after.seconds - before.seconds
        if after.labels and 0 <= gap <= IDLE_SECONDS:
            found.append(Span(gap, after.labels, after.under_proposals))
    return found


def pace_of(people: Iterable[Sequence[TimedGesture]], remaining: int) -> Pace:
    """The pace of one or several people, each with their gestures in order. remaining: images without a label."""
    every = [span for gestures in people for span in spans(gestures)]
    single = [span.seconds for span in every if span.labels == 1]
    one_by_one = statistics.median(single) if len(single) >= FEWEST_GESTURES else None
    without = [span for span in every if not span.under_proposals]
    under = [span for span in every if span.under_proposals]
    with_proposals = per_label(under)
    left = None if one_by_one is None else remaining * one_by_one / HOUR
    left_with = None if with_proposals is None else remaining * with_proposals / HOUR
    return Pace(
        one_by_one=one_by_one, one_by_one_gestures=len(single), without=per_label(without),
        without_gestures=len(without), with_proposals=with_proposals, with_gestures=len(under), remaining=remaining,
        hours_left_one_by_one=left, hours_left_with_proposals=left_with,
        words=in_words(one_by_one, with_proposals, remaining),
    )  # fmt: skip


def per_label(some: Sequence[Span]) -> float | None:
    """Seconds per label; None from too few gestures."""
    labels = sum(span.labels for span in some)
    return sum(span.seconds for span in some) / labels if len(some) >= FEWEST_GESTURES and labels else None


def in_words(one_by_one: float | None, with_proposals: float | None, remaining: int) -> str:
    """The pace in a sentence."""
    if not remaining:
        return "Every image is answered."
    parts = []
    if one_by_one is not None:
        parts.append(
            f"one by one a label takes {one_by_one:.1f} s, so {told(remaining * one_by_one)} for the rest"
        )
    if with_proposals is not None:
        parts.append(f"with proposals {with_proposals:.2g} s, so {told(remaining * with_proposals)}")
    if not parts:
        return "Label a few images one after the other, and the time left can be told."
    return f"{remaining:,} images are left: {'; '.join(parts)}."


def told(seconds: float) -> str:
    """A time in words: "40 seconds", "12 minutes", "3.5 hours"."""
    if seconds < 90:
        count = max(1, round(seconds))
        return f"{count} second{'' if count == 1 else 's'}"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / HOUR:.1f} hours"
