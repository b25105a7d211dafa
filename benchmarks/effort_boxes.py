"""Seconds of a person for all boxes of a set, with a model that is trained again each round, against drawing all by hand.

    python -m benchmarks.effort_boxes [--sets bccd,raccoon] [--images 60] [--round 10] [--sure 0.4]

A simulated annotator who knows the true boxes goes through images in an order drawn once, in rounds of ten. Costs of a
gesture: draw a box 7 s, adjust one 3 s, delete one 1 s, accept all of an image 1 s. A proposal of the right class is taken
as it is from an IoU of 0.8 on, adjusted from 0.5 on, else deleted; what no proposal meets is drawn. Images without
proposals are drawn by hand. After each round the default backbone's head learns anew from all images so far, as
`labelgraft train` does it.
"""

from __future__ import annotations

import argparse
import shutil
import tarfile
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import labelgraft
from labelgraft.domain.instance_edit import InstanceEdit, NewInstance
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.overlap import box_ious
from labelgraft.formats import registry
from labelgraft.workbench.project import ProjectBench

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DRAW_S, ADJUST_S, DELETE_S, ACCEPT_S = 7.0, 3.0, 1.0, 1.0
AS_IT_IS, ADJUSTABLE = 0.8, 0.5


@dataclass(slots=True)
class Effort:
    """Gestures of one round. boxes: that are there; images of it had proposals or not."""

    images: int = 0
    boxes: int = 0
    accepted: int = 0
    adjusted: int = 0
    added: int = 0
    deleted: int = 0
    seconds: float = field(default=0.0)

    def count(self, truth: list[tuple[str, Box]], proposed: list[tuple[str, Box, float]]) -> None:
        """One image."""
        kept, adjusted, deleted = answers(truth, proposed)
        added = len(truth) - kept - adjusted
        self.images += 1
        self.boxes += len(truth)
        self.accepted += kept
        self.adjusted += adjusted
        self.deleted += deleted
        self.added += added
        self.seconds += DRAW_S * added + ADJUST_S * adjusted + DELETE_S * deleted + ACCEPT_S * bool(proposed)

    @property
    def by_hand(self) -> float:
        """Seconds of drawing all of it."""
        return DRAW_S * self.boxes


def answers(truth: list[tuple[str, Box]], proposed: list[tuple[str, Box, float]]) -> tuple[int, int, int]:
    """Proposals taken, adjusted and deleted; the surest first takes the free true box that it overlaps most."""
    free = list(truth)
    kept = adjusted = 0
    for name, box, _ in sorted(proposed, key=lambda each: -each[2]):
        same = [at for at, (true_name, _) in enumerate(free) if true_name == name]
        if not same:
            continue
        edges = np.array([[box.left, box.top, box.right, box.bottom]])
        others = np.array([[b.left, b.top, b.right, b.bottom] for _, b in (free[at] for at in same)])
        overlaps = box_ious(edges, others)[0]
        best = int(overlaps.argmax())
        if overlaps[best] >= ADJUSTABLE:
            kept += bool(overlaps[best] >= AS_IT_IS)
            adjusted += bool(overlaps[best] < AS_IT_IS)
            del free[same[best]]
    return kept, adjusted, len(proposed) - kept - adjusted


def truths(root: Path, count: int) -> dict[str, list[tuple[str, Box]]]:
    """Boxes by the file of each of `count` images, in an order drawn once."""
    dataset = registry.get("voc").read(root)
    found = {
        image.source: [(one.class_name, one.shape) for one in image.instances if isinstance(one.shape, Box)]
        for image in dataset.images
        if image.instances
    }
    files = sorted(found)
    order = np.random.default_rng(0).permutation(len(files))[:count]
    return {files[at]: found[files[at]] for at in order}


