"""A small workspace of cats and dogs with proposals, and what is in it after a person was at it."""

from __future__ import annotations

import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

import labelgraft
from labelgraft.workbench.project import ProjectBench

EACH = 30
"""Images of each class; every third is labelled, the others have proposals."""


def build(archive: Path, folder: Path) -> Path:
    """Import some pictures, embed them by colour (no network is loaded), label a third, train, propose."""
    photos = folder / "photos"
    with tarfile.open(archive) as tar:
        files = [member for member in tar.getmembers() if member.name.startswith("images/")]
        chosen = [
            member for kind in ("cat", "dog") for member in files if member.name.startswith(f"images/{kind}.")
        ]
        half = len(chosen) // 2
        tar.extractall(photos, members=chosen[:EACH] + chosen[half : half + EACH], filter="data")
    workspace = folder / "workspace"
    with labelgraft.open(workspace, create=True) as bench:
        project = bench.new_project("pets", classes=["cat", "dog"], backbone="color-histogram")
        project.add_images(photos)
        project.embed()
        paths = project.paths()
        for kind in ("cat", "dog"):
            of_kind = [number for number, path in sorted(paths.items()) if f"/{kind}." in path]
            project.label(of_kind[::3], kind)
        project.train()
        project.predict()
    return workspace


@dataclass(frozen=True)
class Kept:
    """What the database holds: class names by image, state by image, revision by image, summaries of operations."""

    labels: dict[int, tuple[str, ...]]
    states: dict[int, str]
    revisions: dict[int, int]
    history: list[str]


def kept_in(workspace: Path) -> Kept:
    """Read a workspace that no server has open."""
    with labelgraft.open(workspace) as bench:
        project = bench.project("pets")
        rows = project.images(limit=1000).rows
        return Kept(
            {row.image.id: tuple(row.class_names) for row in rows},
            {row.image.id: row.image.state.value for row in rows},
            {row.image.id: row.image.revision for row in rows},
            [each.summary for each in project.history()],
        )


def confidences(project: ProjectBench) -> dict[int, float]:
    """Of the proposals by image."""
    rows = project.images(limit=1000).rows
    return {row.image.id: row.confidence for row in rows if row.confidence is not None}


def copied(workspace: Path, to: Path) -> Path:
    """A copy to work on."""
    return Path(shutil.copytree(workspace, to))


def saved(page: Page) -> None:
    """Wait until the server has everything."""
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def image_on_screen(page: Page) -> int:
    """The number of the image whose pixels are on the screen of Annotate."""
    stage = page.locator("[data-image][aria-busy=false]")
    # The first queue of a server takes seconds: what computes it is loaded then.
    stage.wait_for(timeout=60_000)
    return int(stage.get_attribute("data-image") or 0)


def press_on(page: Page, image: int, key: str) -> int:
    """Press a key on an image and give the one that comes after it, as soon as its pixels are there."""
    page.keyboard.press(key)
    page.locator(f"[data-image]:not([data-image='{image}'])[aria-busy=false]").wait_for()
    return image_on_screen(page)
