"""COCO's own figures, computed by faster-coco-eval."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes import rle
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import bounds
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.errors import MissingExtra, ShapeMismatch
from labelgraft.learning.scoring.objects import FoundObjects, TrueObjects

KINDS = {ShapeKind.BOX: "bbox", ShapeKind.MASK: "segm", ShapeKind.KEYPOINTS: "keypoints"}


def coco_precisions(
    truth: Sequence[TrueObjects],
    found: Sequence[FoundObjects],
    *,
    class_count: int,
    kind: ShapeKind,
    sigmas: Sequence[float] = (),
) -> Doubles:
    """(C, 10): average precision at IoU (OKS) 0.50 to 0.95; NaN for classes without a true object.

    Raises: MissingExtra if faster-coco-eval is not installed; ShapeMismatch.
    """
    if len(truth) != len(found):
        raise ShapeMismatch(f"scoring: {len(truth)} images with truth, {len(found)} with found objects.")
    result = np.full((class_count, 10), np.nan)
    for objects in truth:
        result[objects.class_indexes[~objects.ignored]] = 0.0
    results = list(_results(found, kind))
    if not results or not np.isfinite(result).any():
        return result
    evaluated = _evaluate(_dataset(truth, class_count, kind, len(sigmas)), results, kind, sigmas)
    values = np.asarray(evaluated.eval["precision"])[
        :, :, :, 0, -1
    ]  # threshold, recall, class; all sizes, most found
    for at, category in enumerate(evaluated.params.catIds):
        if values[0, 0, at] > -1:
            result[category - 1] = values[:, :, at].mean(axis=1)
    return result


def _evaluate(
    dataset: dict[str, Any], results: list[dict[str, Any]], kind: ShapeKind, sigmas: Sequence[float]
) -> Any:
    try:
        from faster_coco_eval import COCO, COCOeval_faster
    except ImportError as error:
        raise MissingExtra(
            "Scores are computed by faster-coco-eval: `pip install faster-coco-eval`."
        ) from error
    logging.getLogger("faster_coco_eval").setLevel(logging.WARNING)
    drawn = COCO(dataset)
    options = {"kpt_oks_sigmas": np.asarray(sigmas, np.float64)} if kind is ShapeKind.KEYPOINTS else {}
    evaluation = COCOeval_faster(drawn, drawn.loadRes(results), KINDS[kind], rle_iou_max_workers=1, **options)
    evaluation.evaluate()
    evaluation.accumulate()
    return evaluation


def _dataset(truth: Sequence[TrueObjects], class_count: int, kind: ShapeKind, points: int) -> dict[str, Any]:
    annotations = [
        {
            "image_id": image + 1,
            "category_id": index + 1,
            "iscrowd": int(crowd),
            "area": area,
            **_fields(shape, kind),
        }
        for image, objects in enumerate(truth)
        for index, shape, crowd, area in zip(
            objects.class_indexes.tolist(), objects.shapes, objects.crowd, objects.areas.tolist(), strict=True
        )
    ]
    names = {"keypoints": [str(at) for at in range(points)], "skeleton": []} if points else {}
    return {
        "images": [{"id": at + 1, **_size(objects)} for at, objects in enumerate(truth)],
        "categories": [{"id": at + 1, "name": str(at), **names} for at in range(class_count)],
        "annotations": [{"id": at + 1, **each} for at, each in enumerate(annotations)],
    }


def _size(objects: TrueObjects) -> dict[str, int]:
    """Only masks are of an image's size, and bring it themselves."""
    mask = next((shape for shape in objects.shapes if isinstance(shape, Mask)), None)
    return {"width": mask.width_px, "height": mask.height_px} if mask else {"width": 1, "height": 1}


def _results(found: Sequence[FoundObjects], kind: ShapeKind) -> Iterator[dict[str, Any]]:
    for image, objects in enumerate(found):
        for index, confidence, shape in zip(
            objects.class_indexes.tolist(), objects.confidences.tolist(), objects.shapes, strict=True
        ):
            yield {
                "image_id": image + 1,
                "category_id": index + 1,
                "score": confidence,
                **_fields(shape, kind),
            }


def _fields(shape: Shape, kind: ShapeKind) -> dict[str, Any]:
    if kind is ShapeKind.MASK and isinstance(shape, Mask):
        counts = rle.to_text(shape).encode("ascii")
        return {"segmentation": {"size": [shape.height_px, shape.width_px], "counts": counts}}
    if kind is ShapeKind.KEYPOINTS and isinstance(shape, Keypoints):
        numbers = np.column_stack([shape.points, shape.visibility]).ravel().tolist()
        seen = int((shape.visibility > 0).sum())
        box = _box(shape) if seen or shape.box else [0.0, 0.0, 0.0, 0.0]
        return {"keypoints": numbers, "num_keypoints": seen, "bbox": box}
    return {"bbox": _box(shape)}


def _box(shape: Shape) -> list[float]:
    box = bounds(shape)
    return [box.left, box.top, box.width, box.height]
