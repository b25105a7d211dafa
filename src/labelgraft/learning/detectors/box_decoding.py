"""What networks answer about boxes, as boxes in pixels of their input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Doubles, Floats, Ints
from labelgraft.errors import BadInput
from labelgraft.learning.detectors.described import (
    BoxForm,
    DetectorDescription,
    InputLayout,
    OutputKind,
    ScoreRule,
)

Answers = Mapping[str, AnyArray]
"""By role, of one image: no batch axis."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """N boxes, (N, 4) left, top, right, bottom in pixels of the input, not clipped; each with its best class."""

    boxes: Doubles
    confidences: Floats
    class_indexes: Ints


def decode_boxes(answers: Answers, description: DetectorDescription, threshold: float) -> Candidates:
    """Those with a confidence of at least `threshold`, in the network's own order, before NMS.

    Raises: BadInput where the numbers are not those of the description.
    """
    return _DECODERS[description.output.kind](answers, description, threshold)


def _yolox(answers: Answers, description: DetectorDescription, threshold: float) -> Candidates:
    """Ge et al. 2021, arXiv:2107.08430; without objectness and decoded also the later ones of that family."""
    output, layout = description.output, description.input
    rows = answers["rows"].T if output.numbers_first else answers["rows"]
    first_class = 5 if output.objectness else 4
    _demand(
        rows.ndim == 2 and rows.shape[1] == first_class + len(description.class_names),
        description,
        rows,
        f"(boxes, {first_class} + {len(description.class_names)} classes)",
    )
    grid = None
    if not output.decoded:
        grid = cells(layout.width_px, layout.height_px, output.strides)
        _demand(len(rows) == len(grid), description, rows, f"({len(grid)} cells of the grid, ...)")
    share = 1.0 if not output.objectness else probabilities(rows[:, 4], output.scores)
    kept = np.flatnonzero(np.broadcast_to(share, len(rows)) >= threshold)
    rows, share = rows[kept], share if np.ndim(share) == 0 else np.asarray(share)[kept]
    confidences, classes = best(probabilities(rows[:, first_class:], output.scores), description)
    confidences = confidences * np.float32(1) * share
    sure = confidences >= threshold
    boxes = rows[sure, :4].astype(np.float64)
    if grid is not None:
        with np.errstate(
            over="ignore"
        ):  # a box of infinite size is refused below with all that is not finite
            column, row, stride = grid[kept[sure]].T
            boxes = np.stack(
                [
                    (boxes[:, 0] + column) * stride, (boxes[:, 1] + row) * stride,
                    np.exp(boxes[:, 2]) * stride, np.exp(boxes[:, 3]) * stride,
                ],
                axis=1,
            )  # fmt: skip
    form = BoxForm.CENTRE if grid is not None else output.box_form
    return _candidates(edges(boxes, form, layout, output.relative), confidences[sure], classes[sure])


@cache
def cells(width_px: int, height_px: int, strides: tuple[int, ...]) -> Doubles:
    """(A, 3): column, row and stride of each cell, stride by stride, row by row."""
    parts = []
    for stride in strides:
        rows, columns = np.mgrid[: height_px // stride, : width_px // stride]
        parts.append(np.stack([columns.ravel(), rows.ravel(), np.full(rows.size, stride)], axis=1))
    return np.concatenate(parts).astype(np.float64)


def _fastestdet(answers: Answers, description: DetectorDescription, threshold: float) -> Candidates:
    """dog-qiuqiu's FastestDet: (5 + classes, rows, columns), boxes relative to the image."""
    maps = answers["rows"]
    count = len(description.class_names)
    _demand(maps.ndim == 3 and maps.shape[0] == 5 + count, description, maps, f"(5 + {count}, rows, columns)")
    rows, columns = np.mgrid[: maps.shape[1], : maps.shape[2]]
    numbers = maps.reshape(5 + count, -1).T.astype(np.float64)
    chosen, classes = best(numbers[:, 5:], description)
    confidences = (np.clip(numbers[:, 0], 0, 1) ** 0.6 * np.clip(chosen, 0, 1) ** 0.4).astype(np.float32)
    sure = confidences >= threshold
    numbers = numbers[sure]
    boxes = np.stack(
        [
            (np.tanh(numbers[:, 1]) + columns.ravel()[sure]) / maps.shape[2],
            (np.tanh(numbers[:, 2]) + rows.ravel()[sure]) / maps.shape[1],
            probabilities(numbers[:, 3], ScoreRule.SIGMOID),
            probabilities(numbers[:, 4], ScoreRule.SIGMOID),
        ],
        axis=1,
    )
    return _candidates(
        edges(boxes, BoxForm.CENTRE, description.input, True), confidences[sure], classes[sure]
    )


