"""What became of proposed shapes in finished images is the score of the model that proposed them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.ids import ImageId, ModelId
from labelgraft.domain.instance_edit import InstanceEdit, NewInstance
from labelgraft.domain.proposal import NewProposedShape
from labelgraft.domain.shapes.box import Box
from labelgraft.services.score_live_shapes import Outcome, score_live_shapes, share_of
from labelgraft.storage import models, proposed_shapes
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

PROPOSED = (Box(2, 2, 12, 12), Box(20, 2, 30, 12), Box(2, 20, 12, 30), Box(20, 20, 30, 30))


@pytest.fixture
def project(bench: Workbench, tmp_path: Path) -> ProjectBench:
    """Three images with the same four proposals of one model."""
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 255, (40, 40, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    made = bench.new_project(
        "scored", task="detection", classes=["cell", "other"], backbone="color-histogram"
    )
    made.add_images(tmp_path, embed=False)
    cell = made.classes()[0].id
    ids = [ImageId(row.image.id) for row in made.images().rows]
    with made._engine.workspace.database.writing() as c:
        model = models.insert(
            c, made.id, name="finder", description="", head="detector", backbone="file", class_names=["cell"],
            run_id=None, labels_used=0, folder="",
        )  # fmt: skip
        found = [
            NewProposedShape(image, cell, 0.9 - 0.1 * at, box)
            for image in ids
            for at, box in enumerate(PROPOSED)
        ]
        proposed_shapes.put(c, made.id, ModelId(model.id), ids, found)
    return made


def test_kept_adjusted_thrown_away_and_missed_are_told_apart(project: ProjectBench) -> None:
    cell, other = (each.id for each in project.classes())
    model = project.models()[0]
    assert project.live_score(model.id).words == "No image for which finder proposed shapes is finished yet."
    first, second, _ = (ImageId(row.image.id) for row in project.images().rows)
    ids = [each.id for each in project.instances(first).proposals]
    adjusted = NewInstance(cell, Box(20, 3, 30, 13), corrects=ids[1])
    of_another_class = NewInstance(other, PROPOSED[2], corrects=ids[2])
    missed = NewInstance(cell, Box(32, 32, 39, 39))
    project.edit_instances(
        InstanceEdit(
            first,
            new=(adjusted, of_another_class, missed),
            accepted=(ids[0],),
            rejected=(ids[3],),
            finished=True,
        )
    )
    told = project.live_score(model.id)
    assert (told.looked_at, told.confirmed, told.corrected) == (4, 1, 3)
    assert "1 stand as they were" in told.words
    assert "1 were adjusted, and 2 thrown away; 2 objects were missed." in told.words
    every = tuple(each.id for each in project.instances(second).proposals)
    project.edit_instances(InstanceEdit(second, accepted=every, finished=True))
    again = project.live_score(model.id)
    assert (again.looked_at, again.confirmed) == (8, 5)
    assert again.share is not None
    assert again.share.low < 5 / 8 < again.share.high
    assert score_live_shapes(project._engine.workspace, project.id, model) == again


def test_the_interval_of_few_images_does_not_collapse_and_is_wide_where_images_differ() -> None:
    all_right = share_of([Outcome(5, 0, 0, 0)] * 3)
    assert (all_right.value, all_right.high) == (1.0, 1.0)
    assert all_right.low < 0.9
    alike, unlike = (
        share_of([Outcome(5, 0, 5, 0)] * 20),
        share_of([Outcome(10, 0, 0, 0), Outcome(0, 0, 10, 0)] * 10),
    )
    assert alike.value == unlike.value == 0.5
    assert unlike.high - unlike.low > alike.high - alike.low
