"""Projects, classes, proposals, runs, models and maps in both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from labelgraft.domain.annotation import AUTHOR_CODES, Author, AuthorKind
from labelgraft.domain.ids import ImageId, ModelId, OperationId
from labelgraft.domain.map import MapColumns
from labelgraft.domain.model import ClassQuality, Interval, Quality, RunState
from labelgraft.domain.operation import Cause, Operation
from labelgraft.domain.project import Task
from labelgraft.domain.proposal import ProposalColumns
from labelgraft.errors import AlreadyExists, BadInput, ShapeMismatch, UnknownName, WorkspaceDamaged
from labelgraft.storage import annotations as truth
from labelgraft.storage import (
    classes,
    images,
    journal,
    labelling,
    maps,
    models,
    operations,
    projects,
    proposals,
    runs,
)
from labelgraft.storage.database import Database

if TYPE_CHECKING:
    from tests.storage.conftest import Pets


def propose(
    pets: Pets, model: int, *rows: tuple[int, str, float], only: tuple[int, ...] | None = None
) -> int:
    columns = ProposalColumns(
        image_ids=np.array([pets.image_ids[n] for n, _, _ in rows], np.int64),
        class_ids=np.array([pets.class_ids[name] for _, name, _ in rows], np.int64),
        confidences=np.array([p for _, _, p in rows], np.float32),
    )
    with pets.database.writing() as c:
        asked = None if only is None else np.array([pets.image_ids[n] for n in only], np.int64)
        return proposals.replace(c, pets.project_id, ModelId(model), columns, only=asked).id


def test_proposals_replace_each_other_and_never_touch_truth_or_revisions(pets: Pets) -> None:
    pets.label("cat", 0)
    propose(pets, 1, (0, "dog", 0.9), (1, "dog", 0.8), (2, "cat", 0.7))
    assert pets.states() == ["labelled", "proposed", "proposed", "new", "new", "new"]
    done = propose(pets, 2, (2, "bird", 0.5), (3, "bird", 0.25))
    assert pets.states() == ["labelled", "new", "proposed", "proposed", "new", "new"]
    assert pets.names()[0] == "cat"
    with pets.database.reading() as c:
        assert [i.revision for i in images.of_ids(c, pets.image_ids)] == [1, 0, 0, 0, 0, 0]
        columns = proposals.columns(c, pets.project_id)
        noted = operations.get(c, operations.page(c, pets.project_id, limit=1)[0].id)
        shown = proposals.of_images(c, pets.project_id, pets.image_ids[2:5])
        assert proposals.models_of(c, pets.project_id, pets.image_ids) == dict.fromkeys(
            pets.image_ids[2:4], 2
        )
    assert columns.image_ids.tolist() == pets.image_ids[2:4]
    assert columns.confidences.tolist() == [0.5, 0.25]
    assert (noted.id, noted.cause, noted.detail["proposals"]) == (done, Cause.MODEL_RUN, 2)
    assert [len(one) for one in shown.values()] == [1, 1, 0]


def test_proposals_for_some_images_replace_those_of_these_images_alone(pets: Pets) -> None:
    pets.label("cat", 0)
    propose(pets, 1, (0, "dog", 0.9), (1, "dog", 0.8), (2, "cat", 0.7), (3, "cat", 0.6))
    done = propose(pets, 2, (2, "bird", 0.5), (4, "bird", 0.25), only=(2, 3, 4))
    assert pets.states() == ["labelled", "proposed", "proposed", "new", "proposed", "new"]
    with pets.database.reading() as c:
        made = proposals.models_of(c, pets.project_id, pets.image_ids)
        assert made == dict(zip([pets.image_ids[n] for n in (0, 1, 2, 4)], (1, 1, 2, 2), strict=True))
        by_first = proposals.columns(c, pets.project_id, ModelId(1)).image_ids.tolist()
        assert by_first == pets.image_ids[:2]
        assert journal.asked(c, OperationId(done)).tolist() == pets.image_ids[2:5]
        assert journal.image_ids(c, OperationId(done)) == []
    with pytest.raises(BadInput, match="not asked"):
        propose(pets, 2, (5, "bird", 0.5), only=(2,))


def reject(pets: Pets, *numbers: int) -> Operation:
    with pets.database.writing() as c:
        ids = [pets.image_ids[n] for n in numbers]
        anna = Author(AuthorKind.PERSON, "anna")
        return labelling.reject(c, pets.project_id, ids, author=anna, summary="rejected")


def test_a_rejection_taken_back_brings_no_proposal_where_another_model_was_asked_since(pets: Pets) -> None:
    propose(pets, 1, (0, "dog", 0.9), (1, "dog", 0.8), (2, "dog", 0.7))
    rejected = reject(pets, 0, 1, 2)
    propose(pets, 2, (1, "bird", 0.5), only=(1, 2))
    pets.revert(rejected)
    assert pets.states()[:3] == ["proposed", "proposed", "new"]
    with pets.database.reading() as c:
        made = proposals.models_of(c, pets.project_id, pets.image_ids)
    assert made == {pets.image_ids[0]: 1, pets.image_ids[1]: 2}
    rejected = reject(pets, 0)
    propose(pets, 2, (3, "bird", 0.5))
    pets.revert(rejected)
    assert pets.states() == ["new", "new", "new", "proposed", "new", "new"]


def test_a_cleared_image_is_proposed_again_if_a_proposal_is_there(pets: Pets) -> None:
    propose(pets, 1, (0, "dog", 0.9))
    lasso = pets.label("cat", 0, 1)
    pets.clear(0, 1)
    assert pets.states()[:2] == ["proposed", "new"]
    pets.revert(lasso)
    assert pets.states()[:2] == ["proposed", "new"]


def test_proposals_that_cannot_be_are_refused_and_the_old_ones_kept(pets: Pets) -> None:
    propose(pets, 1, (0, "dog", 0.9))
    with pytest.raises(BadInput, match="confidence"):
        propose(pets, 2, (0, "dog", float("nan")))
    uneven = ProposalColumns(np.zeros(2, np.int64), np.zeros(1, np.int64), np.zeros(2, np.float32))
    with pytest.raises(ShapeMismatch), pets.database.writing() as c:
        proposals.replace(c, pets.project_id, ModelId(2), uneven)
    with pets.database.reading() as c:
        assert proposals.models_of(c, pets.project_id, pets.image_ids) == {pets.image_ids[0]: 1}


def test_projects_are_found_by_name_with_hints_and_deleted_whole(pets: Pets, tags: Pets) -> None:
    pets.label("cat", 0, 1)
    propose(pets, 1, (2, "dog", 0.9))
    tags.label("dog", 0)
    database = pets.database
    with database.writing() as c:
        name = projects.get(c, pets.project_id).name
        with pytest.raises(AlreadyExists):
            projects.create(c, name=name, task=Task.CLASSIFICATION, multi_label=False, backbone="")
        with pytest.raises(UnknownName, match=f"Did you mean '{name}'"):
            projects.by_name(c, name + "s")
        projects.set_active_model(c, pets.project_id, ModelId(3))
        projects.set_backbone(c, pets.project_id, "color-histogram")
        assert projects.by_name(c, name).active_model_id == 3
        projects.delete(c, pets.project_id)
    with database.reading() as c:
        assert [p.id for p in projects.list_all(c)] == [tags.project_id]
    assert tags.names()[0] == "dog"


def test_classes_get_colours_and_keys_in_turn_and_are_not_added_twice(pets: Pets) -> None:
    with pets.database.writing() as c:
        again = classes.ensure(c, pets.project_id, ["dog", "fish", "dog"])
        known = classes.of_project(c, pets.project_id)
        with pytest.raises(UnknownName, match="Did you mean 'bird'"):
            classes.by_name(c, pets.project_id, "birds")
        with pytest.raises(BadInput, match="not empty"):
            classes.ensure(c, pets.project_id, ["  "])
    assert again["dog"] == pets.class_ids["dog"]
    assert [(k.name, k.key, k.position) for k in known] == [
        ("cat", "1", 0),
        ("dog", "2", 1),
        ("bird", "3", 2),
        ("fish", "4", 3),
    ]
    assert len({k.colour for k in known}) == 4


def test_columns_of_labels_are_ordered_by_image_then_class(tags: Pets) -> None:
    tags.label("bird", 3, 1)
    tags.label("cat", 1)
    with tags.database.reading() as c:
        columns = truth.columns(c, tags.project_id)
        counts = truth.counts(c, tags.project_id)
    a, b = tags.image_ids[1], tags.image_ids[3]
    cat, bird = tags.class_ids["cat"], tags.class_ids["bird"]
    assert columns.image_ids.tolist() == [a, a, b]
    assert columns.class_ids.tolist() == [cat, bird, bird]
    assert {AUTHOR_CODES[code] for code in columns.author_kinds} == {AuthorKind.PERSON}
    assert counts == {cat: 1, bird: 2}


def test_a_model_keeps_its_measured_quality_and_its_name_is_its_own(pets: Pets) -> None:
    share = Interval(0.9, 0.85, 0.94, 200)
    quality = Quality("test split", share, 0.3, 0.02, (ClassQuality("cat", share, share, 100),))
    with pets.database.writing() as c:
        run = runs.insert(c, pets.project_id, name="first", settings={"epochs": 3}, folder="runs/1")
        made = models.insert(
            c,
            pets.project_id,
            name="first",
            head="linear",
            backbone="efficientnet-lite0",
            class_names=["cat", "dog"],
            run_id=run.id,
            quality=quality,
            labels_used=50,
            folder="models/1",
        )
        with pytest.raises(AlreadyExists):
            models.insert(
                c,
                pets.project_id,
                name="first",
                head="",
                backbone="",
                class_names=[],
                labels_used=0,
                folder="",
            )
    with pets.database.reading() as c:
        assert models.by_name(c, pets.project_id, "first") == made
        assert models.list_all(c, pets.project_id) == (made,)
        with pytest.raises(UnknownName):
            models.by_name(c, pets.project_id, "second")
    assert (made.quality, made.class_names, made.run_id) == (quality, ("cat", "dog"), run.id)


def test_a_run_is_dated_when_it_ends_and_those_running_can_be_found(pets: Pets) -> None:
    with pets.database.writing() as c:
        run = runs.insert(c, pets.project_id, name="r", settings={"lr": 0.1}, folder="runs/1")
        runs.change_state(c, run.id, RunState.RUNNING)
        assert [r.id for r in runs.in_state(c, RunState.RUNNING)] == [run.id]
        ended = runs.change_state(c, run.id, RunState.FAILED, reason="out of memory")
        resumed = runs.change_state(c, run.id, RunState.RUNNING)
    assert run.finished_at is None
    assert ended.finished_at is not None
    assert (ended.reason, ended.settings) == ("out of memory", {"lr": 0.1})
    assert resumed.finished_at is None


def test_rounds_of_a_map_are_numbered_and_keep_their_places(pets: Pets, tmp_path: Path) -> None:
    columns = MapColumns(
        image_ids=np.array(pets.image_ids),
        xy=np.arange(12, dtype=np.float32).reshape(6, 2),
        islands=np.array([0, 0, 1, 1, -1, -1]),
    )
    facts = {"embedding": "e", "model_id": None, "method": "umap", "median_move": None, "purity": 0.5}
    with pets.database.writing() as c:
        made = [
            maps.insert_round(c, tmp_path, pets.project_id, columns, seconds=1.5, **facts)  # type: ignore[arg-type]
            for _ in range(2)
        ]
    (tmp_path / "stray.npy").write_bytes(b"")
    with pets.database.reading() as c:
        assert maps.sweep(c, tmp_path) == 1
        assert maps.list_all(c, pets.project_id) == tuple(made)
        read = maps.columns(c, tmp_path, made[1].id)
        for file in tmp_path.glob("*.npy"):
            file.unlink()
        with pytest.raises(WorkspaceDamaged, match="Lay the map out again"):
            maps.columns(c, tmp_path, made[0].id)
    assert [one.number for one in made] == [1, 2]
    np.testing.assert_array_equal(read.xy, columns.xy)
    np.testing.assert_array_equal(read.islands, columns.islands)


def test_readers_see_one_moment_and_writers_do_not_meet(
    database: Database, new_pets: Callable[..., Pets]
) -> None:
    pets = new_pets(database, images_count=40)
    with database.reading() as c:
        before = truth.counts(c, pets.project_id)
        pets.label("cat", 0)
        assert truth.counts(c, pets.project_id) == before
    failures: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for n in range(10):
                pets.label(("cat", "dog")[n % 2], first + n)
                pets.names()
        except BaseException as error:  # noqa: BLE001  shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(10 * k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert pets.names() == ["cat", "dog"] * 20
    with database.reading() as c:
        listed = operations.page(c, pets.project_id, limit=100)
        assert len(listed) == 41
        assert [i.revision for i in images.of_ids(c, [ImageId(pets.image_ids[0])])] == [1]


def test_a_writer_inside_a_writer_is_a_mistake_told_at_once(pets: Pets) -> None:
    if not pets.database.is_embedded:
        pytest.skip("only SQLite has a single writer")
    with pets.database.writing(), pytest.raises(RuntimeError, match="inside writing"):
        pets.label("cat", 0)
    pets.label("cat", 0)
