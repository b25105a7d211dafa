"""A model of our own learns the boxes that a person drew, stands in the list, and proposes on the other images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from tests.learning.dense.conftest import drawn

from labelgraft.domain.ids import ImageId
from labelgraft.domain.instance_edit import InstanceEdit, NewInstance
from labelgraft.domain.model import RunState
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.overlap import iou
from labelgraft.domain.training import Augmentation, TrainingSettings
from labelgraft.errors import BadInput, BadSetting, NothingLabelled
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

TAUGHT, ALL = 8, 10
QUICK = TrainingSettings(augmentation=Augmentation.MIRROR, epochs=45, device="cpu")


@pytest.fixture
def project(bench: Workbench, tmp_path: Path, request: pytest.FixtureRequest) -> ProjectBench:
    made = bench.new_project(request.node.name[:180], task=Task.DETECTION, classes=["square", "disc"])
    for number in range(ALL):
        Image.fromarray(drawn(number)[0].pixels).save(tmp_path / f"{number:02}.png")
    made.add_images(tmp_path, embed=False)
    return made


def numbered(project: ProjectBench) -> list[ImageId]:
    """The images' ids in the order of their numbers."""
    paths = project.paths()
    return sorted(paths, key=lambda each: Path(paths[each]).name)


def test_what_was_drawn_is_learnt_and_proposed_on_the_images_that_nobody_finished(
    project: ProjectBench,
) -> None:
    ids, classes = numbered(project), {each.name: each.id for each in project.classes()}
    with pytest.raises(NothingLabelled, match="None of the 0 finished images has a box"):
        project.train(QUICK)
    for number in range(TAUGHT):
        truth = drawn(number)[1]
        new = tuple(
            NewInstance(classes[("square", "disc")[index]], Box(*edges))
            for index, edges in zip(truth.classes.tolist(), truth.boxes.tolist(), strict=True)
        )
        project.edit_instances(InstanceEdit(ids[number], new=new, finished=True))
    estimate = project.estimate_training(QUICK)
    assert estimate is not None
    assert (estimate.labels, round(estimate.seconds)) == (TAUGHT, round(8 * 45 * 0.024 + 8 * 2 * 0.037))
    model = project.train(QUICK)
    assert (model.labels_used, model.class_names) == (TAUGHT, ("square", "disc"))
    assert model.description.startswith("Not measured: too few")
    (run,) = project.runs()
    assert run.state is RunState.FINISHED
    live = project.run(run.id)
    assert live.model_id == model.id
    assert live.metrics[-1].loss_train < live.metrics[0].loss_train
    report = project.find_shapes()
    assert report.images == ALL - TAUGHT
    right = 0
    for number in range(TAUGHT, ALL):
        proposals = project.instances(ids[number]).proposals
        for edges in drawn(number)[1].boxes.tolist():
            right += any(iou(p.shape, Box(*edges)) > 0.5 for p in proposals)
    assert right >= 0.7 * sum(len(drawn(number)[1].boxes) for number in range(TAUGHT, ALL))
    newer = project.train(replace(QUICK, epochs=12))
    project.find_shapes()
    shown = {p.model_id for number in range(TAUGHT, ALL) for p in project.instances(ids[number]).proposals}
    assert shown <= {newer.id}, "what was trained later proposes in place of what was trained before"


def test_a_task_that_no_head_of_ours_learns_is_refused_before_a_run_begins(bench: Workbench) -> None:
    made = bench.new_project("outlines", task=Task.INSTANCE_SEGMENTATION, classes=["cell"])
    with pytest.raises(BadSetting, match="learn boxes only so far"):
        made.train(QUICK)
    assert made.runs() == ()


def test_whole_image_predictions_are_refused_as_before(project: ProjectBench) -> None:
    with pytest.raises(BadInput, match="find_shapes"):
        project.predict()
