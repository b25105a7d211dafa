"""`labelgraft next`."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output
from labelgraft.domain.queue import QueueOrder


@click.command("next")
@click.argument("project")
@click.option("--count", default=20, show_default=True, help="How many images.")
@click.option(
    "--order", type=click.Choice([order.value for order in QueueOrder]), default=QueueOrder.BOTH.value, show_default=True,
    help="variety: typical of what has no label; hard: where the model wavers; both; random.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="The same seed and labels give the same queue.")
@click.pass_obj
def next_(output: Output, project: str, count: int, order: str, seed: int) -> None:
    """The images worth looking at next, each with its reason."""
    with output.project(project) as bench:
        cards = bench.next(count, order=QueueOrder(order), seed=seed)
        output.result(
            cards,
            lambda: (
                output.table(
                    "",
                    ["image", "reason", "path"],
                    [(c.card.image_id, c.card.explanation, c.path) for c in cards],
                )
                if cards
                else click.echo("Every image has a label or was set aside.")
            ),
        )
