"""`labelgraft export`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from labelgraft.cli.output import Output
from labelgraft.domain.dataset import LossReport


@click.command()
@click.argument("project")
@click.argument("format_name", metavar="FORMAT")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--images", "transfer", type=click.Choice(["copy", "link", "none"]),
    help="Copy the image files, link them, or only name them. Default: name them where the format can, else link.",
)  # fmt: skip
@click.option(
    "--proposals/--no-proposals", default=False, help="Also write proposals where there is no label."
)
@click.option("--drafts", is_flag=True, help="Where shapes are drawn: also images that nobody has finished.")
@click.option("--overwrite", is_flag=True, help="Replace FOLDER if it is there.")
@click.option("--check", is_flag=True, help="Only say what the format would lose.")
@click.pass_obj
def export(
    output: Output,
    project: str,
    format_name: str,
    folder: Path,
    transfer: Literal["copy", "link", "none"] | None,
    proposals: bool,
    drafts: bool,
    overwrite: bool,
    check: bool,
) -> None:
    """Write the labels to FOLDER, with a report of what is lost.

    FORMAT: csv, image-folder, hf-imagefolder, prodigy, coco, yolo, voc, csv-boxes, labelme or deeplabcut.
    """
    with output.project(project) as bench:
        with output.progress(f"Exporting {project}") as advance:
            report: LossReport = bench.export(
                format_name, folder, transfer=transfer, proposals=proposals, overwrite=overwrite, check=check,
                drafts=drafts, on_progress=advance,
            )  # fmt: skip

        def shown() -> None:
            click.echo(f"{'Nothing written: a check of' if check else 'Written:'} {folder} ({format_name}).")
            for loss in report.losses:
                click.echo(
                    f"  {loss.severity.value}: {loss.what} ({loss.count:,}) " + ", ".join(loss.examples[:3])
                )
            if not report.losses:
                click.echo("  Nothing is lost in this format.")

        output.result({"folder": folder, "format": format_name, "losses": report.losses}, shown)