def finish(project: ProjectBench, image: int, truth: list[tuple[str, Box]], ids: dict[str, int]) -> None:
    """Write what the annotator ends with: the true boxes."""
    new = tuple(NewInstance(ids[name], box) for name, box in truth)  # type: ignore[arg-type]
    rejected = tuple(each.id for each in project.instances(image).proposals)
    project.edit_instances(InstanceEdit(image, new=new, rejected=rejected, finished=True))  # type: ignore[arg-type]


def run(name: str, chosen: argparse.Namespace, console: Console, folder: Path) -> None:
    """All rounds of one set, a line each as it is known."""
    with tarfile.open(DATA / f"{name}.tar") as tar:
        tar.extractall(folder, filter="data")
    wanted = truths(folder if name == "raccoon" else folder / "BCCD", chosen.images)
    photos = folder / "photos"
    photos.mkdir()
    for at, file in enumerate(wanted):
        shutil.copy(file, photos / f"{at:04}{Path(file).suffix}")
    by_number = list(wanted.values())
    total = Effort()
    table = Table(
        "round",
        "images",
        "boxes",
        "accepted",
        "adjusted",
        "added",
        "deleted",
        "s an image",
        "by hand",
        "training",
    )
    with labelgraft.open(folder / "workspace", create=True) as bench:
        classes = sorted({each for boxes in by_number for each, _ in boxes})
        project = bench.new_project(name, task="detection", classes=classes)
        project.add_images(photos, embed=False)
        ids = {each.name: int(each.id) for each in project.classes()}
        names = {number: each for each, number in ids.items()}
        images = {int(Path(path).stem): int(number) for number, path in project.paths().items()}
        order = sorted(images)
        for number, start in enumerate(range(0, len(order), chosen.round)):
            effort, some = Effort(), order[start : start + chosen.round]
            for at in some:
                open_now = project.instances(images[at]).proposals
                offered = [
                    (names[int(p.class_id)], p.shape, p.confidence)
                    for p in open_now
                    if p.confidence >= chosen.sure
                ]
                boxes = [(each, shape, sure) for each, shape, sure in offered if isinstance(shape, Box)]
                for each in (effort, total):
                    each.count(by_number[at], boxes)
                finish(project, images[at], by_number[at], ids)
            seconds = 0.0
            if start + chosen.round < len(order):
                began = time.perf_counter()
                project.train()
                project.find_shapes()
                seconds = time.perf_counter() - began
            table.add_row(*line(str(number + 1), effort), f"{seconds:.0f} s")
            console.print(
                f"{name}: round {number + 1}, {effort.seconds / max(effort.images, 1):.1f} s an image",
                style="dim",
            )
    table.add_row(*line("all", total), "")
    console.print(table)
    saved = 1 - total.seconds / total.by_hand
    console.print(
        f"{name}: {total.seconds:,.0f} s against {total.by_hand:,.0f} s by hand: {100 * saved:.0f} % saved"
    )


def line(name: str, effort: Effort) -> list[str]:
    """Counts and seconds of a round."""
    per_image = max(effort.images, 1)
    counts = (effort.images, effort.boxes, effort.accepted, effort.adjusted, effort.added, effort.deleted)
    return [
        name, *(f"{each:,}" for each in counts), f"{effort.seconds / per_image:.1f}", f"{effort.by_hand / per_image:.1f}",
    ]  # fmt: skip


def main() -> None:
    """Every set, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sets", default="raccoon,bccd", help="of raccoon and bccd")
    parser.add_argument("--images", type=int, default=60, help="of each set (default 60)")
    parser.add_argument("--round", type=int, default=10, help="images of a round (default 10)")
    parser.add_argument(
        "--sure", type=float, default=0.4, help="least confidence that is shown (default 0.4)"
    )
    chosen = parser.parse_args()
    for name in chosen.sets.split(","):
        with tempfile.TemporaryDirectory(prefix="labelgraft-") as folder:
            run(name, chosen, Console(width=130), Path(folder))


if __name__ == "__main__":
    main()
