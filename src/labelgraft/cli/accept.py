"""`labelgraft accept`."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import comma_numbers


@click.command()
@click.argument("project")
@click.option("--threshold", type=float, help="Every proposal at least this sure, 0 to 1.")
@click.option("--island", type=int, help="Every proposal on this island of the last round.")
@click.option("--images", "image_ids", default="", help="The proposals of these images: 3,17,20-22.")
@click.option("--class", "class_name", help="Only proposals of this class.")
@click.option("--dry-run", is_flag=True, help="Only say how many it would be.")
@click.pass_obj
def accept(
    output: Output, project: str, threshold: float | None, island: int | None, image_ids: str,
    class_name: str | None, dry_run: bool,
) -> None:  # fmt: skip
    """Accept proposals by threshold, island or list, in one operation; labels that are there are never changed."""
    with output.project(project) as bench:
        report = bench.accept(
            threshold=threshold, island=island, class_name=class_name, dry_run=dry_run,
            images=comma_numbers(image_ids, "--images") if image_ids else None,
        )  # fmt: skip
        output.result(report, lambda: click.echo(report.summary))
