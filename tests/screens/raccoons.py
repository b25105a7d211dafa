"""A small workspace of photos to draw boxes on, some with proposals, and what is drawn in it after a person was at it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page

import labelgraft
from labelgraft.domain.ids import ImageId, ModelId
from labelgraft.domain.proposal import NewProposedShape
from labelgraft.domain.shapes.box import Box
from labelgraft.storage import proposed_shapes

IMAGES = 8
PROPOSED = 3
"""Images with proposals: two sure ones and one that is not."""


def build(photos: Path, folder: Path) -> Path:
    """Photos in a detection project with the classes raccoon and dog; nothing is trained."""
    chosen = folder / "photos"
    chosen.mkdir()
    for file in sorted(photos.rglob("*.jpg"))[:IMAGES]:
        shutil.copy(file, chosen)
    workspace = folder / "workspace"
    with labelgraft.open(workspace, create=True) as bench:
        project = bench.new_project(
            "raccoons", task="detection", classes=["raccoon", "dog"], backbone="color-histogram"
        )
        project.add_images(chosen)
        project.embed()
        rows = project.images(limit=IMAGES).rows
        raccoon = project.classes()[0].id
        with project._engine.workspace.database.writing() as c:
            for row in rows[:PROPOSED]:
                width, height, image = row.image.width_px, row.image.height_px, ImageId(row.image.id)
                found = [
                    NewProposedShape(image, raccoon, sure, Box(left * width, 0.1 * height, right * width, 0.4 * height))
                    for sure, left, right in ((0.9, 0.05, 0.3), (0.8, 0.35, 0.6), (0.2, 0.65, 0.9))
                ]  # fmt: skip
                proposed_shapes.put(c, project.id, ModelId(1), [image], found)
    return workspace


@dataclass(frozen=True)
class Found:
    """One instance: the name of its class, its edges, and whether it is marked as occluded."""

    name: str
    box: tuple[float, float, float, float]
    occluded: bool


@dataclass(frozen=True)
class KeptShapes:
    """What the database holds, by image: instances, state, open proposals, revision; and the history."""

    drawn: dict[int, list[Found]]
    states: dict[int, str]
    open: dict[int, int]
    revisions: dict[int, int]
    history: list[str]


def kept_in(workspace: Path) -> KeptShapes:
    """Read a workspace that no server has open."""
    with labelgraft.open(workspace) as bench:
        project = bench.project("raccoons")
        names = {each.id: each.name for each in project.classes()}
        images = [row.image for row in project.images(limit=IMAGES).rows]
        found = project.instances_of([image.id for image in images])
        drawn: dict[int, list[Found]] = {}
        for each in found:
            drawn[each.image.id] = []
            for one in each.instances:
                assert isinstance(one.shape, Box)
                edges = (one.shape.left, one.shape.top, one.shape.right, one.shape.bottom)
                drawn[each.image.id].append(Found(names[one.class_id], edges, one.traits.occluded))
        return KeptShapes(
            drawn,
            {image.id: image.state.value for image in images},
            {each.image.id: len(each.proposals) for each in found},
            {image.id: image.revision for image in images},
            [each.summary for each in project.history()],
        )


class Canvas:
    """The drawing on the screen: fractions of the image become places of the mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.image = int(self._stage().get_attribute("data-image") or 0)

    def _stage(self) -> Locator:
        stage = self.page.locator("[data-image][aria-busy=false]")
        stage.wait_for(timeout=60_000)
        return stage

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the image is on the screen."""
        edges = self._stage().locator("img").first.bounding_box()
        assert edges is not None
        return edges["x"] + x * edges["width"], edges["y"] + y * edges["height"]

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press, move and let go."""
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), steps=3)
        self.page.mouse.move(*self.at(*end), steps=3)
        self.page.mouse.up()

    def click(self, x: float, y: float) -> None:
        """Press and let go at one place."""
        self.page.mouse.click(*self.at(x, y))

    def press_on(self, key: str) -> Canvas:
        """Press a key that goes on, and wait for the next image."""
        self.page.keyboard.press(key)
        self.page.locator(f"[data-image]:not([data-image='{self.image}'])[aria-busy=false]").wait_for()
        return Canvas(self.page)
