"""`labelgraft predict`."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import counted


@click.command()
@click.argument("project")
@click.option("--model", "model_name", help="Name from `labelgraft models list`. Default: the active one.")
@click.pass_obj
def predict(output: Output, project: str, model_name: str | None) -> None:
    """Propose classes for every image; replaces earlier proposals, never touches labels."""
    with output.project(project) as bench:
        with output.progress(f"Predicting {project}") as advance:
            report = bench.predict(model_name, on_progress=advance)

        def shown() -> None:
            click.echo(
                f"{counted(report.images, 'image')} scored by {report.model}; {report.unlabelled:,} without a label."
            )
            if not report.unlabelled:
                return
            output.table(
                "", ["confidence", "unlabelled images", "expected right"],
                [
                    (f"{low:.2f} to {high:.2f}", count, f"{100 * right:.1f} %")
                    for low, high, count, right in report.bands if count
                ],
            )  # fmt: skip
            click.echo(f"Next: labelgraft accept {project} --threshold 0.95 --dry-run")

        output.result(report, shown)
