"""Average precision of found boxes against truth, as a training's figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.overlap import box_ious
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.domain.training import ClassMetric
from labelgraft.learning.dense.head import DenseScore
from labelgraft.learning.dense.truth import Truth
from labelgraft.learning.detectors.answer import Found
from labelgraft.learning.scoring.average_precision import AT_50, AT_75
from labelgraft.learning.scoring.coco_figures import coco_precisions
from labelgraft.learning.scoring.objects import FoundObjects, TrueObjects, true_objects

MEASURED_FROM = 0.02
"""Lowest confidence that counts in a precision: what is cut off cannot be recalled."""
SURE = 0.4
"""Confidence from which recall and precision per class are told."""


def score_boxes(
    truths: Sequence[Truth], found: Sequence[Found], class_names: Sequence[str]
) -> DenseScore | None:
    """AP, AP50, AP75 by COCO's rules, and AP50 per class; None if no image has a true box."""
    if not any(len(truth.boxes) for truth in truths):
        return None
    drawn, seen = [true_of(t) for t in truths], [found_of(f) for f in found]
    table = coco_precisions(drawn, seen, class_count=len(class_names), kind=ShapeKind.BOX)
    present = np.isfinite(table[:, 0])
    figures = {
        "ap": float(table[present].mean()),
        "ap50": float(table[present, AT_50].mean()),
        "ap75": float(table[present, AT_75].mean()),
    }
    figures |= {f"ap50 {name}": float(table[at, AT_50]) for at, name in enumerate(class_names) if present[at]}
    per_class = tuple(_hits(truths, found, at, name) for at, name in enumerate(class_names))
    return DenseScore("AP50", figures["ap50"], figures, per_class, len(truths))


def true_of(truth: Truth) -> TrueObjects:
    """The boxes of one image as scoring takes them."""
    return true_objects(truth.classes.tolist(), [Box(*edges) for edges in truth.boxes.tolist()])


def found_of(found: Found) -> FoundObjects:
    """What was found in one image as scoring takes it."""
    return FoundObjects(found.class_indexes, found.confidences, tuple(found.shapes()))


def _hits(truths: Sequence[Truth], found: Sequence[Found], at: int, name: str) -> ClassMetric:
    """Recall and precision of one class among what is said with some confidence, at an overlap of a half."""
    right = said = support = 0
    for truth, one in zip(truths, found, strict=True):
        true = truth.boxes[truth.classes == at]
        claims = one.boxes[(one.class_indexes == at) & (one.confidences >= SURE)]
        support, said = support + len(true), said + len(claims)
        right += int(_matched(claims, true).sum())
    return ClassMetric(name, right / support if support else 0.0, right / said if said else 0.0, support)


def _matched(claims: Doubles, true: Doubles) -> Bools:
    """(N,) which claims, surest first, each take a true box that none before took."""
    taken = np.zeros(len(true), np.bool_)
    hit = np.zeros(len(claims), np.bool_)
    if len(true) == 0 or len(claims) == 0:
        return hit
    for number, overlaps in enumerate(box_ious(claims, true)):
        overlaps = np.where(taken, 0.0, overlaps)
        best = int(overlaps.argmax())
        if overlaps[best] >= 0.5:
            taken[best] = hit[number] = True
    return hit
