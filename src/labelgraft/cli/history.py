"""`labelgraft history` and `labelgraft revert`."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output
from labelgraft.domain.operation import RevertReport


@click.command()
@click.argument("project")
@click.option("--before", type=int, help="Go on before this operation.")
@click.option("--limit", default=20, show_default=True, help="How many at the most.")
@click.pass_obj
def history(output: Output, project: str, before: int | None, limit: int) -> None:
    """Every operation, newest first: who, when, what, and whether it was taken back."""
    with output.project(project) as bench:
        operations = bench.history(before=before, limit=limit)
        output.result(
            operations,
            lambda: output.table(
                "", ["operation", "made", "by", "cause", "images", "what", "undone by"],
                [
                    (
                        str(o.id), o.made_at, o.author.name, o.cause.value, o.image_count, o.summary,
                        str(o.reverted_by) if o.reverted_by else None,
                    )
                    for o in operations
                ],
                spare=("made", "cause", "by"),
            ),
        )  # fmt: skip


@click.command()
@click.argument("project")
@click.argument("operation", type=int)
@click.option("--dry-run", is_flag=True, help="Only say what it would do.")
@click.pass_obj
def revert(output: Output, project: str, operation: int, dry_run: bool) -> None:
    """Take back OPERATION as a whole, also where later ones came after it; says which of those it overrides."""
    with output.project(project) as bench:
        report: RevertReport = bench.revert(operation, dry_run=dry_run)

        def shown() -> None:
            verb = "would be taken back" if dry_run else "is taken back"
            click.echo(
                f"Operation {operation} ({report.reverted.summary}) {verb} on {report.image_count:,} images."
            )
            for later in report.overridden:
                click.echo(
                    f"  overrides operation {later.operation.id} ({later.operation.summary}) on {later.image_count:,}"
                )
            if report.operation is not None:
                click.echo(f"To undo this: labelgraft revert {project} {report.operation.id}")

        output.result(report, shown)
