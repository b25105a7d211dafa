"""`labelgraft run`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labelgraft.cli.output import Output
from labelgraft.cli.serving import serve_workspace
from labelgraft.cli.texts import comma_names
from labelgraft.errors import BadInput

if TYPE_CHECKING:
    from labelgraft.cli.serving import AnyBench
    from labelgraft.remote.project import RemoteProject
    from labelgraft.workbench.project import ProjectBench

LOOK_SECONDS = 0.5


@click.command()
@click.argument("photos", type=click.Path(path_type=Path, exists=True))
@click.option("--name", default="", help="What to call the project. Default: the name of the folder.")
@click.option("--classes", default="", help="Class names with commas between; more can come later.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Default: 8765, or the next one that is free.")
@click.option("--browser/--no-browser", default=True, help="Open the browser, or only print the address.")
@click.pass_obj
def run(output: Output, photos: Path, name: str, classes: str, port: int | None, browser: bool) -> None:
    """Make a project of the images in PHOTOS, a folder or a zip, and open it in the browser: the gallery fills and the
    map grows meanwhile.

    Run again, it opens the same project and takes in what is new. Ctrl+C ends it; what is finished is kept.
    """
    source = photos.absolute()
    wanted = name.strip() or (source.name if source.is_dir() else source.stem) or "photos"

    def prepare(bench: AnyBench) -> str:
        return f"/projects/{project_of(bench, wanted, comma_names(classes)).id}/gallery"

    def begin(bench: AnyBench) -> None:
        take_in(bench, bench.project(wanted), source)

    roots = (source if source.is_dir() else source.parent,)
    serve_workspace(
        output, output.workspace, port=port, roots=roots, browser=browser, prepare=prepare, begin=begin
    )


def project_of(bench: AnyBench, name: str, classes: tuple[str, ...]) -> ProjectBench | RemoteProject:
    """The project of that name, begun if it is not there, with these classes."""
    every: Sequence[ProjectBench | RemoteProject] = bench.projects()
    found = next((each for each in every if each.name == name), None)
    if found is None:
        return bench.new_project(name, classes=classes)
    if classes:
        found.set_classes(classes)
    return found


def take_in(bench: AnyBench, project: ProjectBench | RemoteProject, source: Path) -> None:
    """Import the images, or wait for an import of them that goes on already; then lay them out for the first time."""
    from labelgraft.workbench import front_door

    going = [
        job.number
        for job in bench.jobs()
        if job.kind == "import" and str(job.state) == "running" and job.arguments.get("source") == str(source)
    ]
    if not going:
        project.add_images(source)
    while any(str(bench.job(number).state) == "running" for number in going):
        time.sleep(LOOK_SECONDS)
    if not isinstance(bench, front_door.Workbench):
        return  # a server that was asked to import lays the images out by itself
    opened = bench.project(project.name)
    if not opened.status().images:
        raise BadInput(f"{source}: no image was found there that can be read. The job says what was refused.")
    if opened.wants_first_map():
        opened.map()
