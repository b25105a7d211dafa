"""Purity (kNN, k = 15) before and after fine-tuning on 50 labels, over images that were never labelled.

python benchmarks/purity.py [--seeds 5] [--sets catsdogs,pets]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

import labelgraft
from labelgraft import simulation
from labelgraft.domain.training import TrainingSettings
from labelgraft.formats import detect

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LABELS = 50


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--sets", default="catsdogs,pets")
    options = arguments.parse_args()
    table = Table(title=f"Purity over images never labelled, before and after {LABELS} labels; mean (lowest)")
    for name in ("set", "embedding before", "after", "map before", "after", "seeds where after > before"):
        table.add_column(name, justify="left" if name == "set" else "right")
    for name in options.sets.split(","):
        with tempfile.TemporaryDirectory() as folder:
            runs = measure(DATA / f"{name}.tar", Path(folder), options.seeds)
        columns = list(zip(*runs, strict=True))
        better = sum(run[1] > run[0] and run[3] > run[2] for run in runs)
        shown = [f"{statistics.mean(column):.4f} ({min(column):.4f})" for column in columns]
        table.add_row(name, *shown, f"{better} of {len(runs)}")
    Console().print(table)


def measure(archive: Path, folder: Path, seeds: int) -> list[tuple[float, ...]]:
    """(embedding before, after, map before, after) per seed."""
    source = simulation.prepare_data(archive, folder / "data")
    dataset = detect.detect(source).format.read(source)
    truth_of = {Path(image.path).name: image.class_names[0] for image in dataset.images}
    runs = []
    with labelgraft.open(folder / "workspace", create=True) as bench:
        for seed in range(seeds):
            project = bench.new_project(f"seed {seed}", classes=sorted(set(truth_of.values())))
            project.add_images(source, labels=False)
            truth = {image_id: truth_of[Path(path).name] for image_id, path in project.paths().items()}
            project.map(seed=seed)
            labelled = set()
            for count in (10, 20, 20):
                for each in project.next(count, seed=seed):
                    labelled.add(each.card.image_id)
                    project.label([each.card.image_id], truth[each.card.image_id])
                before = (
                    project.purity_by(truth, leave_out=labelled, backbone=project.info.backbone),
                    project.purity_by(truth, leave_out=labelled, round_number=1),
                )
                project.train(TrainingSettings(seed=seed))
                project.predict()
            last = project.map(seed=seed)
            after = (
                project.purity_by(truth, leave_out=labelled, in_embedding=True),
                project.purity_by(truth, leave_out=labelled, round_number=last.number),
            )
            shares = [share for pair in zip(before, after, strict=True) for share in pair]
            runs.append(tuple(share for share in shares if share is not None))
    return runs


if __name__ == "__main__":
    main()
