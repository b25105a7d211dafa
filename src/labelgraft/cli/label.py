"""`labelgraft label`."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import comma_numbers, comma_points


@click.command()
@click.argument("project")
@click.argument("class_name", metavar="[CLASS]", required=False)
@click.option("--images", "image_ids", default="", help="Image ids: 3,17,20-22.")
@click.option("--island", type=int, help="Every image of this island of the round.")
@click.option("--lasso", default="", help='Every image inside these corners on the map: "0,0 1,0 1,1".')
@click.option(
    "--round", "round_number", type=int, help="The round that --island and --lasso mean. Default: the last."
)
@click.option("--except", "except_ids", default="", help="Image ids to leave out: the odd ones.")
@click.option("--path", "path_contains", default="", help="Every image with this text in its path.")
@click.option(
    "--relabel/--keep", default=False, help="Also change images that have a label already. Default: keep."
)
@click.option("--clear", is_flag=True, help="Take the classes away instead.")
@click.option("--skip", is_flag=True, help="Mark as skipped instead.")
@click.option("--unclear", is_flag=True, help="Mark as unclear instead.")
@click.pass_obj
def label(
    output: Output, project: str, class_name: str | None, image_ids: str, island: int | None, lasso: str,
    round_number: int | None, except_ids: str, path_contains: str, relabel: bool, clear: bool, skip: bool, unclear: bool,
) -> None:  # fmt: skip
    """Give CLASS to images in one gesture; one operation, revertable as a whole.

    Choose the images by --images, --island, --lasso or --path; --except throws odd ones out. Images named by --images
    are relabelled; the other ways keep labels that are there unless --relabel.
    """
    with output.project(project) as bench:
        selection = bench.select(
            images=comma_numbers(image_ids, "--images") if image_ids else None,
            island=island,
            lasso=comma_points(lasso, "--lasso") if lasso else None,
            round_number=round_number,
            path_contains=path_contains or None,
            leave_out=comma_numbers(except_ids, "--except") if except_ids else (),
            unlabelled_only=not (relabel or image_ids or clear),
        )
        if clear:
            operation = bench.clear(selection)
        elif skip or unclear:
            operation = bench.set_aside(selection, unclear=unclear)
        elif class_name:
            operation = bench.label(selection, class_name)
        else:
            raise click.UsageError("Name a CLASS, or use --clear, --skip or --unclear.")
        output.result(operation, lambda: click.echo(f"Operation {operation.id}: {operation.summary}"))
