"""YOLOX-nano over files as a job, against the bare network: photos in, proposals in the database.

    python -m benchmarks.batch_prediction [--data ../shared/data] [--rounds 5] [--count 200]

The job reads each file, hashes and decodes it, runs the network through the adapter in the same worker process, sends the
shapes to the server's process and stores them, one transaction per shard. The bare network gets the same ready input again
and again, in as many processes of one thread. They take turns, round by round, so other load meets both. Decoding alone is
timed in the bare network's processes too; "after decoding" compares the job with decoding + network, which no order of the
same steps can beat. Wall-clock ratios are of the medians; CPU is that of all processes of a kind together.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tarfile
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from PIL import Image

import labelgraft
from labelgraft.domain.project import Task
from labelgraft.formats.pixels import Limits, decode, read_file
from labelgraft.learning.detectors.onnx_session import open_session
from labelgraft.workbench.front_door import Workbench

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FILE = "yolox_nano.onnx"
SIDE = 416
TICK = os.sysconf("SC_CLK_TCK")


def photos(source: Path, folder: Path, count: int) -> list[Path]:
    """So many different files: the photos of coco-mini, later ones with a few rows less."""
    folder.mkdir()
    files = sorted((source / "images").rglob("*.jpg"))
    for at in range(count):
        image = Image.open(files[at % len(files)])
        lower = image.height - at // len(files)
        image.crop((0, 0, image.width, lower)).convert("RGB").save(folder / f"{at:05d}.jpg", quality=92)
    return sorted(folder.iterdir())


def serve(weights: Path, files: list[Path], link: Connection) -> None:
    """A process of its own: told "bare" or "decode" and how many images, answers seconds and CPU seconds."""
    session = open_session(weights)
    ready = np.random.default_rng(0).integers(0, 256, (1, 3, SIDE, SIDE)).astype(np.float32)
    link.send("ready")
    while (task := link.recv()) is not None:
        what, count = task
        began, burned = time.perf_counter(), time.process_time()
        for at in range(count):
            if what == "bare":
                session.run(None, {"images": ready})
            else:
                np.asarray(
                    decode(read_file(files[at % len(files)], Limits()), Limits(), detail_px=SIDE).image
                )
        link.send((time.perf_counter() - began, time.process_time() - burned))


def cpu_of(process_ids: tuple[int, ...]) -> float:
    """CPU seconds that processes have used so far."""
    total = 0.0
    for number in process_ids:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICK
    return total


def job(bench: Workbench, images: Sequence[int]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds of the workers, CPU seconds of the process that stores."""
    workers = bench._engine.ingest.pool(None).process_ids()
    began, burned, mine = time.perf_counter(), cpu_of(workers), time.process_time()
    bench.project("street").find_shapes(images=images)
    return time.perf_counter() - began, cpu_of(workers) - burned, time.process_time() - mine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=200, help="Images per round.")
    options = parser.parse_args()
    weights, cores = options.data / "weights" / FILE, len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(options.data / "coco-mini.tar") as tar:
            tar.extractall(Path(place) / "coco", filter="data")
        files = photos(Path(place) / "coco", Path(place) / "photos", options.count)
        context, links = multiprocessing.get_context("spawn"), []
        for _ in range(cores):
            ours, theirs = context.Pipe()
            context.Process(target=serve, args=(weights, files, theirs), daemon=True).start()
            links.append(ours)
        for link in links:
            link.recv()
        with labelgraft.open(Path(place) / "workspace", create=True) as bench:
            project = bench.new_project("street", task=Task.DETECTION, classes=["person", "car"])
            project.add_images(Path(place) / "photos", embed=False)
            project.add_detector(weights)
            images = [row.image.id for row in project.images(limit=options.count).rows]
            report(rounds(bench, images, links, options.rounds), len(images), cores)
        for link in links:
            link.send(None)


def rounds(
    bench: Workbench, images: Sequence[int], links: list[Connection], count: int
) -> dict[str, list[tuple[float, ...]]]:
    """Seconds of each kind of work, round by round."""
    found: dict[str, list[tuple[float, ...]]] = {"bare": [], "decode": [], "job": []}
    for turn in range(count + 1):
        told: dict[str, tuple[float, ...]] = {"job": job(bench, images)}
        for what in ("bare", "decode"):
            for link in links:
                link.send((what, len(images) // len(links)))
            answers = [link.recv() for link in links]
            told[what] = (max(each[0] for each in answers), sum(each[1] for each in answers))
        if turn:  # the first warms up
            for what, seconds in told.items():
                found[what].append(seconds)
    return found


def report(found: dict[str, list[tuple[float, ...]]], images: int, cores: int) -> None:
    """The table."""
    middle = {
        what: [statistics.median(column) for column in zip(*rows, strict=True)]
        for what, rows in found.items()
    }
    per_image = {what: 1e3 * sum(seconds[1:]) / images for what, seconds in middle.items()}
    print(f"{cores} processes, {images} photos a round, {len(found['job'])} rounds")
    print("| | images/s | CPU ms per image |")
    print("|---|---|---|")
    for what, name in (
        ("bare", "bare network"),
        ("decode", "decoding alone"),
        ("job", "job, file to proposal"),
    ):
        print(f"| {name} | {images / middle[what][0]:.1f} | {per_image[what]:.1f} |")
    storing = 1e3 * middle["job"][2] / images
    both = middle["bare"][0] + middle["decode"][0]
    print(f"of the job's CPU {storing:.1f} ms per image are the server's process (plan, store, jobs)")
    print(f"job / bare network: {middle['bare'][0] / middle['job'][0]:.2f} by the clock, "
          f"{per_image['bare'] / per_image['job']:.2f} by CPU")  # fmt: skip
    print(f"job / (decoding + bare network): {both / middle['job'][0]:.2f} by the clock, "
          f"{(per_image['bare'] + per_image['decode']) / per_image['job']:.2f} by CPU")  # fmt: skip


if __name__ == "__main__":
    main()
