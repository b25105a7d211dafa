"""`labelgraft next`."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import below_one_folder
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

        def shown() -> None:
            if not cards:
                click.echo("Every image has a label or was set aside.")
                return
            folder, paths = below_one_folder([each.path for each in cards])
            output.table(
                f"in {folder}", ["image", "reason", "file"],
                [(str(each.card.image_id), each.card.explanation, path) for each, path in zip(cards, paths, strict=True)],
            )  # fmt: skip
            click.echo(f"Next: labelgraft label {project} CLASS --images IDS")

        output.result(cards, shown)
