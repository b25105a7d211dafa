"""YOLOX-nano on coco-mini through the described adapter, against a direct run of the same file and the bare network.

    python -m benchmarks.detector_adapter [--data ../shared/data] [--rounds 5]

Quality: AP50 over the classes present, both scored alike by faster-coco-eval. The direct run is written here from the
model's own description, shares no code with the adapter and does not cut boxes at the image's edge.
Rate: one process per core, each with one single-threaded session. The bare network gets the same ready input again and
again; the adapter gets decoded photos (decoding is in neither and printed apart), fits them in, runs the network, reads its
answers and removes duplicates. They take turns, round by round, so other load meets both; the ratio is that of the medians.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tarfile
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from labelgraft.domain.arrays import Doubles, Pixels
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.learning.detectors.onnx_detector import THRESHOLD, OnnxDetector
from labelgraft.learning.detectors.onnx_session import open_session
from labelgraft.learning.detectors.registry import preset
from labelgraft.learning.scoring.average_precision import AveragePrecision, average_precision
from labelgraft.learning.scoring.objects import FoundObjects, TrueObjects, true_objects

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FILE = "yolox_nano.onnx"
CLASSES = 80
ALL_BOXES = 0.001
SIDE = 416


def photos(folder: Path) -> tuple[list[Path], list[TrueObjects]]:
    """The files and what is in them, from the YOLO labels."""
    files = sorted((folder / "images").rglob("*.jpg"))
    truth = []
    for file in files:
        width, height = Image.open(file).size
        label = folder / "object_detection" / "labels" / file.parent.name / f"{file.stem}.txt"
        lines = label.read_text().splitlines() if label.exists() else []
        rows = [tuple(map(float, line.split())) for line in lines if line.strip()]
        boxes = [
            Box((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
            for _, x, y, w, h in rows
        ]
        truth.append(true_objects([int(row[0]) for row in rows], boxes))
    return files, truth


def direct(session: Any, image: Pixels) -> FoundObjects:
    """YOLOX as its authors run it: OpenCV's linear resize, grey 114 right and below, BGR, NMS at 0.65."""
    height, width = image.shape[:2]
    ratio = min(SIDE / width, SIDE / height)
    small = linear(image, int(width * ratio), int(height * ratio))
    canvas = np.full((SIDE, SIDE, 3), 114, np.float32)
    canvas[: small.shape[0], : small.shape[1]] = small
    blob = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None])
    rows = session.run(None, {"images": blob})[0][0]
    places = [np.stack(np.meshgrid(*[np.arange(SIDE // s)] * 2), -1).reshape(-1, 2) for s in (8, 16, 32)]
    strides = np.concatenate([np.full((len(p), 1), s) for p, s in zip(places, (8, 16, 32), strict=True)])
    centres, sizes = (rows[:, :2] + np.concatenate(places)) * strides, np.exp(rows[:, 2:4]) * strides
    scores = rows[:, 4:5] * rows[:, 5:]
    classes, best = scores.argmax(axis=1), scores.max(axis=1)
    boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1) / ratio
    left = [at for at in np.argsort(-best, kind="stable") if best[at] >= ALL_BOXES]
    kept: list[int] = []
    for at in left:
        if all(classes[k] != classes[at] or overlap(boxes[k], boxes[at]) <= 0.65 for k in kept):
            kept.append(int(at))
    return FoundObjects(
        classes[kept].astype(np.int64), best[kept], tuple(Box(*boxes[at].tolist()) for at in kept)
    )


def linear(image: Pixels, width: int, height: int) -> Doubles:
    x = np.clip((np.arange(width) + 0.5) * image.shape[1] / width - 0.5, 0, image.shape[1] - 1.001)
    y = np.clip((np.arange(height) + 0.5) * image.shape[0] / height - 0.5, 0, image.shape[0] - 1.001)
    x0, y0 = x.astype(int), y.astype(int)
    fx, fy = (x - x0)[None, :, None], (y - y0)[:, None, None]
    upper = image[y0][:, x0] * (1 - fx) + image[y0][:, x0 + 1] * fx
    lower = image[y0 + 1][:, x0] * (1 - fx) + image[y0 + 1][:, x0 + 1] * fx
    rounded: Doubles = np.rint(upper * (1 - fy) + lower * fy)
    return rounded


def overlap(a: Doubles, b: Doubles) -> float:
    shared = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return float(shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared))


def score(truth: list[TrueObjects], found: list[FoundObjects]) -> AveragePrecision:
    return average_precision(truth, found, class_count=CLASSES, kind=ShapeKind.BOX)


def serve(weights: Path, folder: Path, link: Connection) -> None:
    """A process of its own: told "bare" or "adapter" and how many images, answers seconds and CPU seconds."""
    images = [np.asarray(Image.open(file).convert("RGB")) for file in photos(folder)[0][:40]]
    detector, session = OnnxDetector(preset("yolox_nano"), weights), open_session(weights)
    ready = np.random.default_rng(0).integers(0, 256, (1, 3, SIDE, SIDE)).astype(np.float32)
    link.send("ready")
    while (task := link.recv()) is not None:
        what, threshold, count = task
        began, burned = time.perf_counter(), time.process_time()
        if what == "bare":
            for _ in range(count):
                session.run(None, {"images": ready})
        else:
            detector.find([images[at % len(images)] for at in range(count)], threshold=threshold)
        link.send((time.perf_counter() - began, time.process_time() - burned))


def rates(weights: Path, folder: Path, rounds: int, count: int) -> None:
    context = multiprocessing.get_context("spawn")
    workers = os.cpu_count() or 1
    links = []
    for _ in range(workers):
        ours, theirs = context.Pipe()
        context.Process(target=serve, args=(weights, folder, theirs), daemon=True).start()
        links.append(ours)
    for link in links:
        link.recv()
    tasks = [("bare", 0.0), ("adapter", THRESHOLD), ("adapter", ALL_BOXES)]
    seconds: dict[tuple[str, float], list[float]] = {task: [] for task in tasks}
    burned: dict[tuple[str, float], list[float]] = {task: [] for task in tasks}
    for turn in range(rounds + 1):
        for task in tasks:
            for link in links:
                link.send((*task, count))
            answers = [link.recv() for link in links]
            if turn:  # the first warms up
                seconds[task].append(max(each[0] for each in answers))
                burned[task].append(sum(each[1] for each in answers))
    for link in links:
        link.send(None)
    bare = statistics.median(seconds[tasks[0]]), statistics.median(burned[tasks[0]])
    total = count * workers
    print(f"\n{workers} processes, {count} images each and round, {rounds} rounds")
    print("| | images/s | CPU ms per image | of the bare network's rate | of its CPU rate |")
    print("|---|---|---|---|---|")
    for task in tasks:
        wall, cpu = statistics.median(seconds[task]), statistics.median(burned[task])
        name = "bare network" if task[0] == "bare" else f"adapter, boxes from {task[1]}"
        print(
            f"| {name} | {total / wall:.1f} | {1e3 * cpu / total:.1f} | {bare[0] / wall:.2f} | {bare[1] / cpu:.2f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=40)
    options = parser.parse_args()
    weights = options.data / "weights" / FILE
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(options.data / "coco-mini.tar") as tar:
            tar.extractall(place, filter="data")
        files, truth = photos(Path(place))
        began = time.process_time()
        images = [np.asarray(Image.open(file).convert("RGB")) for file in files]
        decoding = 1e3 * (time.process_time() - began) / len(files)
        detector, session = OnnxDetector(preset("yolox_nano"), weights), open_session(weights)
        adapted = [
            FoundObjects(each.class_indexes, each.confidences, tuple(each.shapes()))
            for each in detector.find(images, threshold=ALL_BOXES)
        ]
        ours, theirs = score(truth, adapted), score(truth, [direct(session, image) for image in images])
        print(
            f"{len(files)} photos, {sum(ours.truth_counts)} boxes; decoding {decoding:.1f} CPU ms per photo"
        )
        print("| | AP | AP50 (95 % interval) | AP75 |")
        print("|---|---|---|---|")
        for name, result in (("adapter", ours), ("direct run", theirs)):
            whole = result.overall
            print(
                f"| {name} | {100 * whole.ap.value:.2f} | {100 * whole.ap50.value:.2f} "
                f"({100 * whole.ap50.low:.1f} to {100 * whole.ap50.high:.1f}) | {100 * whole.ap75.value:.2f} |"
            )
        apart = 100 * (ours.overall.ap50.value - theirs.overall.ap50.value)
        print(f"AP50 apart by {apart:+.2f} points; at most 0.5 allowed")
        rates(weights, Path(place), options.rounds, options.count)


if __name__ == "__main__":
    main()
