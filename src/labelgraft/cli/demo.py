"""`labelgraft demo`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labelgraft.cli.output import Output

if TYPE_CHECKING:
    from labelgraft.simulation import Game


@click.command()
@click.option(
    "--data", type=click.Path(exists=True, path_type=Path),
    help="A labelled folder, labels.csv, or a .tar of one. Default: scikit-learn's handwritten digits.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="The same seed plays the same game.")
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Keep the data and the workspace in this new folder."
)
@click.pass_obj
def demo(output: Output, data: Path | None, seed: int, keep: Path | None) -> None:
    """Play the whole loop: a simulated annotator who knows the true labels, against labelling one by one."""
    from labelgraft import simulation

    with tempfile.TemporaryDirectory(prefix="labelgraft-demo-") as passing:
        root = keep or Path(passing)
        source = simulation.prepare_data(data, root / "data")
        with output.progress("Demo") as advance:
            game = simulation.play(source, root / "workspace", seed=seed, on_progress=advance)
    output.result(game, lambda: show(output, game, keep))


def show(output: Output, game: Game, keep: Path | None) -> None:
    """The table of rounds, what it comes to, and how to look at the result."""
    output.table(
        f"{game.images:,} images, {game.classes} classes, {game.backbone}",
        ["round", "by hand", "gestures", "labelled", "all right", "purity", "seconds"],
        [
            (
                r.number,
                r.labels,
                r.gestures,
                r.labelled,
                f"{100 * r.accuracy:.1f} %",
                r.purity,
                f"{r.seconds:.1f}",
            )
            for r in game.rounds
        ],
    )
    click.echo(
        "by hand: images labelled one by one. labelled: with those accepted. all right: of the labels and"
    )
    click.echo(
        "proposals of all images. purity: of the map, over images never labelled by hand (kNN, k = 15)."
    )
    click.echo(game.summary)
    if keep is None:
        click.echo("To keep the project and look into it: labelgraft demo --keep FOLDER")
    else:
        click.echo(f"Look into it: labelgraft -w {keep / 'workspace'} project show demo")
