"""Of boxes that show the same object, the most confident one."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Doubles, Floats, Ints


def nms(boxes: Doubles, confidences: Floats, class_indexes: Ints, *, iou: float) -> Ints:
    """Positions of the boxes that stay, the most confident first; boxes of two classes never compete.

    Greedy, as everybody's: a box goes where a more confident one of its class that stays overlaps it by more than
    `iou`. Of equal confidences the first stays.

    Args:
        boxes: (N, 4) left, top, right, bottom. confidences, class_indexes: (N,).
        iou: 0 to 1.
    Returns: (M,) int64.
    """
    order = np.argsort(-confidences, kind="stable")
    left, top, right, bottom = boxes[order].T
    areas = (right - left) * (bottom - top)
    classes = class_indexes[order]
    alive = np.ones(len(order), np.bool_)
    for at in range(len(order)):
        if not alive[at]:
            continue
        rest = at + 1 + np.flatnonzero(alive[at + 1 :] & (classes[at + 1 :] == classes[at]))
        width = np.minimum(right[at], right[rest]) - np.maximum(left[at], left[rest])
        height = np.minimum(bottom[at], bottom[rest]) - np.maximum(top[at], top[rest])
        shared = np.maximum(width, 0) * np.maximum(height, 0)
        alive[rest[shared > iou * (areas[at] + areas[rest] - shared)]] = False
    return order[alive].astype(np.int64)
