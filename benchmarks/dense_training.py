"""How well boxes are found after 20, 50 and 100 finished images with the default backbone, and what learning them costs.

    python benchmarks/dense_training.py [--sets bccd,raccoon] [--images 20,50,100] [--ways cached,stage,whole] [--side 512]

bccd is tested on its own test split (72 images), raccoon on 60 images that no near-duplicate of is trained on. Ways:
`cached` the head on kept maps of 8 views; `stage` the last stage from kept maps after it; `whole` 100 steps of the whole
network from pixels after `cached`; `full` 300 steps of the whole network from the start; `random` a head on kept maps of
random weights; `scratch` 300 steps of everything from random weights. CPU-seconds are of this process, the pass that
fills the cache among them; load is the machine's, of the last minute. Each line is printed when it is known.
"""

from __future__ import annotations

import argparse
import os
import re
import tarfile
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from labelgraft.domain.training import HeadKind, TrainingSettings, WeightsKind
from labelgraft.learning.dense import ladder
from labelgraft.learning.dense.batches import CachedInputs, FreshInputs, Inputs
from labelgraft.learning.dense.box_scores import MEASURED_FROM, score_boxes
from labelgraft.learning.dense.cache import PyramidCache
from labelgraft.learning.dense.canvas import LONG_SIDE, Canvas
from labelgraft.learning.dense.deployed import DenseModel
from labelgraft.learning.dense.ladder import DenseClimbed, DenseRequest, climb
from labelgraft.learning.dense.network import DenseNetwork
from labelgraft.learning.dense.training import DenseData, train
from labelgraft.learning.dense.truth import Truth
from labelgraft.learning.dense.views import Picture, views_per_image
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.network import BaseSource
from labelgraft.learning.finetuning.recipe import Recipe
from labelgraft.learning.finetuning.run_folder import RunFolder

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BACKBONE = "efficientnet-lite0"
TWINS = ((11, 116), (83, 120), (21, 45), (50, 52, 74), (51, 85), (65, 98))
RACCOON_TEST = 60


@dataclass(frozen=True, slots=True)
class Drawn:
    """Images with their boxes."""

    pictures: list[Picture]
    truths: list[Truth]

    def only(self, rows: np.ndarray) -> Drawn:
        return Drawn([self.pictures[row] for row in rows], [self.truths[row] for row in rows])


def read(pairs: list[tuple[Path, Path]], names: tuple[str, ...], side: int) -> Drawn:
    """Images and Pascal VOC files; boxes without an area are left out."""
    pictures, truths = [], []
    for file, boxes in pairs:
        with Image.open(file) as opened:
            image = opened.convert("RGB")
        width, height = image.size
        image.thumbnail((2 * side, 2 * side))
        pictures.append(Picture(file.stem, np.asarray(image), width, height))
        rows, classes = [], []
        for item in ET.parse(boxes).getroot().iter("object"):
            edges = [float(item.findtext(f"bndbox/{edge}", "0")) for edge in ("xmin", "ymin", "xmax", "ymax")]
            if edges[2] > edges[0] and edges[3] > edges[1]:
                rows.append(edges)
                classes.append(names.index(item.findtext("name", "")))
        truths.append(Truth(np.array(rows, np.float64).reshape(-1, 4), np.array(classes, np.int64)))
    return Drawn(pictures, truths)


def bccd(folder: Path, side: int) -> tuple[Drawn, Drawn, tuple[str, ...]]:
    names = ("RBC", "WBC", "Platelets")
    root = folder / "BCCD"

    def part(split: str) -> Drawn:
        stems = (root / "ImageSets" / "Main" / f"{split}.txt").read_text().split()
        pairs = [(root / "JPEGImages" / f"{s}.jpg", root / "Annotations" / f"{s}.xml") for s in stems]
        return read(pairs, names, side)

    return part("train"), part("test"), names


def raccoon(folder: Path, side: int) -> tuple[Drawn, Drawn, tuple[str, ...]]:
    files = sorted((folder / "images").iterdir(), key=lambda f: int(re.findall(r"\d+", f.stem)[0]))
    numbers = [int(re.findall(r"\d+", f.stem)[0]) for f in files]
    draw = np.random.default_rng(0)
    test = {numbers[row] for row in draw.permutation(len(files))[:RACCOON_TEST]}
    for twins in TWINS:
        if test & set(twins):
            test |= set(twins)
    pairs = [(f, folder / "annotations" / f"{f.stem}.xml") for f in files]
    parts = [
        read([p for p, n in zip(pairs, numbers, strict=True) if (n in test) == wanted], ("raccoon",), side)
        for wanted in (False, True)
    ]
    return parts[0], parts[1], ("raccoon",)


SETS: dict[str, Callable[[Path, int], tuple[Drawn, Drawn, tuple[str, ...]]]] = {
    "bccd": bccd,
    "raccoon": raccoon,
}


