"""Detectors from real files propose shapes on real photos: mapped, left out, replaced, tried, killed, refused."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.learning.detectors import tiny_onnx

from labelgraft.domain.details import ImageInstances
from labelgraft.domain.ids import ClassId, ImageId
from labelgraft.domain.instance_edit import InstanceEdit, NewInstance
from labelgraft.domain.operation import Cause
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.box import Box
from labelgraft.errors import BadInput, LabelgraftError, UnknownName
from labelgraft.learning.detectors.onnx_detector import OnnxDetector
from labelgraft.learning.detectors.registry import preset
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

PHOTOS = 16
MAPPED = {"person": "pedestrian", "dog": "dog"}


@dataclass(frozen=True)
class Street:
    """A project with photos, and the weights to add."""

    bench: Workbench
    project: ProjectBench
    weights: Path
    images: list[ImageId]

    def instances(self) -> list[ImageInstances]:
        return list(self.project.instances_of(self.images))

    def proposals_of(self, model_id: int) -> dict[ImageId, list[tuple[int, float, Box]]]:
        return {
            each.image.id: [
                (p.class_id, p.confidence, p.shape)
                for p in each.proposals
                if p.model_id == model_id and isinstance(p.shape, Box)
            ]
            for each in self.instances()
        }


@pytest.fixture(scope="module")
def coco(shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coco")
    for photo in sorted((shared_data("coco-mini") / "images").rglob("*.jpg"))[:PHOTOS]:
        shutil.copy(photo, folder)
    return folder


@pytest.fixture
def street(
    bench: Workbench, coco: Path, shared_weights: Path, request: pytest.FixtureRequest
) -> Iterator[Street]:
    project = bench.new_project(
        request.node.name[:180], task=Task.DETECTION, classes=["pedestrian", "dog", "lorry"]
    )
    project.add_images(coco, embed=False)
    yield Street(bench, project, shared_weights, [row.image.id for row in project.images().rows])
    project.delete()


def test_it_proposes_its_mapped_classes_where_a_direct_run_finds_them(street: Street) -> None:
    model = street.project.add_detector(
        street.weights / "yolox_nano.onnx", classes=MAPPED, thresholds={"dog": 0.5}
    )
    assert (model.name, model.class_names) == ("yolox_nano", ("pedestrian", "dog"))
    report = street.project.find_shapes()
    by_name = {each.name: each.id for each in street.project.classes()}
    detector = OnnxDetector(preset("yolox_nano"), street.weights / "yolox_nano.onnx")
    names, expected = detector.description.class_names, 0
    found = street.proposals_of(model.id)
    for image_id, path in street.project.paths().items():
        (direct,) = detector.find([np.asarray(Image.open(path).convert("RGB"))], threshold=0.25)
        rows = [
            (by_name[MAPPED[names[index]]], sure, box)
            for index, sure, box in zip(direct.class_indexes, direct.confidences, direct.boxes, strict=True)
            if names[index] in MAPPED and sure >= (0.5 if names[index] == "dog" else 0.25)
        ]
        expected += len(rows)
        mine = found[image_id]
        assert [row[0] for row in mine] == [row[0] for row in rows]
        for (_, sure, box), (_, direct_sure, edges) in zip(mine, rows, strict=True):
            assert abs(sure - float(direct_sure)) < 1e-6
            assert np.abs(np.array([box.left, box.top, box.right, box.bottom]) - edges).max() < 1e-3
    assert report.images == PHOTOS
    assert report.shapes == expected > 10
    (made,) = [each for each in street.project.history() if each.cause is Cause.MODEL_RUN]
    assert made.summary == f"yolox_nano proposed {expected} shapes in {report.with_shapes} of {PHOTOS} images"
    assert street.project.operation_images(made.id) == []  # it touched none


def test_running_again_replaces_its_own_open_proposals_and_leaves_out_what_a_person_answered(
    street: Street,
) -> None:
    project = street.project
    nano = project.add_detector(street.weights / "yolox_nano.onnx", classes=MAPPED)
    fast = project.add_detector(street.weights / "FastestDet.onnx", classes=MAPPED, name="fast")
    first, other = project.find_shapes("yolox_nano"), project.find_shapes("fast")
    assert min(first.shapes, other.shapes) > 10
    of_fast = street.proposals_of(fast.id)
    crowded = max(street.instances(), key=lambda each: sum(p.model_id == nano.id for p in each.proposals))
    mine = [p for p in crowded.proposals if p.model_id == nano.id]
    edit = InstanceEdit(crowded.image.id, accepted=(mine[0].id,), rejected=(mine[1].id,))
    project.edit_instances(edit)
    again = project.find_shapes("yolox_nano")
    assert again.known >= 2
    assert again.shapes + again.known == first.shapes
    left = {p.id for p in project.instances(crowded.image.id).proposals if p.model_id == nano.id}
    assert not left & {p.id for p in mine}  # its open ones are new rows; the answered ones did not come back
    boxes = [p.shape for p in project.instances(crowded.image.id).proposals if p.model_id == nano.id]
    assert mine[0].shape not in boxes
    assert mine[1].shape not in boxes
    assert street.proposals_of(fast.id) == of_fast
    assert len(project.instances(crowded.image.id).instances) == 1


def test_finished_images_are_left_alone_unless_they_are_chosen(street: Street) -> None:
    project = street.project
    project.add_detector(street.weights / "yolox_nano.onnx", classes=MAPPED)
    done = street.images[0]
    project.edit_instances(InstanceEdit(done, finished=True))
    assert project.find_shapes().images == PHOTOS - 1
    assert project.find_shapes(images=[done]).images == 1


def test_a_trial_writes_nothing_and_one_image_is_answered_without_a_job(street: Street) -> None:
    project = street.project
    model = project.add_detector(street.weights / "yolox_nano.onnx", classes=MAPPED)
    before = len(project.history())
    tried = project.try_finding(model.id)
    assert len(tried) == 12
    surest = [max((s.confidence for s in each.shapes), default=0.0) for each in tried]
    assert surest == sorted(surest, reverse=True)
    assert surest[0] > 0.5
    assert len(project.history()) == before
    assert not any(each.proposals for each in street.instances())
    here = project.find_in_image(tried[0].image_id, model.id)
    assert [(p.class_id, p.shape) for p in here.proposals] == [(s.class_id, s.shape) for s in tried[0].shapes]
    assert project.history()[0].summary.startswith("yolox_nano proposed")


def test_an_object_that_is_drawn_is_not_proposed_in_its_class_but_in_another(street: Street) -> None:
    project = street.project
    model = project.add_detector(street.weights / "yolox_nano.onnx", classes={"person": "pedestrian"})
    image = max(project.try_finding(model.id), key=lambda each: len(each.shapes))
    ids = {each.name: each.id for each in project.classes()}
    box = image.shapes[0].shape
    assert isinstance(box, Box)
    near = Box(box.left, box.top, box.right, box.bottom - 0.3 * box.height)
    draw(project, image.image_id, ids["lorry"], near)
    assert len(project.find_in_image(image.image_id, model.id).proposals) == len(image.shapes)
    draw(project, image.image_id, ids["pedestrian"], near)
    left = project.find_in_image(image.image_id, model.id).proposals
    assert box not in [p.shape for p in left]
    assert len(left) < len(image.shapes)


def draw(project: ProjectBench, image_id: ImageId, class_id: ClassId, box: Box) -> None:
    project.edit_instances(InstanceEdit(image_id, new=(NewInstance(class_id, box),)))


def test_a_worker_that_is_killed_in_the_middle_costs_no_proposal(street: Street) -> None:
    project = street.project
    model = project.add_detector(street.weights / "yolox_nano.onnx", classes=MAPPED)
    expected = project.find_shapes()
    before = street.proposals_of(model.id)
    pool = street.bench._engine.ingest.pool(None)
    killed: list[int] = []

    def kill_soon() -> None:
        time.sleep(0.15)
        for victim in pool.process_ids():
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    assassin = threading.Thread(target=kill_soon)
    assassin.start()
    report = project.find_shapes()
    assassin.join()
    assert killed
    assert not set(killed) & set(pool.process_ids())
    assert replace(report, refused=()) == replace(expected, refused=())
    assert report.refused == ()
    assert street.proposals_of(model.id) == before


def test_a_deleted_model_takes_its_open_proposals_and_its_file_along(street: Street) -> None:
    project = street.project
    nano = project.add_detector(street.weights / "yolox_nano.onnx", classes=MAPPED)
    fast = project.add_detector(street.weights / "FastestDet.onnx", classes=MAPPED)
    project.find_shapes("yolox_nano")
    details = project.model_details(nano.id)
    assert details.proposed_images > 3
    assert details.digest == preset("yolox_nano").digest
    assert details.detector is not None
    assert details.detector.licence == "Apache-2.0"
    project.use_model_by_id(fast.id)
    project.delete_model(nano.id)
    assert not any(each.proposals for each in street.instances())
    assert not Path(nano.folder).exists()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda file: file.write_bytes(b""), "is empty"),
        (lambda file: file.write_bytes(b"\x80\x02}q\x00."), "pickle"),
        (lambda file: file.write_bytes(b"PK\x03\x04 archive.pt"), "PyTorch"),
        (lambda file: file.write_bytes(b"<!doctype html><title>404"), "web site"),
        (lambda file: file.write_bytes(b"\x08\x07 half a model"), "no ONNX file"),
        (
            lambda file: file.write_bytes(tiny_onnx.answering({"out": np.zeros((1, 10), np.float32)})),
            "classifier",
        ),
    ],
    ids=["empty", "pickle", "pytorch", "page", "torn", "classifier"],
)
def test_a_bad_file_is_refused_in_one_sentence_and_leaves_no_model(
    street: Street, tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    file = tmp_path / "wrong.onnx"
    make(file)
    with pytest.raises(BadInput, match=said) as refused:
        street.project.add_detector(file, classes=MAPPED)
    assert "wrong.onnx" in str(refused.value)
    assert str(street.bench.folder) not in str(refused.value)
    assert street.project.models() == ()


@pytest.mark.parametrize(
    ("classes", "kind", "said"),
    [
        ({"persn": "pedestrian"}, UnknownName, "person"),
        ({"person": "pedestrain"}, UnknownName, "pedestrian"),
        ({}, BadInput, "Say which is which"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(
    street: Street, classes: dict[str, str], kind: type[LabelgraftError], said: str
) -> None:
    with pytest.raises(kind, match=said):
        street.project.add_detector(street.weights / "yolox_nano.onnx", classes=classes)
    assert street.project.models() == ()


def test_a_model_of_boxes_has_no_use_where_masks_are_drawn_and_one_of_masks_gives_boxes(
    bench: Workbench, coco: Path, shared_weights: Path
) -> None:
    masks = bench.new_project("masks", task=Task.SEMANTIC_SEGMENTATION, classes=["person"])
    with pytest.raises(BadInput, match="finds shapes of the kind box"):
        masks.add_detector(shared_weights / "yolox_nano.onnx")
    boxes = bench.new_project("boxes", task=Task.DETECTION, classes=["person"])
    boxes.add_images(coco, embed=False)
    boxes.add_detector(shared_weights / "deeplabv3_mnv2_voc21_dequant.onnx")
    tried = boxes.try_finding(count=PHOTOS)
    shapes = [one.shape for each in tried for one in each.shapes]
    assert len(shapes) > 1
    assert all(isinstance(shape, Box) for shape in shapes)
