"""`labelgraft backbones`: list and compare."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output
from labelgraft.domain.model import Interval


@click.group()
def backbones() -> None:
    """List the backbones, compare them on your labels."""


@backbones.command("list")
@click.pass_obj
def list_(output: Output) -> None:
    """The catalogue with sizes, licences and where the weights come from."""
    from labelgraft.workbench.front_door import catalogue

    found = catalogue()
    output.result(
        found,
        lambda: output.table(
            "",
            ["backbone", "input px", "numbers", "params M", "GMACs", "pretraining", "licence", "weights", "note"],
            [
                (
                    each.name, each.preprocessing.input_px, each.feature_width, f"{each.parameters_millions:.1f}",
                    f"{each.gmacs:.2f}", each.pretraining, each.weights_licence, each.weights_source.split()[0],
                    each.note or None,
                )
                for each in found
            ],
            spare=("licence", "params M", "pretraining", "note"),
        ),
    )  # fmt: skip


def with_interval(share: Interval | None) -> str | None:
    """A share with its 95 % interval."""
    return f"{share.value:.3f} ({share.low:.3f} to {share.high:.3f})" if share else None


@backbones.command()
@click.argument("project")
@click.pass_obj
def compare(output: Output, project: str) -> None:
    """Score every embedded backbone on the labels so far, and recommend one."""
    with output.project(project) as bench:
        comparison = bench.compare_backbones()

        def shown() -> None:
            output.table(
                f"{comparison.labels_used} labels, {comparison.class_count} classes; 95 % intervals",
                ["backbone", "neighbours (leave-one-out)", "linear probe (cross-validated)"],
                [
                    (s.backbone, with_interval(s.neighbours), with_interval(s.probe))
                    for s in comparison.scores
                ],
            )
            click.echo(f"Recommended: {comparison.recommendation.reason}")

        output.result(comparison, shown)
