"""`labelgraft map`."""

from __future__ import annotations

from pathlib import Path

import click

from labelgraft.cli.output import Output


@click.command("map")
@click.argument("project")
@click.option("--rearrange", is_flag=True, help="Do not keep the places of the last round.")
@click.option("--backbone", help="Lay out this backbone's embedding instead of the active model's.")
@click.option("--round", "number", type=int, help="Show this round instead of making a new one.")
@click.option(
    "--islands", "show_islands", is_flag=True, help="List the islands with count, purity and place."
)
@click.option("--rounds", "show_rounds", is_flag=True, help="List the rounds instead of making a new one.")
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Save a picture of the round.")
@click.option("--dark", is_flag=True, help="A dark picture.")
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same layout.")
@click.pass_obj
def map_(
    output: Output, project: str, rearrange: bool, backbone: str | None, number: int | None, show_islands: bool,
    show_rounds: bool, png: Path | None, dark: bool, seed: int,
) -> None:  # fmt: skip
    """Lay the images out on a map: a new round that keeps the places of the last one."""
    with output.project(project) as bench:
        if show_rounds:
            rounds = bench.map_rounds()
            output.result(
                rounds,
                lambda: output.table(
                    "", ["round", "embedding", "images", "purity", "median move", "seconds", "made"],
                    [
                        (r.number, r.embedding, r.image_count, r.purity, r.median_move, f"{r.seconds:.1f}", r.created_at)
                        for r in rounds
                    ],
                    spare=("made", "seconds"),
                ),
            )  # fmt: skip
            return
        if number is None:
            with output.progress(f"Mapping {project}") as advance:
                shown_round = bench.map(
                    rearrange=rearrange, backbone=backbone, seed=seed, on_progress=advance
                )
        else:
            shown_round = bench.map_round(number)
        islands = bench.islands(shown_round.number)
        if png is not None:
            bench.map_figure(shown_round.number, dark=dark).savefig(png)

        def shown() -> None:
            moved = (
                f", median move {shown_round.median_move:.2f} radii"
                if shown_round.median_move is not None
                else ""
            )
            purity = f", purity {shown_round.purity:.3f}" if shown_round.purity is not None else ""
            click.echo(
                f"Round {shown_round.number}: {shown_round.image_count:,} images by {shown_round.embedding}, "
                f"{len(islands)} islands{purity}{moved}, {shown_round.seconds:.1f} s."
            )
            if show_islands:
                output.table(
                    "", ["island", "name", "images", "labelled", "purity", "x", "y", "radius"],
                    [
                        (i.number, i.name, i.image_count, i.labelled_count, i.purity,
                         f"{i.centre_x:.2f}", f"{i.centre_y:.2f}", f"{i.radius:.2f}")
                        for i in islands
                    ],
                )  # fmt: skip
            if png is not None:
                click.echo(f"Picture: {png}")

        output.result({"round": shown_round, "islands": islands}, shown)
