"""By what one can tell how a network's answers are to be read: their shapes, and their numbers for a noisy image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import AnyArray, Doubles
from labelgraft.learning.detectors.box_decoding import cells
from labelgraft.learning.detectors.described import BoxForm, OutputKind, OutputLayout, ScoreRule

STRIDES = (8, 16, 32)
GRID_LIKENESS = 0.9
NMS_IOU = 0.65


@dataclass(frozen=True, slots=True)
class Trial:
    """What the network gave for one noisy image of width_px x height_px, by the names of its outputs."""

    answers: Mapping[str, AnyArray]
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Sign:
    """How the outputs are to be read, of how many classes; assumed: what no number can tell."""

    layout: OutputLayout
    class_count: int
    assumed: tuple[str, ...] = ()
    background: int | None = None
    points: int = 0


def read_signs(trial: Trial, named_classes: int) -> Sign | None:
    """The first way of reading that the answers allow, or None. named_classes: that the file itself names, or 0."""
    return next((sign for rule in _RULES if (sign := rule(trial, named_classes)) is not None), None)


def _pose(trial: Trial, _named: int) -> Sign | None:
    found = _only(trial)
    if found is None or found[1].shape[-1] != 3 or found[1].ndim not in (2, 3, 4):
        return None
    name, values = found
    if values.size != values.shape[-2] * 3 or not 2 <= values.shape[-2] <= 200:
        return None
    relative = bool(values[..., :2].min() > -1 and values[..., :2].max() < 2)
    layout = OutputLayout(
        OutputKind.KEYPOINTS,
        (("rows", name),),
        box_form=BoxForm.EDGES_Y_FIRST if relative else BoxForm.EDGES,
        relative=relative,
    )
    order = "y before x" if relative else "x before y"
    return Sign(layout, 1, (f"points are {order}, then a score",), points=values.shape[-2])


def _grid(trial: Trial, named: int) -> Sign | None:
    """yolox-like: one row per cell of the strides 8, 16 and 32, or three of them."""
    found = _only(trial)
    if found is None or found[1].ndim != 3 or len(found[1]) != 1 or min(found[1].shape[1:]) < 5:
        return None
    name, values = found[0], found[1][0]
    grid = cells(trial.width_px, trial.height_px, STRIDES)
    numbers_first = values.shape[0] < values.shape[1]
    rows = values.T if numbers_first else values
    if len(rows) not in (len(grid), 3 * len(grid)):
        return None
    objectness = rows.shape[1] != 4 + named if named else not numbers_first
    count = rows.shape[1] - 4 - objectness
    decoded = likeness(rows, grid) > GRID_LIKENESS
    if count < 1 or (named and count != named) or (not decoded and len(rows) != len(grid)):
        return None
    shares = rows[:, 4:]
    layout = OutputLayout(
        OutputKind.YOLOX,
        (("rows", name),),
        strides=STRIDES,
        decoded=decoded,
        objectness=objectness,
        numbers_first=numbers_first,
        box_form=BoxForm.CENTRE,
        relative=bool(decoded and rows[:, :2].max() < 2),
        scores=ScoreRule.AS_IS if shares.min() >= 0 and shares.max() <= 1 else ScoreRule.SIGMOID,
        nms_iou=NMS_IOU,
    )
    return Sign(layout, count)


def likeness(rows: AnyArray, grid: Doubles) -> float:
    """Correlation, -1 to 1, of the centres of boxes with those of the grid's cells: near 1 where they are decoded already.

    Three rows per cell come stride by stride, and of each stride one whole grid after the other.
    """
    if len(rows) != len(grid):
        grid = np.concatenate([np.tile(grid[grid[:, 2] == s], (3, 1)) for s in np.unique(grid[:, 2])])
    centres = (grid[:, :2] + 0.5) * grid[:, 2:]
    pairs = [np.corrcoef(rows[:, axis].astype(np.float64), centres[:, axis])[0, 1] for axis in (0, 1)]
    return float(np.nan_to_num(min(pairs)))


def _fastestdet(trial: Trial, _named: int) -> Sign | None:
    """(5 + classes, rows, columns) whose class scores are shares of one; so are those of no other map."""
    found = _only(trial)
    if found is None or found[1].ndim != 4 or found[1].shape[1] < 7:
        return None
    maps = found[1][0].astype(np.float64)
    whole = np.abs(maps[5:].sum(axis=0) - 1).max() < 1e-3 and maps[5:].min() >= 0
    if not whole or maps[0].min() < 0 or maps[0].max() > 1:
        return None
    layout = OutputLayout(OutputKind.FASTESTDET, (("rows", found[0]),), nms_iou=0.45)
    return Sign(layout, maps.shape[0] - 5)


def _rows(trial: Trial, _named: int) -> Sign | None:
    """(1, boxes, 6): edges, score and a whole number for the class; chosen by the network itself."""
    found = _only(trial)
    if found is None or found[1].ndim != 3 or found[1].shape[0] != 1 or found[1].shape[2] != 6:
        return None
    rows = found[1][0].astype(np.float64)
    ordered = (rows[:, 2] >= rows[:, 0]).all() and (rows[:, 3] >= rows[:, 1]).all()
    shares = rows[:, 4].min(initial=0) >= 0 and rows[:, 4].max(initial=0) <= 1
    if not (ordered and shares and (rows[:, 5] == np.rint(rows[:, 5])).all()):
        return None
    relative = bool(len(rows) and rows[:, :4].max() <= 1.5)
    return Sign(OutputLayout(OutputKind.LISTED, (("rows", found[0]),), relative=relative), 0)


def _detr(trial: Trial, _named: int) -> Sign | None:
    """Two outputs, (1, queries, 4) of shares and (1, queries, classes)."""
    boxes = [n for n, v in trial.answers.items() if v.ndim == 3 and v.shape[-1] == 4]
    if len(trial.answers) != 2 or len(boxes) != 1:
        return None
    scores = next(name for name in trial.answers if name != boxes[0])
    values, places = trial.answers[scores], trial.answers[boxes[0]]
    if values.ndim != 3 or values.shape[:2] != places.shape[:2]:
        return None
    plain = values.min() >= 0 and values.max() <= 1
    layout = OutputLayout(
        OutputKind.DETR,
        (("boxes", boxes[0]), ("scores", scores)),
        box_form=BoxForm.CENTRE,
        relative=bool(places.max() <= 2),
        scores=ScoreRule.AS_IS if plain else ScoreRule.SIGMOID,
    )
    assumed = ("its scores are independent of each other (sigmoid), and boxes are centre and size",)
    return Sign(layout, values.shape[2], assumed)


def _listed(trial: Trial, _named: int) -> Sign | None:
    """Three outputs with one entry per box: four edges, a score, a class; a fourth may count them."""
    boxes = [n for n, v in trial.answers.items() if v.ndim in (2, 3) and v.shape[-1] == 4]
    if len(trial.answers) not in (3, 4) or len(boxes) != 1:
        return None
    rows = trial.answers[boxes[0]].shape[:-1]
    flat = {n: v for n, v in trial.answers.items() if v.shape == rows and n != boxes[0]}
    classes = [n for n, v in flat.items() if v.dtype.kind in "iu" or _word(n, ("class", "label"))]
    scores = [n for n in flat if n not in classes]
    if len(classes) != 1 or len(scores) != 1:
        return None
    values = trial.answers[boxes[0]]
    relative = bool(values.size and values.max() <= 1.5)
    layout = OutputLayout(
        OutputKind.LISTED,
        (("boxes", boxes[0]), ("scores", scores[0]), ("classes", classes[0])),
        relative=relative,
    )
    return Sign(layout, 0, ("boxes are left, top, right, bottom",))


def _class_map(trial: Trial, named: int) -> Sign | None:
    """Whole numbers (1, rows, columns), or one map of scores per class."""
    whole = [n for n, v in trial.answers.items() if v.dtype.kind in "iu" and min(_plane(v)) > 4]
    maps = {n: v for n, v in trial.answers.items() if v.dtype.kind == "f" and v.ndim == 4}
    if len(whole) == 1 and len(trial.answers) <= 2:
        scores = next(iter(maps), None)
        names = (("map", whole[0]),) + ((("scores", scores),) if scores else ())
        count = _class_axis(maps[scores]) if scores else named
        if len(trial.answers) == len(names) and (not scores or count):
            return Sign(OutputLayout(OutputKind.CLASS_MAP, names), count, background=0)
    if len(maps) != 1 or len(trial.answers) != 1:
        return None
    name, values = next(iter(maps.items()))
    count = _class_axis(values)
    if not count or min(_plane(values)) <= 4:
        return None
    rule = ScoreRule.SOFTMAX if count > 1 else ScoreRule.SIGMOID
    rule = ScoreRule.AS_IS if values.min() >= 0 and values.max() <= 1 else rule
    layout = OutputLayout(OutputKind.CLASS_MAP, (("map", name),), scores=rule)
    background = 0 if count > 1 else None
    return Sign(
        layout, count, ("the first class is the background",) if count > 1 else (), background=background
    )


_RULES: tuple[Callable[[Trial, int], Sign | None], ...] = (
    _pose, _grid, _fastestdet, _rows, _detr, _listed, _class_map,
)  # fmt: skip


def _only(trial: Trial) -> tuple[str, AnyArray] | None:
    found = list(trial.answers.items())
    return found[0] if len(found) == 1 and found[0][1].dtype.kind == "f" and found[0][1].size else None


def _plane(values: AnyArray) -> tuple[int, int]:
    """Rows and columns of a map; (0, 0) for what is none."""
    sides = [side for side in values.shape if side != 1]
    if values.ndim < 3 or len(sides) < 2:
        return 0, 0
    if values.ndim == 4 and len(sides) == 3:
        return (
            (values.shape[1], values.shape[2])
            if values.shape[3] < values.shape[1]
            else (values.shape[2], values.shape[3])
        )
    return sides[-2], sides[-1]


def _class_axis(values: AnyArray) -> int:
    """How many classes a (1, C, h, w) or (1, h, w, C) map has: the shortest of its axes; 0 where none is."""
    _, first, second, third = values.shape
    if first <= min(second, third):
        return int(first)
    return int(third) if third <= min(first, second) else 0


def _word(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name.lower() for word in words)