class Bench:
    """One set, one share, one seed."""

    def __init__(
        self, data: str, drawn: Drawn, test: Drawn, names: tuple[str, ...], side: int, seed: int
    ) -> None:
        self.data, self.drawn, self.test, self.names, self.side, self.seed = (
            data,
            drawn,
            test,
            names,
            side,
            seed,
        )
        self.cpu, self.wall = time.process_time(), time.perf_counter()
        self.folder = Path(tempfile.mkdtemp())

    def start(self) -> None:
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def told(self, way: str, network: DenseNetwork, canvas: Canvas, before: float = 0.0) -> float:
        """Prints a row; gives the CPU-seconds so far."""
        spent, wall = before + time.process_time() - self.cpu, time.perf_counter() - self.wall
        model = DenseModel(network, canvas, self.names)
        begun, found = time.process_time(), []
        for start in range(0, len(self.test.pictures), 8):
            found += model.find_in(self.test.pictures[start : start + 8], threshold=MEASURED_FROM)
        each = 1000 * (time.process_time() - begun) / len(found)
        score = score_boxes(self.test.truths, found, self.names)
        assert score is not None
        classes = " ".join(f"{100 * score.figures.get(f'ap50 {n}', 0):.0f}" for n in self.names)
        print(
            f"{self.data:8} {len(self.drawn.pictures):4} {way:8} {100 * score.figures['ap50']:5.1f} "
            f"{100 * score.figures['ap']:5.1f}  {classes:10} {spent:6.0f} {wall:6.0f} {os.getloadavg()[0]:5.1f} {each:5.0f}",
            flush=True,
        )
        return spent

    def climbed(self, weights: WeightsKind, head: HeadKind) -> DenseClimbed:
        settings = TrainingSettings(head=head, weights=weights, device="cpu", seed=self.seed)
        request = DenseRequest(
            "boxes", settings, self.names, self.drawn.pictures, self.drawn.truths,
            np.zeros(len(self.drawn.pictures), np.bool_), long_side_px=self.side,
        )  # fmt: skip
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        self.start()
        return climb(self.source(weights), request, RunFolder(folder))

    def source(self, weights: WeightsKind = WeightsKind.PRETRAINED) -> BaseSource:
        return base_source(BACKBONE, weights=weights, seed=self.seed)

    def more(self, climbed: DenseClimbed | None, canvas: Canvas, boundary: int, steps: int) -> DenseNetwork:
        """The network with the stages above the boundary trained for so many steps."""
        torch.manual_seed(self.seed)
        network = DenseNetwork(self.source()(), "boxes", len(self.names), boundary)
        if climbed is not None:
            network.load_trained(dict(climbed.network.state_dict()))
        standard = TrainingSettings().augmentation
        inputs: Inputs = FreshInputs(self.drawn.pictures, canvas, standard, network.pyramid)
        if boundary:
            cache = PyramidCache(
                next(self.folder.iterdir()), self.drawn.pictures, views_per_image(len(self.drawn.pictures), standard),
                canvas, network.pyramid.widths,
            )  # fmt: skip
            inputs = CachedInputs(cache, boundary)
        rows = len(self.drawn.pictures)
        epochs = -(-steps * ladder.BATCH // rows)
        rate = 2e-3 if climbed is None else 1e-3
        recipe = Recipe(
            phase="more", epochs=epochs, batch_size=ladder.BATCH, learning_rate=rate, upper_factor=0.1,
            evaluation_period=epochs, seed=self.seed,
        )  # fmt: skip
        data = DenseData(self.drawn.truths, np.zeros(rows, np.bool_), self.names)
        self.start()
        train(network, inputs, data, recipe)
        return network


def run(bench: Bench, ways: list[str]) -> None:
    cached = bench.climbed(WeightsKind.PRETRAINED, HeadKind.LINEAR)
    spent = bench.told("cached", cached.network, cached.canvas)
    if "stage" in ways:
        bench.told("stage", bench.more(cached, cached.canvas, 2, 150), cached.canvas, spent)
    if "whole" in ways:
        bench.told("whole", bench.more(cached, cached.canvas, 0, 100), cached.canvas, spent)
    if "full" in ways:
        bench.told("full", bench.more(None, cached.canvas, 0, 300), cached.canvas)
    if "random" in ways:
        random = bench.climbed(WeightsKind.RANDOM, HeadKind.LINEAR)
        bench.told("random", random.network, random.canvas)
    if "scratch" in ways:
        scratch = bench.climbed(WeightsKind.RANDOM, HeadKind.SCRATCH)
        bench.told("scratch", scratch.network, scratch.canvas)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", default="bccd,raccoon")
    parser.add_argument("--images", default="20,50,100")
    parser.add_argument("--ways", default="cached,stage,whole")
    parser.add_argument("--side", type=int, default=LONG_SIDE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    print("set      images way       AP50    AP  per class  cpu-s wall-s  load ms/image found")
    for data in chosen.sets.split(","):
        folder = Path(tempfile.mkdtemp())
        with tarfile.open(DATA / f"{data}.tar") as archive:
            archive.extractall(folder, filter="data")
        drawn, test, names = SETS[data](folder, chosen.side)
        order = np.random.default_rng(chosen.seed).permutation(len(drawn.pictures))
        for count in (int(each) for each in chosen.images.split(",")):
            bench = Bench(data, drawn.only(order[:count]), test, names, chosen.side, chosen.seed)
            run(bench, chosen.ways.split(","))


if __name__ == "__main__":
    main()
