"""`labelgraft serve`."""

from __future__ import annotations

from pathlib import Path

import click

from labelgraft.cli.output import Output
from labelgraft.cli.serving import serve_workspace


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--port", type=click.IntRange(0, 65_535), help="Default: 8765, or the next one that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Only this machine, in this version.")
@click.option(
    "--root", "roots", type=click.Path(path_type=Path, exists=True, file_okay=False), multiple=True,
    help="A folder below which images may be imported from; may be given several times. Default: the current folder.",
)  # fmt: skip
@click.option("--browser/--no-browser", default=True, help="Open the browser, or only print the address.")
@click.pass_obj
def serve(
    output: Output, folder: Path | None, port: int | None, host: str, roots: tuple[Path, ...], browser: bool
) -> None:
    """Start the server of a workspace and open it in the browser; Ctrl+C ends it.

    FOLDER is the workspace, as with -w. Only this machine can reach it, and only who has the address printed here.
    """
    serve_workspace(
        output,
        folder or output.workspace,
        port=port,
        host=host,
        roots=roots or (Path.cwd(),),
        browser=browser,
    )
