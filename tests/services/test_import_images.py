"""What an import does with files and labels that it has met before, in one form or another."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.services.import_bench import Bench

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.image import Image, Split
from labelgraft.domain.operation import Cause
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, labelling, operations, reverting

Draw = Callable[[Path, int], Path]
PERSON = Author(AuthorKind.PERSON, "ann")


def listed(bench: Bench) -> tuple[Image, ...]:
    with bench.workspace.database.reading() as connection:
        return images.of_ids(connection, images.every(connection, bench.project_id))


def labels(bench: Bench) -> dict[str, str]:
    """Class names by file name."""
    with bench.workspace.database.reading() as connection:
        names = {each.id: each.name for each in classes.of_project(connection, bench.project_id)}
        found = truth.of_images(connection, [image.id for image in listed(bench)])
    return {Path(i.path).name: names[found[i.id][0].class_id] for i in listed(bench) if found[i.id]}


def label_file(folder: Path, *rows: str, header: str = "path,label") -> Path:
    (folder / "labels.csv").write_text("\n".join([header, *rows]) + "\n")
    return folder


def test_a_copy_gives_its_label_to_the_image_that_has_its_bytes(
    bench: Bench, tmp_path: Path, picture: Draw
) -> None:
    first = picture(tmp_path / "a" / "one.png", 1)
    bench.add(tmp_path / "a")
    shutil.copy(first, picture(tmp_path / "b" / "copy.png", 2))
    picture(tmp_path / "b" / "two.png", 2)
    report = bench.add(label_file(tmp_path / "b", "copy.png,cat", "two.png,dog"), key="two")
    assert (report.added, report.labelled) == (1, 2)
    assert [each.original for each in report.duplicates] == [str(first)]
    assert labels(bench) == {"one.png": "cat", "two.png": "dog"}


def test_copies_that_disagree_are_told_and_the_first_label_counts(
    bench: Bench, tmp_path: Path, picture: Draw
) -> None:
    picture(tmp_path / "a" / "one.png", 1)
    picture(tmp_path / "a" / "copy.png", 1)
    report = bench.add(label_file(tmp_path / "a", "one.png,cat", "copy.png,dog"))
    assert labels(bench) == {"one.png": "cat"}
    assert [each.reason for each in report.refused] == [
        "its label dog was not taken: one.png has the same bytes and is cat"
    ]


def test_a_file_that_changed_on_disk_is_told_and_its_image_keeps_its_labels(
    bench: Bench, tmp_path: Path, picture: Draw
) -> None:
    picture(tmp_path / "a" / "one.png", 1)
    bench.add(label_file(tmp_path / "a", "one.png,cat"))
    before = listed(bench)
    picture(tmp_path / "a" / "one.png", 2)
    for key in ("two", "three"):
        report = bench.add(tmp_path / "a", key=key)
        assert (report.added, report.known, report.labelled) == (0, 0, 0)
        assert "its bytes changed since it was imported as image 1" in report.refused[0].reason
    assert listed(bench) == before
    assert labels(bench) == {"one.png": "cat"}


def test_a_folder_that_was_renamed_is_found_again_with_its_labels(
    bench: Bench, tmp_path: Path, picture: Draw
) -> None:
    picture(tmp_path / "a" / "one.png", 1)
    picture(tmp_path / "a" / "two.png", 2)
    bench.add(label_file(tmp_path / "a", "one.png,cat", "two.png,dog"))
    (tmp_path / "a").rename(tmp_path / "b")
    report = bench.add(tmp_path / "b", key="two")
    assert (report.added, report.moved, report.duplicates) == (0, 2, ())
    assert {image.path for image in listed(bench)} == {
        str(tmp_path / "b" / n) for n in ("one.png", "two.png")
    }
    assert labels(bench) == {"one.png": "cat", "two.png": "dog"}
    assert bench.add(tmp_path / "b", key="three").known == 2


def test_a_touched_file_is_read_once_more_and_then_known(bench: Bench, tmp_path: Path, picture: Draw) -> None:
    touched = picture(tmp_path / "a" / "one.png", 1)
    bench.add(tmp_path / "a")
    os.utime(touched, (1, 1))
    report = bench.add(tmp_path / "a", key="two")
    assert (report.added, report.known, report.refused) == (0, 1, ())
    with bench.workspace.database.reading() as connection:
        kept = images.known_files(connection, bench.project_id)[str(touched)]
    assert kept[1] == touched.stat().st_mtime_ns


def test_labels_and_splits_are_one_operation_and_go_back_together(
    bench: Bench, tmp_path: Path, picture: Draw
) -> None:
    picture(tmp_path / "a" / "one.png", 1)
    picture(tmp_path / "a" / "two.png", 2)
    source = label_file(tmp_path / "a", "one.png,cat,train", "two.png,,test", header="path,label,split")
    report = bench.add(source)
    with bench.workspace.database.reading() as connection:
        history = operations.page(connection, bench.project_id, None, 10)
    assert [(each.id, each.cause) for each in history] == [(report.operation_id, Cause.IMPORT)]
    assert [image.split for image in listed(bench)] == [Split.TRAIN, Split.TEST]
    with bench.workspace.database.writing() as connection:
        assert report.operation_id is not None
        reverting.revert(connection, report.operation_id, author=PERSON)
    assert [image.split for image in listed(bench)] == [None, None]
    assert labels(bench) == {}


def test_a_step_that_runs_twice_leaves_and_counts_the_same_as_once(
    bench: Bench, tmp_path: Path, picture: Draw
) -> None:
    for number in range(12):
        picture(tmp_path / "a" / f"{number % 3}-{number}.png", number % 10)  # 2 of them are copies
    rows = [f"{n % 3}-{n}.png,{'cat' if n % 2 else 'dog'}" for n in range(12)]
    report = bench.add(label_file(tmp_path / "a", *rows), lives=3)
    assert (report.added, len(report.duplicates), report.labelled) == (10, 2, 10)
    assert len(listed(bench)) == len({image.content_hash for image in listed(bench)}) == 10
    with bench.workspace.database.reading() as connection:
        assert len(operations.page(connection, bench.project_id, None, 10)) == 1
    (space,) = bench.workspace.embeddings.spaces()
    assert space.count == bench.workspace.thumbnails.count == 10


def test_what_a_person_said_stays_and_is_counted(bench: Bench, tmp_path: Path, picture: Draw) -> None:
    picture(tmp_path / "a" / "one.png", 1)
    picture(tmp_path / "a" / "two.png", 2)
    source = label_file(tmp_path / "a", "one.png,cat", "two.png,cat")
    bench.add(source, labels=False)
    with bench.workspace.database.writing() as connection:
        dog = classes.ensure(connection, bench.project_id, ["dog"])["dog"]
        labelling.set_class(
            connection,
            bench.project_id,
            [listed(bench)[0].id],
            dog,
            author=PERSON,
            cause=Cause.HAND,
            summary="",
        )
    report = bench.add(source, key="two")
    assert (report.labelled, report.kept) == (1, 1)
    assert labels(bench) == {"one.png": "dog", "two.png": "cat"}