def _detr(answers: Answers, description: DetectorDescription, threshold: float) -> Candidates:
    """Carion et al. 2020, arXiv:2005.12872, and its family: one row per query."""
    scores, boxes, output = answers["scores"], answers["boxes"], description.output
    count = len(description.class_names) + (output.scores is ScoreRule.SOFTMAX)
    _demand(boxes.ndim == 2 and boxes.shape[1] == 4, description, boxes, "(queries, 4)")
    _demand(scores.shape == (len(boxes), count), description, scores, f"({len(boxes)}, {count})")
    shares = probabilities(scores, output.scores)[:, : len(description.class_names)]
    confidences, classes = best(shares, description)
    sure = confidences >= threshold
    found = edges(boxes[sure].astype(np.float64), output.box_form, description.input, output.relative)
    return _candidates(found, confidences[sure], classes[sure])


def _listed(answers: Answers, description: DetectorDescription, threshold: float) -> Candidates:
    """Boxes that the network has chosen itself, each with its score and the number of its class."""
    if "rows" in answers:
        rows = answers["rows"]
        _demand(rows.ndim == 2 and rows.shape[1] == 6, description, rows, "(boxes, 6)")
        boxes, scores, classes = rows[:, :4], rows[:, 4], rows[:, 5]
    else:
        boxes, scores, classes = (answers[role] for role in ("boxes", "scores", "classes"))
        _demand(boxes.ndim == 2 and boxes.shape[1] == 4, description, boxes, "(boxes, 4)")
        _demand(scores.shape == (len(boxes),), description, scores, f"({len(boxes)},)")
        _demand(classes.shape == (len(boxes),), description, classes, f"({len(boxes)},)")
    confidences = probabilities(scores, description.output.scores)
    sure = confidences >= threshold
    indexes = np.rint(classes[sure]).astype(np.int64)
    known = (indexes >= 0) & (indexes < len(description.class_names))
    if not known.all():
        raise BadInput(
            f"model {description.name!r}: gave class number {indexes[~known][0]}, but {len(description.class_names)} "
            "class names are described, counted from 0. Nothing was kept. Give the names in the model's own order."
        )
    named = np.array([bool(name) for name in description.class_names])[indexes]
    found = edges(
        boxes[sure].astype(np.float64),
        description.output.box_form,
        description.input,
        description.output.relative,
    )
    return _candidates(found[named], confidences[sure][named], indexes[named])


_DECODERS: dict[OutputKind, Callable[[Answers, DetectorDescription, float], Candidates]] = {
    OutputKind.YOLOX: _yolox,
    OutputKind.FASTESTDET: _fastestdet,
    OutputKind.DETR: _detr,
    OutputKind.LISTED: _listed,
}


def probabilities(values: AnyArray, rule: ScoreRule) -> AnyArray:
    """0 to 1, by the rule; softmax over the last axis."""
    if rule is ScoreRule.AS_IS:
        return values
    wide = values.astype(np.float64)
    if rule is ScoreRule.SIGMOID:
        return 0.5 * (1 + np.tanh(0.5 * wide))  # never overflows
    raised = np.exp(wide - wide.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def best(shares: AnyArray, description: DetectorDescription) -> tuple[Floats, Ints]:
    """Of (N, C) the highest share of a class that has a name, and its index."""
    unnamed: Bools = np.array([not name for name in description.class_names])
    if unnamed.any():
        shares = np.where(unnamed, -1.0, shares)
    classes = shares.argmax(axis=1) if len(shares) else np.zeros(0, np.int64)
    return shares[np.arange(len(shares)), classes].astype(np.float32), classes.astype(np.int64)


def edges(boxes: Doubles, form: BoxForm, layout: InputLayout, relative: bool) -> Doubles:
    """(N, 4) left, top, right, bottom in pixels of the input."""
    if form is BoxForm.EDGES_Y_FIRST:
        boxes = boxes[:, [1, 0, 3, 2]]
    elif form is BoxForm.CENTRE:
        half = boxes[:, 2:] / 2
        boxes = np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
    size = np.array([layout.width_px, layout.height_px] * 2, np.float64)
    return boxes * size if relative else boxes


def _candidates(boxes: Doubles, confidences: AnyArray, classes: Ints) -> Candidates:
    whole = np.isfinite(boxes).all(axis=1) & np.isfinite(confidences)
    return Candidates(
        boxes[whole], np.clip(confidences[whole], 0, 1).astype(np.float32), classes[whole].astype(np.int64)
    )


def _demand(fits: bool, description: DetectorDescription, found: AnyArray, wanted: str) -> None:
    if not fits:
        raise BadInput(
            f"model {description.name!r}: its output has the shape {found.shape} per image, expected {wanted} for a "
            f"{description.output.kind} model with {len(description.class_names)} classes. Nothing was kept."
        )
