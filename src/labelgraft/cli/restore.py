"""`labelgraft restore`."""

from __future__ import annotations

from pathlib import Path

import click

from labelgraft.cli.output import Output


@click.command()
@click.argument("backup", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore(output: Output, backup: Path | None, yes: bool) -> None:
    """Put a backup of the database in place: BACKUP, or the newest. The present files are kept aside."""
    from labelgraft.workbench.front_door import list_backups, restore_backup

    there = list_backups(output.workspace)
    chosen = backup or (there[-1] if there else None)
    if not yes and chosen is not None:
        click.confirm(
            f"Put {chosen.name} in place? What was labelled after it will be set aside.", abort=True
        )
    used = restore_backup(output.workspace, chosen)
    output.result(
        {"restored": used},
        lambda: click.echo(f"{used.name} is in place; the files before it are kept beside it."),
    )
