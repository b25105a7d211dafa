"""A class for each pixel, as one mask per class at the image's own resolution."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import AnyArray, Doubles, Ints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import BadInput
from labelgraft.learning.detectors.answer import Found
from labelgraft.learning.detectors.box_decoding import Answers, probabilities
from labelgraft.learning.detectors.described import DetectorDescription, InputLayout, ScoreRule
from labelgraft.learning.detectors.preparation import Placement, interpolated


def decode_class_map(
    answers: Answers, description: DetectorDescription, place: Placement, threshold: float
) -> Found:
    """One mask per class that was seen and is not background, nearest pixel of the map for each of the image.

    Its confidence is the mean share that the network gives the class over the mask's pixels; 1 where the file gives only
    the numbers of classes.
    Raises: BadInput where the map is not one of the described classes.
    """
    values = answers["map"]
    shares = None
    if np.issubdtype(values.dtype, np.integer):
        classes = values.reshape(values.shape[-2:]) if values.ndim == 3 and 1 in values.shape else values
        if "scores" in answers:
            shares = class_shares(_classes_last(answers["scores"], description), description)
    else:
        layout = description.input
        raised = interpolated(_classes_last(values, description), layout.width_px, layout.height_px)
        shares = class_shares(raised, description)
        classes = np.where(shares.max(axis=2) > 0.5, 0, -1) if shares.shape[2] == 1 else shares.argmax(axis=2)
    if classes.ndim != 2 or classes.max() >= len(description.class_names):
        raise BadInput(
            f"model {description.name!r}: its class map has the shape {classes.shape} and classes up to {classes.max()}, "
            f"expected (rows, columns) and {len(description.class_names)} classes counted from 0. Nothing was kept."
        )
    return _found(classes, shares, description, place, threshold)


def _found(
    classes: AnyArray,
    shares: AnyArray | None,
    description: DetectorDescription,
    place: Placement,
    threshold: float,
) -> Found:
    rows, columns = _nearest(classes, description.input, place)
    whole = classes[rows][:, columns]
    kept: list[tuple[float, int, Mask, Doubles]] = []
    starts, values = _runs(whole)
    for index in np.unique(values).tolist():
        if index < 0 or index == description.background or not description.class_names[index]:
            continue
        inside = whole == index
        confidence = 1.0 if shares is None else _mean_share(classes, shares[..., index], rows, columns, index)
        if confidence >= threshold:
            mask = _mask(starts, values == index, place)
            kept.append((confidence, index, mask, _bounds(inside)))
    kept.sort(key=lambda each: -each[0])
    return Found(
        kind=ShapeKind.MASK,
        class_indexes=np.array([each[1] for each in kept], np.int64),
        confidences=np.array([each[0] for each in kept], np.float32),
        boxes=np.array([each[3] for each in kept], np.float64).reshape(-1, 4),
        masks=tuple(each[2] for each in kept),
    )


def _nearest(classes: AnyArray, layout: InputLayout, place: Placement) -> tuple[Ints, Ints]:
    """For each row and column of the image those of the map, which covers the whole input, that hold its centre."""
    x = (np.arange(place.width_px) + 0.5) * place.scale_x + place.offset_x
    y = (np.arange(place.height_px) + 0.5) * place.scale_y + place.offset_y
    column = (x * classes.shape[1] / layout.width_px).astype(np.int64)
    row = (y * classes.shape[0] / layout.height_px).astype(np.int64)
    return np.clip(row, 0, classes.shape[0] - 1), np.clip(column, 0, classes.shape[1] - 1)


def _mean_share(classes: AnyArray, share: AnyArray, rows: Ints, columns: Ints, index: int) -> float:
    """Over the map's places of that class inside the image; `share` may be coarser than the map.

    Not over the image's pixels: a share for each class at each of 100 million pixels fits into no memory.
    """
    some_rows, some_columns = np.unique(rows), np.unique(columns)
    inside = classes[some_rows][:, some_columns] == index
    share_rows = some_rows * share.shape[0] // classes.shape[0]
    share_columns = some_columns * share.shape[1] // classes.shape[1]
    return float(share[share_rows][:, share_columns][inside].mean(dtype=np.float64))


def class_shares(values: AnyArray, description: DetectorDescription) -> AnyArray:
    """(h, w, C) as shares, 0 to 1: by the described rule; one class alone by itself."""
    rule = description.output.scores
    if rule is ScoreRule.AS_IS and (values.min() < 0 or values.max() > 1):
        rule = ScoreRule.SOFTMAX if values.shape[2] > 1 else ScoreRule.SIGMOID  # they are plainly logits
    return probabilities(values, rule)


def _classes_last(values: AnyArray, description: DetectorDescription) -> AnyArray:
    count = len(description.class_names)
    if values.ndim == 3 and values.shape[0] == count:
        return np.ascontiguousarray(values.transpose(1, 2, 0))
    if values.ndim == 3 and values.shape[2] == count:
        return values
    raise BadInput(
        f"model {description.name!r}: its class scores have the shape {values.shape} per image, expected "
        f"({count} classes, rows, columns) or (rows, columns, {count} classes). Nothing was kept."
    )


def _runs(whole: AnyArray) -> tuple[Ints, Ints]:
    """Where runs of one class begin, column by column, and the class of each; the first begins at 0."""
    flat = whole.T.ravel()
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    return starts, flat[starts].astype(np.int64)


def _mask(starts: Ints, chosen: AnyArray, place: Placement) -> Mask:
    """Two runs of one class never touch, so every edge of a chosen run is an edge of the mask."""
    total = place.width_px * place.height_px
    ends = np.append(starts[1:], total)
    edges = np.stack([starts[chosen], ends[chosen]], axis=1).ravel()
    counts = np.diff(np.concatenate([[0], edges, [total]]))
    return Mask(place.width_px, place.height_px, counts if counts[-1] else counts[:-1])


def _bounds(inside: AnyArray) -> Doubles:
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float64)
