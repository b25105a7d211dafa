"""Which class was taken for which, and what was missed or found where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles, Ints
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.scoring.objects import FoundObjects, TrueObjects, overlaps

NOTHING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """counts: (C + 1, C + 1), true class by found class; the last row and column are the background.

    pairs: (P, 5) behind the counts: image, true object or -1, found object or -1, row, column; positions in what was given.
    """

    counts: Ints
    pairs: Ints

    def cell(self, row: int, column: int) -> Ints:
        """(N, 3) image, true object, found object of one cell, in the order of the images."""
        return self.pairs[(self.pairs[:, 3] == row) & (self.pairs[:, 4] == column), :3]


def confusion_with_background(
    truth: Sequence[TrueObjects],
    found: Sequence[FoundObjects],
    *,
    class_count: int,
    kind: ShapeKind,
    threshold: float,
    sigmas: Sequence[float] = (),
    iou: float = 0.5,
) -> Confusion:
    """Pairs objects whatever their classes, those that overlap most first, of equal overlap those of one class.

    threshold: least confidence that counts. iou: least overlap of a pair. What is found in a crowd of any class and pairs
    with nothing else is left out, and so is the crowd. Raises: ShapeMismatch, BadInput.
    """
    if len(truth) != len(found):
        raise ShapeMismatch(f"scoring: {len(truth)} images with truth, {len(found)} with found objects.")
    pairs = [
        (image, *pair)
        for image, (drawn, seen) in enumerate(zip(truth, found, strict=True))
        for pair in _pairs(drawn, seen, overlaps(seen, drawn, kind, sigmas), threshold, iou, class_count)
    ]
    table = np.array(pairs, np.int64).reshape(-1, 5)
    counts = np.zeros((class_count + 1, class_count + 1), np.int64)
    np.add.at(counts, (table[:, 3], table[:, 4]), 1)
    return Confusion(counts, table)


def _pairs(
    drawn: TrueObjects,
    seen: FoundObjects,
    likeness: Doubles,
    threshold: float,
    iou: float,
    background: int,
) -> list[tuple[int, int, int, int]]:
    ours = np.flatnonzero(seen.confidences >= threshold).tolist()
    theirs = np.flatnonzero(~drawn.ignored).tolist()
    near = [
        (-likeness[f, t], seen.class_indexes[f] != drawn.class_indexes[t], -seen.confidences[f], f, t)
        for f in ours
        for t in theirs
        if likeness[f, t] >= iou
    ]
    taken: dict[int, int] = {}
    free = set(theirs)
    for _, _, _, f, t in sorted(near):
        if t in free and f not in taken:
            taken[f] = t
            free.discard(t)
    crowded: Bools = np.any(likeness[:, drawn.crowd] >= iou, axis=1)
    result = [(t, f, int(drawn.class_indexes[t]), int(seen.class_indexes[f])) for f, t in taken.items()]
    result += [
        (NOTHING, f, background, int(seen.class_indexes[f]))
        for f in ours
        if f not in taken and not crowded[f]
    ]
    return result + [(t, NOTHING, int(drawn.class_indexes[t]), background) for t in sorted(free)]
