"""`labelgraft completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of your SHELL.

    \b
    bash:  eval "$(labelgraft completion bash)"
    zsh:   eval "$(labelgraft completion zsh)"
    fish:  labelgraft completion fish | source
    """
    found = get_completion_class(shell)
    assert found is not None  # the choices above are click's own
    click.echo(found(ctx.find_root().command, {}, "labelgraft", "_LABELGRAFT_COMPLETE").source())
