"""The same files run without our adapter, written from their own descriptions alone: what the adapter must agree with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image

from labelgraft.domain.arrays import AnyArray, Doubles, Pixels


def session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def linear(image: Pixels, width: int, height: int) -> Doubles:
    """OpenCV's INTER_LINEAR by its formula, pixel by pixel in float64, rounded."""
    x = np.clip((np.arange(width) + 0.5) * image.shape[1] / width - 0.5, 0, image.shape[1] - 1)
    y = np.clip((np.arange(height) + 0.5) * image.shape[0] / height - 0.5, 0, image.shape[0] - 1)
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    x1, y1 = np.minimum(x0 + 1, image.shape[1] - 1), np.minimum(y0 + 1, image.shape[0] - 1)
    fx, fy = (x - x0)[None, :, None], (y - y0)[:, None, None]
    values = image.astype(np.float64)
    upper = values[y0][:, x0] * (1 - fx) + values[y0][:, x1] * fx
    lower = values[y1][:, x0] * (1 - fx) + values[y1][:, x1] * fx
    rounded: Doubles = np.floor(upper * (1 - fy) + lower * fy + 0.5)
    return rounded


def yolox(run: Any, image: Pixels, *, threshold: float, iou: float) -> Doubles:
    """(N, 6): left, top, right, bottom, score, class, clipped to the image, most confident first."""
    height, width = image.shape[:2]
    ratio = min(416 / width, 416 / height)
    small = linear(image, int(width * ratio), int(height * ratio))
    canvas = np.full((416, 416, 3), 114.0)
    canvas[: small.shape[0], : small.shape[1]] = small
    blob = canvas[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32)
    rows = run.run(None, {"images": np.ascontiguousarray(blob)})[0][0].astype(np.float64)
    at, found = 0, []
    for stride in (8, 16, 32):
        side = 416 // stride
        for cell in range(side * side):
            row = rows[at]
            at += 1
            score = row[4] * row[5:].max()
            if score < threshold:
                continue
            centre_x, centre_y = (row[0] + cell % side) * stride, (row[1] + cell // side) * stride
            w, h = np.exp(row[2]) * stride, np.exp(row[3]) * stride
            found.append(
                [
                    centre_x - w / 2,
                    centre_y - h / 2,
                    centre_x + w / 2,
                    centre_y + h / 2,
                    score,
                    row[5:].argmax(),
                ]
            )
    boxes = suppressed(np.array(found).reshape(-1, 6), iou)
    boxes[:, [0, 2]] *= width / small.shape[1]
    boxes[:, [1, 3]] *= height / small.shape[0]
    return clipped(boxes, width, height)


def fastestdet(run: Any, image: Pixels, *, threshold: float, iou: float) -> Doubles:
    """As `yolox`."""
    height, width = image.shape[:2]
    blob = (linear(image, 352, 352)[:, :, ::-1] / 255).transpose(2, 0, 1)[None].astype(np.float32)
    maps = run.run(None, {"input.1": np.ascontiguousarray(blob)})[0][0].astype(np.float64)
    found = []
    for row in range(22):
        for column in range(22):
            values = maps[:, row, column]
            score = values[0] ** 0.6 * values[5:].max() ** 0.4
            if score < threshold:
                continue
            x, y = (np.tanh(values[1]) + column) / 22, (np.tanh(values[2]) + row) / 22
            w, h = 1 / (1 + np.exp(-values[3])), 1 / (1 + np.exp(-values[4]))
            edges = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height]
            found.append([*edges, score, values[5:].argmax()])
    return clipped(suppressed(np.array(found).reshape(-1, 6), iou), width, height)


def suppressed(boxes: Doubles, iou: float) -> Doubles:
    left = sorted(boxes.tolist(), key=lambda box: -box[4])
    kept: list[list[float]] = []
    for box in left:
        if all(other[5] != box[5] or overlap(other, box) <= iou for other in kept):
            kept.append(box)
    return np.array(kept).reshape(-1, 6)


def overlap(a: list[float], b: list[float]) -> float:
    shared = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def clipped(boxes: Doubles, width: int, height: int) -> Doubles:
    boxes[:, [0, 2]] = boxes[:, [0, 2]].clip(0, width)
    boxes[:, [1, 3]] = boxes[:, [1, 3]].clip(0, height)
    return boxes


def class_map(run: Any, image: Pixels) -> AnyArray:
    """(H, W): DeepLab's class for each pixel of the image."""
    height, width = image.shape[:2]
    ratio = 513 / max(width, height)
    small = Image.fromarray(image).resize(
        (int(width * ratio), int(height * ratio)), Image.Resampling.BILINEAR
    )
    canvas = Image.new("RGB", (513, 513), (127, 127, 127))
    canvas.paste(small, (0, 0))
    classes = run.run(["class_map"], {"image": np.asarray(canvas)[None]})[0][0].astype(np.uint8)
    inner = Image.fromarray(classes[: small.height, : small.width])
    return np.asarray(inner.resize((width, height), Image.Resampling.NEAREST))


def pose(run: Any, image: Pixels) -> Doubles:
    """(17, 3): x, y in pixels of the image, and score."""
    height, width = image.shape[:2]
    ratio = 192 / max(width, height)
    small = linear(image, int(width * ratio), int(height * ratio))
    top, left = (192 - small.shape[0]) // 2, (192 - small.shape[1]) // 2
    canvas = np.zeros((192, 192, 3), np.uint8)
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    y, x, score = run.run(None, {"image": canvas[None]})[0][0, 0].astype(np.float64).T
    return np.stack(
        [(x * 192 - left) * width / small.shape[1], (y * 192 - top) * height / small.shape[0], score], axis=1
    )
