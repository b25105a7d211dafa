"""How fast photos become stored embeddings, against a plain timm loop and against the network alone.

    python benchmarks/embedding_throughput.py [--data ../shared/data/catsdogs.tar] [--rounds 3] [--stages]

The contestants take turns and each one's best round counts, so that other load meets all alike. On a machine
that is busy otherwise, believe the CPU time per image, over all processes taking part, rather than the rates.
Starting workers and loading networks is not part of the rates and is printed apart.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
from PIL import Image

from labelgraft.domain.project import Task
from labelgraft.formats import thumbnails
from labelgraft.formats.pixels import Limits, decode, read_file
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.network import load
from labelgraft.learning.backbones.timm_networks import torch_module
from labelgraft.services import import_images
from labelgraft.services.embedding_spaces import store_shard
from labelgraft.services.ingest import IngestPool, cores
from labelgraft.services.ingest_messages import NetworkChoice, Output, Shard
from labelgraft.services.ingest_worker import BATCH, detail_px
from labelgraft.services.read_source import ImportRequest
from labelgraft.services.scan_files import scan_files, split_into_shards
from labelgraft.storage import projects
from labelgraft.storage.workspace import Workspace

In = TypeVar("In")
Out = TypeVar("Out")

BACKBONE = "efficientnet-lite0"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "catsdogs.tar"


class PlainLoop:
    """What a user would write: Pillow, timm's own transform, float32, torch's default threads."""

    def __init__(self, batch: int) -> None:
        import torch

        self._torch = torch
        self._batch = batch
        self._model = torch_module(registry.get(BACKBONE)).eval()  # also makes timm's torchvision usable
        import timm.data

        config = timm.data.resolve_data_config({}, model=self._model)
        self._transform = timm.data.create_transform(**config, is_training=False)

    def run(self, paths: Sequence[str]) -> float:
        """Seconds for all paths."""
        began = time.perf_counter()
        parts = []
        with self._torch.inference_mode():
            for start in range(0, len(paths), self._batch):
                some = paths[start : start + self._batch]
                images = [self._transform(Image.open(path).convert("RGB")) for path in some]
                parts.append(self._model(self._torch.stack(images)).numpy())
        np.concatenate(parts)
        return time.perf_counter() - began


class NetworkAlone:
    """One process per core, each with its network and one ready batch in memory."""

    def __init__(self, workers: int) -> None:
        command = [sys.executable, __file__, "--network-alone"]
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(workers)
        ]
        for process in self._processes:
            _line(process)

    def run(self, count: int) -> float:
        """Seconds for that many images over all processes."""
        share = -(-count // len(self._processes))
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{share}\n")
            process.stdin.flush()
        return max(float(_line(process)) for process in self._processes)

    def ids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def close(self) -> None:
        for process in self._processes:
            process.communicate()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def serve_network_alone() -> None:
    """The process behind NetworkAlone."""
    network = load(registry.get(BACKBONE))
    side = network.backbone.preprocessing.input_px
    batch = np.random.default_rng(0).integers(0, 256, (BATCH, side, side, 3), np.uint8)
    network.embed(batch)
    print("ready", flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        for _ in range(-(-int(line) // BATCH)):
            network.embed(batch)
        print(time.perf_counter() - began, flush=True)


def embed_only(pool: IngestPool, choice: NetworkChoice, paths: Sequence[str]) -> float:
    """From files to stored shards."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Workspace.open(Path(folder) / "w", create=True) as workspace,
    ):
        began = time.perf_counter()
        shards = split_into_shards(paths, workers=pool.workers)
        wanted = frozenset({Output.EMBEDDING})
        for _, result in pool.run(Shard(tuple(shard), wanted, choice) for shard in shards):
            store_shard(workspace, choice.backbone, result)
        return time.perf_counter() - began


def whole_import(pool: IngestPool, choice: NetworkChoice, folder: Path) -> float:
    """From a folder to images in the database, thumbnails and stored shards: what `images add` does."""
    with tempfile.TemporaryDirectory() as place, Workspace.open(Path(place) / "w", create=True) as workspace:
        with workspace.database.writing() as connection:
            project = projects.create(
                connection, name="p", task=Task.CLASSIFICATION, multi_label=False, backbone=BACKBONE
            )
        began = time.perf_counter()
        request = ImportRequest(project.id, folder, "folder", False, "key")
        _, *steps = import_images.plan(workspace, request, pool.workers)

        def take_in(step: dict[str, list[list[str]]]) -> None:
            import_images.take_in(workspace, project.id, step["files"], pool, choice, Limits())

        with ThreadPoolExecutor(2 * pool.workers) as threads:
            list(threads.map(take_in, steps))
        return time.perf_counter() - began


