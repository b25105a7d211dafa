"""Random images with true and found objects, and the same for pycocotools."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes import rle
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.learning.detectors.class_lists import COCO_PERSON
from labelgraft.learning.scoring.coco_figures import KINDS
from labelgraft.learning.scoring.objects import FoundObjects, TrueObjects, true_objects

SIDE = 80
CLASSES = 3
SIGMAS = COCO_PERSON.sigmas


def found_objects(classes: list[int], confidences: list[float], shapes: list[Shape]) -> FoundObjects:
    return FoundObjects(np.array(classes, np.int64), np.array(confidences, np.float32), tuple(shapes))


def random_images(
    seed: int, kind: ShapeKind, *, images: int = 12, crowds: bool = True
) -> tuple[list[TrueObjects], list[FoundObjects]]:
    """Found objects are true ones shifted a little, some twice, some of another class, and some out of nowhere."""
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(images):
        count = int(rng.integers(0, 7))
        boxes = [random_box(rng) for _ in range(count)]
        classes = rng.integers(0, CLASSES, count)
        crowd = (rng.random(count) < 0.15) & (crowds and kind is not ShapeKind.KEYPOINTS)
        shapes = [shape_in(box, kind, rng, 0.0) for box in boxes]
        truth.append(true_objects(classes.tolist(), shapes, crowd.tolist()))
        near = [int(at) for at in rng.integers(0, count, int(rng.integers(0, 9)))] if count else []
        ours = [
            boxes[at] + np.array([-1, -1, 1, 1]) * np.clip(rng.normal(0, 1.5), -3, 3) + rng.normal(0, 1)
            for at in near
        ]
        kept = np.where(rng.random(len(near)) < 0.8, classes[near], rng.integers(0, CLASSES, len(near)))
        ours += [random_box(rng) for _ in range(2)]
        kinds = np.concatenate([kept, rng.integers(0, CLASSES, 2)]).astype(np.int64)
        sure = np.round(rng.random(len(ours)), 1)  # many are equal
        found.append(
            found_objects(kinds.tolist(), sure.tolist(), [shape_in(box, kind, rng, 1.0) for box in ours])
        )
    return truth, found


def random_box(rng: np.random.Generator) -> Doubles:
    left, top = rng.uniform(0, SIDE - 20, 2)
    width, height = rng.uniform(8, 20, 2)
    return np.array([left, top, left + width, top + height])


def shape_in(box: Doubles, kind: ShapeKind, rng: np.random.Generator, noise: float) -> Shape:
    if kind is ShapeKind.MASK:
        pixels = np.zeros((SIDE, SIDE), np.bool_)
        left, top, right, bottom = np.clip(np.rint(box), 0, SIDE).astype(int)
        pixels[top : max(bottom, top + 1), left : max(right, left + 1)] = True
        pixels[top : top + 3, left : left + 3] = False
        pixels[SIDE - 1, SIDE - 1] = True
        return rle.encode(pixels)
    if kind is ShapeKind.KEYPOINTS:
        own = np.random.default_rng(0).random((len(SIGMAS), 2))
        points = box[:2] + own * (box[2:] - box[:2]) + rng.normal(0, noise, own.shape)
        seen = np.full(len(SIGMAS), 2) if noise else rng.integers(0, 3, len(SIGMAS)) * (rng.random() > 0.1)
        return Keypoints(points, seen, Box(*box.tolist()))
    return Box(*box.tolist())


def oracle(truth: list[TrueObjects], found: list[FoundObjects], kind: ShapeKind) -> Doubles:
    """(C, 10) average precision by pycocotools; NaN where it gives -1."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    dataset: dict[str, Any] = {
        "info": {},
        "images": [{"id": at + 1, "width": SIDE, "height": SIDE} for at in range(len(truth))],
        "categories": [{"id": at + 1, "name": str(at)} for at in range(CLASSES)],
        "annotations": [],
    }
    results: list[dict[str, Any]] = []
    for at, (drawn, seen) in enumerate(zip(truth, found, strict=True)):
        for index, shape, crowd, area in zip(
            drawn.class_indexes.tolist(),
            drawn.shapes,
            drawn.crowd.tolist(),
            drawn.areas.tolist(),
            strict=True,
        ):
            common = {"id": len(dataset["annotations"]) + 1, "image_id": at + 1, "category_id": index + 1}
            dataset["annotations"].append({**common, "iscrowd": int(crowd), "area": area, **fields(shape)})
        for index, shape, sure in zip(
            seen.class_indexes.tolist(), seen.shapes, seen.confidences.tolist(), strict=True
        ):
            results.append({"image_id": at + 1, "category_id": index + 1, "score": sure, **fields(shape)})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = dataset
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(results), KINDS[kind])
        if kind is ShapeKind.KEYPOINTS:
            evaluation.params.kpt_oks_sigmas = np.array(SIGMAS)
        evaluation.evaluate()
        evaluation.accumulate()
    values = evaluation.eval["precision"][:, :, :, 0, -1].mean(axis=1).T
    return np.where(values < 0, np.nan, values)


def fields(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, Box):
        return {"bbox": [shape.left, shape.top, shape.width, shape.height]}
    if isinstance(shape, Keypoints):
        numbers = np.column_stack([shape.points, shape.visibility]).ravel().tolist()
        assert shape.box is not None
        count = int((shape.visibility > 0).sum())
        return {"keypoints": numbers, "num_keypoints": count, **fields(shape.box)}
    return {"segmentation": {"size": [SIDE, SIDE], "counts": rle.to_text(shape).encode()}}  # type: ignore[arg-type]
