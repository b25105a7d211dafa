"""`labelgraft project`: new, list, show, delete."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import comma_names, percent
from labelgraft.domain.project import Task


@click.group()
def project() -> None:
    """New, list, show, delete projects."""


@project.command()
@click.argument("name")
@click.option(
    "--task",
    type=click.Choice([each.value for each in Task]),
    default=Task.CLASSIFICATION.value,
    show_default=True,
    help="What is labelled in an image.",
)
@click.option("--classes", default="", help="Class names with commas between; more can come later.")
@click.option("--multi-label", is_flag=True, help="An image may have several classes.")
@click.option(
    "--backbone", default="efficientnet-lite0", show_default=True, help="The network that embeds the images."
)
@click.pass_obj
def new(output: Output, name: str, task: str, classes: str, multi_label: bool, backbone: str) -> None:
    """Begin a project called NAME (the workspace is made where there is none)."""
    with output.bench(create=True) as bench:
        made = bench.new_project(
            name,
            task=task,
            multi_label=multi_label,
            classes=comma_names(classes),
            backbone=backbone,
        )
        output.result(
            made.info,
            lambda: click.echo(
                f"Project {name} is ready in {bench.folder}. Next: labelgraft images add {name} FOLDER"
            ),
        )


@project.command("list")
@click.pass_obj
def list_(output: Output) -> None:
    """Every project with its counts."""
    with output.bench() as bench:
        rows = [each.status() for each in bench.projects()]
        output.result(
            rows,
            lambda: (
                output.table(
                    "",
                    ["project", "images", "labelled", "classes", "models", "rounds"],
                    [(r.name, r.images, r.labelled, len(r.per_class), r.models, r.rounds) for r in rows],
                )
                if rows
                else click.echo("No project yet. Begin one: labelgraft project new NAME --classes cat,dog")
            ),
        )


@project.command()
@click.argument("name")
@click.pass_obj
def show(output: Output, name: str) -> None:
    """How far a project has come, and what to do next."""
    with output.project(name) as bench:
        status = bench.status()

        def shown() -> None:
            click.echo(
                f"{status.name}: {status.images:,} images, {status.labelled:,} labelled "
                f"({percent(status.labelled, status.images)}), {status.proposed:,} with a proposal."
            )
            if status.per_class:
                output.table("", ["class", "labelled"], list(status.per_class.items()))
            click.echo(status.next_step)

        output.result(status, shown)


@project.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(output: Output, name: str, yes: bool) -> None:
    """Delete a project with its labels and models. Image files are never touched."""
    with output.project(name) as bench:
        status = bench.status()
        if not yes:
            click.confirm(
                f"Delete {name} with {status.labelled:,} labels and {status.models} models?", abort=True
            )
        bench.delete()
        output.result(
            {"deleted": name}, lambda: click.echo(f"Project {name} is deleted; no image file was touched.")
        )