def stages(paths: Sequence[str]) -> None:
    """CPU time of each single stage in one thread."""
    network = load(registry.get(BACKBONE))
    detail = detail_px(network.backbone.preprocessing)
    files = _stage("read and hash", lambda path: read_file(path, Limits()), paths)
    pictures = [p.image for p in _stage("decode", lambda f: decode(f, Limits(), detail_px=detail), files)]
    inputs = _stage("prepare the network input", network.prepare, pictures)
    batches = [np.stack(inputs[start : start + BATCH]) for start in range(0, len(inputs), BATCH)]
    network.embed(batches[0])
    _stage("network", network.embed, batches, per=BATCH)
    small = _stage("scale to 256 px", thumbnails.thumbnail, pictures)
    for method in range(5):
        encode = partial(_webp, method=method)
        sizes = [len(webp) for webp in _stage(f"WebP 256 px, method {method}", encode, small)]
        print(f"{'':36} {np.mean(sizes):8,.0f} bytes")
    cells = _stage("64 px cell", thumbnails.cell, small)
    _stage("sheet of 256 cells", thumbnails.sheet, [cells[:256]], per=256)


def _webp(image: Image.Image, method: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=80, method=method)
    return buffer.getvalue()


def _stage(name: str, work: Callable[[In], Out], items: Sequence[In], per: int = 1) -> list[Out]:
    """Best of five, as the machine may be busy otherwise."""
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        made = [work(item) for item in items]
        best = min(best, time.process_time() - began)
    print(f"{name:36} {best / len(items) / per * 1000:8.3f} cpu-ms per image")
    return made


def race(folder: Path, rounds: int) -> None:
    """All contestants in turns; prints the table."""
    paths = [file.path for file in scan_files(folder).files]
    choice = NetworkChoice(registry.get(BACKBONE))
    began = time.perf_counter()
    with IngestPool(network=choice) as pool:
        facts = pool.wait_until_ready()
        seconds = time.perf_counter() - began
        print(f"{len(paths)} photos, {pool.workers} workers ready after {seconds:.1f} s: {facts}")
        alone = NetworkAlone(cores())
        loops = {batch: PlainLoop(batch) for batch in (16, 32)}
        some = paths[: len(paths) // 4]  # the plain loop is slow
        contestants: dict[str, tuple[Callable[[], float], int]] = {
            "plain timm loop, float32, batch 16": (lambda: loops[16].run(some), len(some)),
            "plain timm loop, float32, batch 32": (lambda: loops[32].run(some), len(some)),
            "network alone": (lambda: alone.run(2000), 2000),
            "decode to stored shard": (lambda: embed_only(pool, choice, paths), len(paths)),
            "import + thumbnails + embedding": (lambda: whole_import(pool, choice, folder), len(paths)),
        }
        best, least = dict.fromkeys(contestants, 0.0), dict.fromkeys(contestants, float("inf"))
        for _ in range(rounds):
            for name, (run, count) in contestants.items():
                processes = [
                    psutil.Process(each) for each in (os.getpid(), *pool.process_ids(), *alone.ids())
                ]
                before = _cpu_seconds(processes)
                rate = count / run()
                used = (_cpu_seconds(processes) - before) / count * 1000
                print(f"  {name}: {rate:.1f} img/s, {used:.2f} cpu-ms", flush=True)
                best[name] = max(best[name], rate)
                least[name] = min(least[name], used)
        alone.close()
    _table(best, least)


def _cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


def _table(best: dict[str, float], least: dict[str, float]) -> None:
    *loops, alone, ours, whole = best.values()
    plain = max(loops)
    print(f"\n{'':36} {'img/s':>8} {'x plain':>8} {'x alone':>8} {'cpu-ms':>8}")
    for name, rate in best.items():
        print(f"{name:36} {rate:8.1f} {rate / plain:8.2f} {rate / alone:8.2f} {least[name]:8.2f}")
    print(f"\ndecode to stored shard: {ours / plain:.2f} x the plain loop (target 4.5)")
    print(f"decode to stored shard: {ours / alone:.2f} x the network alone (target 0.7)")
    print(f"whole import: {whole / plain:.2f} x the plain loop (target 3)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="a tar of photos (default: %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="turns of each contestant (default: %(default)s)"
    )
    parser.add_argument("--stages", action="store_true", help="CPU time of each stage instead of the race")
    parser.add_argument("--network-alone", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.network_alone:
        serve_network_alone()
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(given.data) as tar:
            tar.extractall(folder, filter="data")
        if given.stages:
            stages([file.path for file in scan_files(Path(folder)).files][:300])
        else:
            race(Path(folder), given.rounds)


if __name__ == "__main__":
    main()
