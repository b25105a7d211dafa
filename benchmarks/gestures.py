"""Gestures per 1,000 images until 99 % of all labels are right, against labelling one by one.

A simulated annotator who knows the true labels plays the whole loop through the library's verbs: 50 labels by the queue
in three rounds, then page by page of doubtful proposals: one gesture per correction, one per accepted page, one for the
last accept. She looks at every thumbnail of a page before she accepts it; looking is not a gesture.

    python benchmarks/gestures.py [--seeds 3] [--sets catsdogs,pets,emoji]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from labelgraft import simulation

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--sets", default="catsdogs,pets,emoji")
    options = arguments.parse_args()
    table = Table(title="Gestures until 99 % of all labels are right")
    for name in ("set", "images", "gestures per 1,000", "one by one per 1,000", "ratio", "right at the end"):
        table.add_column(name, justify="left" if name == "set" else "right")
    for name in options.sets.split(","):
        games = [play(DATA / f"{name}.tar", seed) for seed in range(options.seeds)]
        per_thousand = [1000 * game.gestures / game.images for game in games]
        alone = 1000 * games[0].one_by_one / games[0].images
        spread = f"{statistics.mean(per_thousand):.0f} ({min(per_thousand):.0f} to {max(per_thousand):.0f})"
        table.add_row(
            name, f"{games[0].images:,}", spread, f"{alone:.0f}", f"1/{alone / statistics.mean(per_thousand):.1f}",
            f"{100 * min(game.accuracy for game in games):.1f} % or more",
        )  # fmt: skip
    Console().print(table)


def play(archive: Path, seed: int) -> simulation.Game:
    with tempfile.TemporaryDirectory() as folder:
        source = simulation.prepare_data(archive, Path(folder) / "data")
        return simulation.play(source, Path(folder) / "workspace", seed=seed)


if __name__ == "__main__":
    main()
