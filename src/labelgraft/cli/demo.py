"""`labelgraft demo`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from labelgraft.cli.output import Output


@click.command()
@click.option(
    "--data", type=click.Path(exists=True, path_type=Path),
    help="A labelled folder, labels.csv, or a .tar of one. Default: scikit-learn's handwritten digits.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="The same seed plays the same game.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the workspace in this new folder.")
@click.pass_obj
def demo(output: Output, data: Path | None, seed: int, keep: Path | None) -> None:
    """Play the whole loop: a simulated annotator who knows the true labels, against labelling one by one."""
    from labelgraft import simulation

    with tempfile.TemporaryDirectory(prefix="labelgraft-demo-") as folder:
        root = Path(folder)
        source = simulation.prepare_data(data, root / "data")
        with output.progress("Demo") as advance:
            game = simulation.play(source, keep or root / "workspace", seed=seed, on_progress=advance)

        def shown() -> None:
            output.table(
                f"{game.images:,} images, {game.classes} classes, {game.backbone}",
                [
                    "round",
                    "labels by hand",
                    "gestures",
                    "labelled or accepted",
                    "right, all images",
                    "purity of the map",
                    "seconds",
                ],
                [
                    (
                        r.number,
                        r.labels,
                        r.gestures,
                        r.labelled,
                        f"{100 * r.accuracy:.1f} %",
                        r.purity,
                        round(r.seconds, 1),
                    )
                    for r in game.rounds
                ],
            )
            click.echo(game.summary)

        output.result(game, shown)
