"""Skipped and unclear images leave a project and come into one as what they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.services.import_bench import Bench

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.dataset import Answer
from labelgraft.domain.ids import ContentHash, ImageId, ProjectId
from labelgraft.domain.image import ImageState, NewImage, Split
from labelgraft.domain.operation import Cause
from labelgraft.domain.project import Task
from labelgraft.formats import registry
from labelgraft.formats.statements import merge_repeated
from labelgraft.services.export_dataset import read_dataset
from labelgraft.services.import_labels import Given, import_labels
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, labelling, projects
from labelgraft.storage.workspace import Workspace

PERSON = Author(AuthorKind.PERSON, "ann")
NAMES = ("cat", "dog", "owl")
Said = tuple[str, Split | None]
"""Of an image: its classes joined or the state it was given, and its split."""

answers = st.sampled_from(["", "skipped", "unclear", "cat", "dog", "cat owl"])
splits = st.sampled_from([None, *Split])


def new_project(workspace: Workspace, name: str, folder: Path, count: int) -> tuple[ProjectId, list[ImageId]]:
    """A project of several labels with the files 0.jpg, 1.jpg, ... of a folder, which need not be there."""
    with workspace.database.writing() as c:
        made = projects.create(
            c, name=name, task=Task.CLASSIFICATION, multi_label=True, backbone="color-histogram"
        )
        rows = [
            NewImage(ContentHash(f"{number:064x}"), str(folder / f"{number}.jpg"), "", 8, 6, 1, 1)
            for number in range(count)
        ]
        return made.id, images.add(c, made.id, rows)


def say(workspace: Workspace, project_id: ProjectId, said: Mapping[ImageId, Said]) -> None:
    states = {i: ImageState(word) for i, (word, _) in said.items() if word in ("skipped", "unclear")}
    with workspace.database.writing() as c:
        ids = classes.ensure(c, project_id, NAMES)
        labels = {
            i: tuple(ids[name] for name in word.split())
            for i, (word, _) in said.items()
            if word and i not in states
        }
        labelling.set_classes(
            c, project_id, labels, author=PERSON, cause=Cause.HAND, summary="said", states=states,
            splits={i: split for i, (_, split) in said.items()},
        )  # fmt: skip


def said_in(workspace: Workspace, project_id: ProjectId) -> list[Said]:
    with workspace.database.reading() as c:
        names = {each.id: each.name for each in classes.of_project(c, project_id)}
        ids = images.every(c, project_id)
        labels = truth.of_images(c, ids)
        found = []
        for image in images.of_ids(c, ids):
            words = " ".join(sorted(names[a.class_id] for a in labels[image.id]))
            aside = image.state if image.state in (ImageState.SKIPPED, ImageState.UNCLEAR) else ""
            found.append((words or str(aside), image.split))
        return found


def bring(workspace: Workspace, project_id: ProjectId, file: Path, format_name: str) -> Given:
    dataset = merge_repeated(registry.get(format_name).read(file))
    return import_labels(workspace, project_id, dataset, name=file.name, detail={}, key=f"k-{project_id}")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace.open(tmp_path_factory.mktemp("shared") / "workspace", create=True) as workspace:
        yield workspace


@pytest.mark.parametrize("format_name", ["prodigy", "csv", "coco"])
@given(said=st.lists(st.tuples(answers, splits), min_size=1, max_size=6))
@settings(
    max_examples=15, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_a_project_exported_and_imported_again_says_the_same(
    format_name: str, said: list[Said], shared: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("files")
    for number in range(len(said)):
        (folder / f"{number}.jpg").write_bytes(b"x")
    first, ids = new_project(shared, f"{folder.name}-1-{format_name}", folder, len(said))
    say(shared, first, dict(zip(ids, said, strict=True)))
    report = registry.get(format_name).write(
        read_dataset(shared, first, absolute=True).dataset, folder / "out", transfer="none"
    )
    second, _ = new_project(shared, f"{folder.name}-2-{format_name}", folder, len(said))
    bring(shared, second, folder / "out", format_name)
    assert report.losses == ()
    assert said_in(shared, second) == said_in(shared, first) == said


def test_prodigys_ignore_is_skipped_its_reject_gives_no_label_and_all_of_it_goes_back_at_once(
    bench: Bench, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    project_id, _ = new_project(bench.workspace, "told", folder, 5)
    folder.mkdir()
    lines = [
        {"image": "0.jpg", "label": "cat", "answer": "ignore"},
        {"image": "1.jpg", "label": "cat", "answer": "reject"},
        {"image": "2.jpg", "label": "cat", "answer": "accept"},
        {"image": "3.jpg", "answer": "ignore", "unclear": True},
        {"image": "4.jpg", "label": "dog", "answer": "ignore"},
        {"image": "4.jpg", "label": "dog", "answer": "accept"},
    ]
    for number in range(5):
        (folder / f"{number}.jpg").write_bytes(b"x")
    (folder / "told.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    given = bring(bench.workspace, project_id, folder / "told.jsonl", "prodigy")
    assert (given.labelled, given.set_aside, given.rejected, given.kept) == (2, 2, 1, 0)
    states = [word for word, _ in said_in(bench.workspace, project_id)]
    assert states == ["skipped", "", "cat", "unclear", "dog"]
    assert given.operation is not None
    assert given.operation.image_count == 4
    with bench.workspace.database.writing() as c:
        labelling.revert(c, given.operation.id, author=PERSON)
    assert [word for word, _ in said_in(bench.workspace, project_id)] == [""] * 5


def test_what_a_person_set_aside_stays_so_whatever_a_source_says(bench: Bench, tmp_path: Path) -> None:
    project_id, ids = new_project(bench.workspace, "kept", tmp_path, 2)
    say(bench.workspace, project_id, {ids[0]: ("skipped", None), ids[1]: ("cat", None)})
    for number in range(2):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
    (tmp_path / "labels.csv").write_text("path,label,answer\n0.jpg,dog,\n1.jpg,,ignore\n")
    given = bring(bench.workspace, project_id, tmp_path / "labels.csv", "csv")
    assert (given.operation, given.kept) == (None, 2)
    assert said_in(bench.workspace, project_id) == [("skipped", None), ("cat", None)]


def test_a_format_that_cannot_say_it_tells_which_images_were_set_aside(bench: Bench, tmp_path: Path) -> None:
    project_id, ids = new_project(bench.workspace, "told", tmp_path, 3)
    say(bench.workspace, project_id, {ids[0]: ("skipped", None), ids[1]: ("unclear", None)})
    dataset = read_dataset(bench.workspace, project_id, with_proposals=True).dataset
    assert [image.answer for image in dataset.images] == [Answer.IGNORE, Answer.UNCLEAR, Answer.ACCEPT]
    lost = [loss.what for loss in registry.get("image-folder").loss(dataset).losses]
    assert "images left out: they were passed over" in lost
    assert "images left out: they were marked as unclear" in lost
