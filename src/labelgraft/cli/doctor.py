"""`labelgraft doctor`."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output


@click.command()
@click.pass_obj
def doctor(output: Output) -> None:
    """Say what works on this machine and what does not: weights, engines, database, disk."""
    from labelgraft.workbench.examine import examine

    findings = examine(output.workspace)
    output.result(
        findings,
        lambda: output.table(
            "", ["what", "works", "found"], [(each.what, each.works, each.found) for each in findings]
        ),
    )
