"""`labelgraft predict`."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output


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
                f"{report.images:,} images scored by {report.model}; {report.unlabelled:,} of them unlabelled."
            )
            output.table(
                "", ["confidence", "unlabelled images", "expected right"],
                [(f"{low:.2f} to {high:.2f}", count, right) for low, high, count, right in report.bands],
            )  # fmt: skip

        output.result(report, shown)
