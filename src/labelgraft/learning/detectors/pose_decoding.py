"""The points of the one object that a network looks for."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import BadInput
from labelgraft.learning.detectors.answer import POINT_THRESHOLD, Found
from labelgraft.learning.detectors.box_decoding import Answers
from labelgraft.learning.detectors.described import BoxForm, DetectorDescription
from labelgraft.learning.detectors.preparation import Placement


def decode_pose(
    answers: Answers, description: DetectorDescription, place: Placement, threshold: float
) -> Found:
    """One object or none; its confidence is the mean score of its points.

    Points may lie outside of the image, as the network says. Raises: BadInput where the output is not such.
    """
    rows = answers["rows"]
    count = len(description.skeleton.names) if description.skeleton else 0
    if rows.ndim == 3 and rows.shape[0] == 1:
        rows = rows[0]
    if rows.shape != (count, 3):
        raise BadInput(
            f"model {description.name!r}: its output has the shape {rows.shape} per image, expected ({count} points, 3). "
            "Nothing was kept."
        )
    places = rows[:, :2].astype(np.float64)
    if description.output.box_form is BoxForm.EDGES_Y_FIRST:
        places = places[:, ::-1]
    if description.output.relative:
        places = places * np.array([description.input.width_px, description.input.height_px])
    scores = np.clip(rows[:, 2].astype(np.float64), 0, 1)
    points = np.concatenate([place.to_image(places), scores[:, None]], axis=1)
    confidence = float(scores.mean())
    chosen = slice(0, 1) if confidence >= threshold else slice(0, 0)
    return Found(
        kind=ShapeKind.KEYPOINTS,
        class_indexes=np.zeros(1, np.int64)[chosen],
        confidences=np.array([confidence], np.float32)[chosen],
        boxes=around(points, place.width_px, place.height_px)[None][chosen],
        keypoints=points[None][chosen],
    )


def around(points: Doubles, width_px: int, height_px: int) -> Doubles:
    """The box of the points that are sure (of all, where fewer than two are), inside the image, at least 1 px each way."""
    sure = points[points[:, 2] >= POINT_THRESHOLD, :2]
    chosen = sure if len(sure) > 1 else points[:, :2]
    size = np.array([width_px, height_px], np.float64)
    low = np.clip(chosen.min(axis=0), 0, size - 1)
    high = np.minimum(np.maximum(chosen.max(axis=0), low + 1), size)
    return np.concatenate([low, high])
