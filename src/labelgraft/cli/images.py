"""`labelgraft images`: add and list."""

from __future__ import annotations

import os
from pathlib import Path

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import below_one_folder
from labelgraft.domain.image import ImageState, Split
from labelgraft.domain.reports import ImportReport

SHOWN = 20
"""Lines of copies, and of files not taken, that are printed."""


@click.group()
def images() -> None:
    """Add images to a project, list them."""


@images.command()
@click.argument("project")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "format_name",
    help="folder, image-folder, csv, csv-boxes, prodigy, hf-imagefolder, coco, yolo, voc, cvat, "
    "label-studio, labelme, deeplabcut. "
    "Default: found out, and said.",
)  # fmt: skip
@click.option(
    "--labels/--no-labels", default=True, show_default=True, help="Import the labels that the source has."
)
@click.option(
    "--embed/--no-embed", default=True, show_default=True, help="Embed in the same pass as the import."
)
@click.pass_obj
def add(
    output: Output, project: str, source: Path, format_name: str | None, labels: bool, embed: bool
) -> None:
    """Add the images of SOURCE: a folder, a labelled folder, a zip of one, labels.csv, or a data set file.

    Files stay where they are; those of a zip are unpacked into the workspace. Images that are there already (the same
    bytes) are told, not added twice. What cannot be read is listed with its reason and the rest goes on. Run it again
    after an interruption: it goes on.
    """
    with output.project(project) as bench:
        with output.progress(f"Adding {source}") as advance:
            report = bench.add_images(
                source, format_name=format_name, labels=labels, embed=embed, on_progress=advance
            )

        def shown() -> None:
            click.echo(summary_of(report))
            click.echo(report.format_reason)
            if report.operation_id is not None:
                click.echo(
                    f"{came_with(report)}. To take that back: labelgraft revert {project} {report.operation_id}"
                )
            for what, count in report.mended.items():
                click.echo(f"  shapes: {what} ({count:,})")
            if report.kept:
                click.echo(
                    f"{report.kept:,} images keep what was said of them; the source says another thing."
                )
            if report.rejected:
                click.echo(
                    f"{report.rejected:,} images came without a label: the source only says what they are not."
                )
            copies = [(short(each.path, source), short(each.original, source)) for each in report.duplicates]
            some_of([f"  copy: {path} has the bytes of {original}" for path, original in copies])
            some_of([f"  not taken: {short(each.path, source)}: {each.reason}" for each in report.refused])
            if any("the limit" in each.reason for each in report.refused):
                click.echo("The limits are settings: LABELGRAFT_MAX_IMAGE_MPX and LABELGRAFT_MAX_IMAGE_MB.")
            click.echo(bench.status().next_step)

        output.result(report, shown)


def summary_of(report: ImportReport) -> str:
    """An import in one sentence; what did not happen is left out."""
    parts = [f"{report.added:,} images added"]
    parts += [f"{report.known:,} there already"] if report.known else []
    parts += [f"{report.moved:,} found at a new place"] if report.moved else []
    parts += [f"{len(report.duplicates):,} copies of others"] if report.duplicates else []
    parts += [f"{len(report.refused):,} not taken"] if report.refused else []
    return ", ".join(parts) + "."


def came_with(report: ImportReport) -> str:
    """What the one operation of an import gave."""
    shapes = f", {report.instances:,} shapes" if report.instances else ""
    parts = [f"{report.labelled:,} images came with labels{shapes}"] if report.labelled else []
    parts += [f"{report.set_aside:,} were set aside"] if report.set_aside else []
    return ", ".join(parts) or "Splits came with it"


def short(path: str, source: Path) -> str:
    """A path as seen from the source, where it lies inside of it."""
    start = os.path.join(os.path.abspath(source), "")  # noqa: PTH100, PTH118  links stay as they were named
    return path.removeprefix(start)


def some_of(lines: list[str]) -> None:
    """The first twenty lines, and how many more there are."""
    for line in lines[:SHOWN]:
        click.echo(line)
    if len(lines) > SHOWN:
        click.echo(f"  and {len(lines) - SHOWN:,} more; all of them with --json")


@images.command("list")
@click.argument("project")
@click.option(
    "--state", type=click.Choice([state.value for state in ImageState]), help="Only images in this state."
)
@click.option("--class", "class_name", help="Only images labelled with this class.")
@click.option("--proposed", help="Only images for which this class is proposed.")
@click.option("--min-confidence", type=float, help="Only proposals at least this sure, 0 to 1.")
@click.option("--max-confidence", type=float, help="Only proposals at most this sure, 0 to 1.")
@click.option("--folder", help="Only images of this folder and of those below it.")
@click.option(
    "--split", type=click.Choice([split.value for split in Split]), help="Only images of this split."
)
@click.option("--text", help="Only images with this text in their path.")
@click.option("--after", type=int, help="Go on after this image id.")
@click.option("--limit", default=50, show_default=True, help="How many at the most.")
@click.pass_obj
def list_(
    output: Output, project: str, state: str | None, class_name: str | None, proposed: str | None,
    min_confidence: float | None, max_confidence: float | None, folder: str | None, split: str | None,
    text: str | None, after: int | None, limit: int,
) -> None:  # fmt: skip
    """List images with their state and classes."""
    with output.project(project) as bench:
        page = bench.images(
            state=ImageState(state) if state else None, class_name=class_name, proposed=proposed,
            min_confidence=min_confidence, max_confidence=max_confidence, folder=folder,
            split=Split(split) if split else None, path_contains=text, after=after, limit=limit,
        )  # fmt: skip

        def shown() -> None:
            folder, paths = below_one_folder([row.image.path for row in page.rows])
            if not page.rows:
                click.echo("No image fits.")
                return
            output.table(
                f"in {folder}",
                ["image", "state", "class", "proposal", "split", "file"],
                [
                    (
                        str(row.image.id), row.image.state.value, ", ".join(row.class_names) or None,
                        f"{row.proposed} {row.confidence:.2f}" if row.proposed else None,
                        row.image.split.value if row.image.split else None, path,
                    )
                    for row, path in zip(page.rows, paths, strict=True)
                ],
                spare=("split",),
            )  # fmt: skip
            if page.next_after is not None:
                click.echo(f"More: --after {page.next_after}")

        output.result(page, shown)
