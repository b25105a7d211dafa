"""`labelgraft classes`: list, set, rename, merge, delete."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import counted


@click.group()
def classes() -> None:
    """The classes of a project: set, rename, merge, delete."""


@classes.command("list")
@click.argument("project")
@click.pass_obj
def list_(output: Output, project: str) -> None:
    """Every class with its key, colour and count of labelled images."""
    with output.project(project) as bench:
        found = bench.classes()
        counts = bench.status().per_class
        output.result(
            found,
            lambda: output.table(
                "", ["class", "key", "colour", "labelled"],
                [(each.name, each.key, each.colour, counts.get(each.name, 0)) for each in found],
            ),
        )  # fmt: skip


@classes.command("set")
@click.argument("project")
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def set_(output: Output, project: str, names: tuple[str, ...]) -> None:
    """Add the classes NAMES; those that are there stay as they are."""
    with output.project(project) as bench:
        found = bench.set_classes(names)
        output.result(
            found,
            lambda: click.echo(
                f"{project} has {counted(len(found), 'class', 'classes')}: "
                + ", ".join(c.name for c in found)
            ),
        )


@classes.command()
@click.argument("project")
@click.argument("old")
@click.argument("new")
@click.pass_obj
def rename(output: Output, project: str, old: str, new: str) -> None:
    """Call the class OLD by the name NEW; its labels stay."""
    with output.project(project) as bench:
        bench.rename_class(old, new)
        output.result({"renamed": old, "to": new}, lambda: click.echo(f"{old} is now called {new}."))


@classes.command()
@click.argument("project")
@click.argument("name")
@click.argument("into")
@click.pass_obj
def merge(output: Output, project: str, name: str, into: str) -> None:
    """Give every label of NAME to INTO and delete NAME, in one operation."""
    with output.project(project) as bench:
        operation = bench.merge_class(name, into)
        output.result(operation, lambda: click.echo(f"Operation {operation.id}: {operation.summary}"))


@classes.command()
@click.argument("project")
@click.argument("name")
@click.pass_obj
def delete(output: Output, project: str, name: str) -> None:
    """Delete a class and its labels, in one operation that can be reverted."""
    with output.project(project) as bench:
        operation = bench.delete_class(name)
        output.result(operation, lambda: click.echo(f"Operation {operation.id}: {operation.summary}"))
