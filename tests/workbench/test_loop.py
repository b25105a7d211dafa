"""The verbs together, on painted pictures whose colours are their classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.image import ImageState, Split
from labelgraft.domain.operation import Cause
from labelgraft.domain.queue import QueueOrder
from labelgraft.domain.training import HeadKind, TrainingSettings
from labelgraft.errors import BadInput, BadSetting, NotEnoughLabels, NothingLabelled, UnknownName
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

HUES = {"red": (200, 40, 40), "green": (40, 180, 60), "blue": (40, 60, 200)}


def paint(folder: Path, per_class: int) -> Path:
    """Noisy pictures, `red-0.png` and so on."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name, hue in HUES.items():
        for number in range(per_class):
            pixels = rng.normal(hue, 40, (40, 48, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{name}-{number}.png")
    return folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paint(tmp_path_factory.mktemp("pictures") / "p", 20)


@pytest.fixture
def project(bench: Workbench, pictures: Path, request: pytest.FixtureRequest) -> ProjectBench:
    made = bench.new_project(request.node.name, classes=list(HUES), backbone="color-histogram")
    made.add_images(pictures)
    return made


def true_name(path: str) -> str:
    return Path(path).name.split("-")[0]


def label_some(project: ProjectBench, count: int) -> None:
    for each in project.next(count):
        project.label([each.card.image_id], true_name(each.path))


def test_a_few_labels_a_model_and_one_accept_label_every_picture_right(project: ProjectBench) -> None:
    label_some(project, 9)
    project.train()
    assert project.predict().unlabelled == 51
    accepted = project.accept(threshold=0.0)
    assert accepted.image_count == 51
    said = project.answers()
    assert all(said[image_id] == true_name(path) for image_id, path in project.paths().items())


def test_a_label_that_a_person_gave_is_changed_by_no_model_no_accept_and_no_import(
    project: ProjectBench, pictures: Path, tmp_path: Path
) -> None:
    label_some(project, 9)
    stubborn = project.images(state=ImageState.NEW, limit=1).rows[0].image
    wrong = next(name for name in HUES if name != true_name(stubborn.path))
    project.label([stubborn.id], wrong)
    project.train()
    project.predict()
    project.accept(threshold=0.0)
    rows = [f"{path},{true_name(path.name)}" for path in sorted(pictures.iterdir())]
    (tmp_path / "labels.csv").write_text("path,label\n" + "\n".join(rows) + "\n")
    project.add_images(tmp_path / "labels.csv")
    assert project.answers()[stubborn.id] == wrong


def test_taking_back_an_accept_leaves_the_labels_given_before_and_brings_the_proposals_back(
    project: ProjectBench,
) -> None:
    label_some(project, 9)
    project.train()
    project.predict()
    before = project.status()
    accepted = project.accept(threshold=0.0)
    assert accepted.operation is not None
    report = project.revert(accepted.operation.id)
    assert report.image_count == accepted.image_count
    assert project.status() == before


def test_scoring_again_replaces_the_proposals_and_adds_none(project: ProjectBench) -> None:
    label_some(project, 9)
    project.train()
    first = project.predict()
    again = project.predict()
    assert first == again
    assert project.status().proposed == 51


def test_an_island_and_a_lasso_are_one_operation_each_that_says_where_it_was_drawn(
    project: ProjectBench,
) -> None:
    shown = project.map()
    island = project.islands()[0]
    chosen = project.select(island=island.number, unlabelled_only=True)
    operation = project.label(chosen, "red")
    assert operation.cause is Cause.LASSO
    assert operation.image_count == island.image_count == len(chosen.image_ids)
    assert operation.detail["round"] == shown.number
    everything = project.select(lasso=((-9, -9), (9, -9), (9, 9), (-9, 9)), leave_out=chosen.image_ids[:1])
    assert len(everything.image_ids) == 59
    assert project.clear(everything).image_count == island.image_count - 1


def test_a_new_round_keeps_the_places_and_says_how_far_they_moved(project: ProjectBench) -> None:
    project.map()
    label_some(project, 9)
    project.train(TrainingSettings(head=HeadKind.MLP))
    second = project.map()
    assert second.number == 2
    assert second.median_move is not None
    assert project.map(rearrange=True).median_move is None
    assert len(project.map_columns(2).xy) == 60


def test_the_queue_is_the_same_for_the_same_seed_and_ends_when_everything_has_a_label(
    project: ProjectBench,
) -> None:
    assert project.next(5, seed=3) == project.next(5, seed=3)
    assert {each.card.reason.value for each in project.next(5, order=QueueOrder.RANDOM)} == {"random"}
    project.set_aside(project.select(path_contains="red-1"))
    project.label(project.select(path_contains=".png", unlabelled_only=True), "blue")
    assert project.next(5) == []


def test_a_class_deleted_since_is_not_proposed_and_its_labels_come_back_with_a_revert(
    project: ProjectBench,
) -> None:
    label_some(project, 9)
    project.train()
    counts = project.status().per_class
    gone = project.delete_class("green")
    assert "green" not in project.predict().per_class
    project.revert(gone.id)
    assert project.status().per_class == counts


def test_splits_are_drawn_from_two_hundred_labels_on_and_then_stay(bench: Workbench, tmp_path: Path) -> None:
    many = bench.new_project("many", classes=list(HUES), backbone="color-histogram")
    many.add_images(paint(tmp_path / "p", 80))
    for name in HUES:
        many.label(many.select(path_contains=f"{name}-"), name)
    model = many.train()
    assert model.quality is not None
    assert model.quality.measured_on == "test split"
    drawn = {row.image.id for row in many.images(split=Split.TEST, limit=500).rows}
    assert len(drawn) == model.quality.accuracy.count == 48
    assert model.labels_used == 192
    many.train()
    assert {row.image.id for row in many.images(split=Split.TEST, limit=500).rows} == drawn


@pytest.mark.parametrize("count", [1, 3, 16])
def test_small_sets_are_laid_out_too(bench: Workbench, tmp_path: Path, count: int) -> None:
    small = bench.new_project(f"small {count}", classes=["a", "b"], backbone="color-histogram")
    folder = paint(tmp_path / "p", 6)
    for path in sorted(folder.iterdir())[count:]:
        path.unlink()
    small.add_images(folder)
    assert small.map().image_count == count
    assert np.isfinite(small.map_columns().xy).all()
    assert small.map_preview().xy.shape == (count, 2)


def test_several_classes_per_image_are_labelled_learnt_proposed_and_accepted(
    bench: Workbench, pictures: Path
) -> None:
    several = bench.new_project(
        "several", classes=["red", "blue", "odd"], backbone="color-histogram", multi_label=True
    )
    several.add_images(pictures)
    for name in ("red", "blue"):
        several.label(several.select(path_contains=f"{name}-1"), name)
    several.label(several.select(path_contains="red-1"), "odd")
    several.set_aside(several.select(path_contains="green-1"))
    several.train()
    several.predict()
    several.accept(threshold=0.5)
    rows = several.images(class_name="odd", limit=100).rows
    assert {true_name(row.image.path) for row in rows} == {"red"}
    assert all(set(row.class_names) == {"red", "odd"} for row in rows)


def test_what_cannot_be_done_says_so_and_changes_nothing(project: ProjectBench) -> None:
    with pytest.raises(NothingLabelled):
        project.train()
    project.label([project.images(limit=1).rows[0].image.id], "red")
    with pytest.raises(NotEnoughLabels, match="two classes are needed"):
        project.train()
    with pytest.raises(BadInput, match="labelgraft map"):
        project.select(island=1)
    with pytest.raises(BadSetting, match="in one way"):
        project.select(island=1, path_contains="x")
    with pytest.raises(UnknownName, match="Did you mean 'green'"):
        project.label([1], "gren")
    with pytest.raises(BadInput, match="not in this project"):
        project.select(images=[10**9])
    assert project.status().labelled == 1
