"""Which finished images measure a model of shapes: by folder, by their own split, or drawn with near-duplicates together."""

from __future__ import annotations

import colorsys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from labelgraft.domain.ids import ImageId
from labelgraft.domain.image import Image, Split
from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import NothingLabelled, UnknownName
from labelgraft.services.shape_split import held_out_images, is_drawn
from labelgraft.storage import labelling
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

PAIRS, ALONE = 12, 6


@pytest.fixture(scope="module")
def project(bench: Workbench, tmp_path_factory: pytest.TempPathFactory) -> ProjectBench:
    """Plain pictures, each of a hue of its own; of the first there are two that differ by a pixel, in two folders."""
    folder = tmp_path_factory.mktemp("hues")
    for name in ("a", "b"):
        (folder / name).mkdir()
    for number in range(PAIRS + ALONE):
        hue = colorsys.hsv_to_rgb(number / (PAIRS + ALONE), 0.9, 0.4 + 0.5 * (number % 2))
        pixels = np.full((40, 40, 3), [round(255 * each) for each in hue], np.uint8)
        Picture.fromarray(pixels).save(folder / "a" / f"{number:02}.png")
        if number < PAIRS:
            pixels[0, 0] = 255 - pixels[0, 0]
            Picture.fromarray(pixels).save(folder / "b" / f"{number:02}.png")
    made = bench.new_project("hues", task="detection", classes=["one"], backbone="color-histogram")
    made.add_images(folder)
    return made


def finished(project: ProjectBench) -> list[Image]:
    return [row.image for row in project.images(limit=100).rows]


def held(project: ProjectBench, **settings: object) -> dict[ImageId, bool]:
    workspace = project._engine.workspace
    return held_out_images(workspace, project.id, finished(project), TrainingSettings(**settings))  # type: ignore[arg-type]


def test_near_duplicates_are_held_out_together_and_always_the_same(project: ProjectBench) -> None:
    found = held(project, test_fraction=0.4)
    assert found == held(project, test_fraction=0.4)
    assert 0 < sum(found.values()) < len(found)
    by_name: dict[str, set[bool]] = {}
    for image in finished(project):
        by_name.setdefault(Path(image.path).name, set()).add(found[image.id])
    assert all(len(said) == 1 for said in by_name.values())


def test_folders_that_are_named_decide(project: ProjectBench) -> None:
    folder = {image.id: image.folder for image in finished(project)}
    found = held(project, test_folders=("b",))
    assert all(found[image] == (name == "b") for image, name in folder.items())
    only = held(project, train_folders=("a",))
    assert set(only) == {image for image, name in folder.items() if name == "a"}
    assert not any(only.values())
    with pytest.raises(UnknownName, match="c"):
        held(project, test_folders=("c",))
    with pytest.raises(NothingLabelled, match="none is left to train on"):
        held(project, test_folders=("a", "b"))


def test_the_images_own_test_split_decides_where_there_is_one(project: ProjectBench) -> None:
    some = [image.id for image in finished(project)][:5]
    with project._engine.workspace.database.writing() as c:
        labelling.set_split(
            c, project.id, dict.fromkeys(some, Split.TEST), author=project._engine.person, summary=""
        )
    found = held(project)
    assert {image for image, out in found.items() if out} == set(some)


def test_a_file_is_drawn_in_every_training_or_in_none() -> None:
    hashes = [f"{number:064x}" for number in range(2000)]
    share = sum(is_drawn(each, 0.2) for each in hashes) / len(hashes)
    assert 0.17 < share < 0.23
    assert all(is_drawn(each, 0.3) for each in hashes if is_drawn(each, 0.2))
