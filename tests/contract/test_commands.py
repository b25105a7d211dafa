"""The same demands on every command of the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from labelgraft.cli.main import COMMANDS, labelgraft

CONTEXT = click.Context(labelgraft)


def every_command() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command = labelgraft.get_command(CONTEXT, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            for sub in command.list_commands(CONTEXT):
                child = command.get_command(CONTEXT, sub)
                assert child is not None
                yield f"{name} {sub}", child


ALL = dict(every_command())


@pytest.mark.parametrize("name", ALL)
def test_a_command_explains_itself_and_every_option(name: str) -> None:
    command = ALL[name]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name}: {parameter.opts[0]} has no help"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_in_help_names_a_command_that_loads(name: str) -> None:
    command = labelgraft.get_command(CONTEXT, name)
    assert command is not None
    assert command.name == name
