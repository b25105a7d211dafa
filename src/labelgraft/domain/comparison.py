"""How well backbones separate the labels given so far."""

from __future__ import annotations

from dataclasses import dataclass

from labelgraft.domain.model import Interval


@dataclass(frozen=True, slots=True)
class BackboneScore:
    """What one backbone's embeddings tell of the labels.

    neighbours: share of labelled images whose nearest labelled images name the right class, each image left
    out of
    its own vote. probe: share that a linear classifier gets right on images it was not fitted on. chance:
    what always naming the most frequent class would give. voters: neighbours asked per image.
    single_classes: classes with one label, which cannot be tested and are left out.
    """

    backbone: str
    neighbours: Interval
    probe: Interval
    chance: float
    labels: int
    voters: int
    single_classes: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The backbone to take, and why, in words. clear: the intervals of the best two do not overlap."""

    backbone: str
    reason: str
    clear: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every embedded backbone on the same labels, best first, and the one to take."""

    scores: tuple[BackboneScore, ...]
    recommendation: Recommendation
    labels_used: int
    class_count: int
