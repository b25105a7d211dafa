"""An import gives the same images with the same numbers, whichever shard is finished first."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.services.import_bench import Bench

import labelgraft
from labelgraft.domain.ids import ImageId
from labelgraft.domain.project import Task
from labelgraft.services import import_images
from labelgraft.services.same_bytes import copies
from labelgraft.storage import images, projects

Draw = Callable[[Path, int], Path]


def photos(folder: Path, picture: Draw) -> Path:
    """40 pictures of one size and in name order; every fourth is a copy of one that another shard holds."""
    for number in range(40):
        picture(folder / f"{number:02}.bmp", number)
    for number in range(0, 40, 4):
        shutil.copy(folder / f"{(number * 7 + 5) % 40:02}.bmp", folder / f"{number:02}.bmp")
    return folder


@dataclass(frozen=True)
class Outcome:
    """Path -> number of every image, counted from the first; path -> number of what it is a copy of."""

    images: dict[str, int]
    copies: dict[str, int]


def take_in(bench: Bench, folder: Path, name: str, *, backwards: bool) -> Outcome:
    """Import into a new project, the shards one after the other."""
    with bench.workspace.database.writing() as c:
        made = projects.create(
            c, name=name, task=Task.CLASSIFICATION, multi_label=False, backbone="color-histogram"
        )
    bench.project_id = made.id
    request = bench.request(folder)
    found, *shards = import_images.plan(bench.workspace, request, 1)
    assert len(shards) > 3
    ordered = reversed(shards) if backwards else shards
    results = [found, *(bench.take_in(shard["files"]) for shard in ordered)]
    import_images.finish(bench.workspace, request, results)
    with bench.workspace.database.reading() as c:
        ids = images.every(c, made.id)
        rows = {image.path: image.id - ids[0] for image in images.of_ids(c, ids)}
        return Outcome(rows, {path: number - ids[0] for number, path in images.duplicates(c, made.id)})


def test_numbers_and_copies_follow_the_listing_and_not_the_shards_that_end_first(
    bench: Bench, tmp_path: Path, picture: Draw
) -> None:
    folder = photos(tmp_path / "photos", picture)
    forwards = take_in(bench, folder, "forwards", backwards=False)
    backwards = take_in(bench, folder, "backwards", backwards=True)
    assert forwards == backwards
    assert list(forwards.images) == sorted(forwards.images)
    original = {number: path for path, number in forwards.images.items()}
    assert forwards.copies
    assert all(original[number] < path for path, number in forwards.copies.items())


def test_a_queue_of_one_folder_is_the_same_in_two_workspaces(tmp_path: Path, picture: Draw) -> None:
    folder = photos(tmp_path / "photos", picture)

    def queue(name: str) -> list[tuple[ImageId, str]]:
        with labelgraft.open(tmp_path / name, create=True) as bench:
            project = bench.new_project("p", backbone="color-histogram")
            project.add_images(folder)
            return [(each.card.image_id, each.path) for each in project.next(12, seed=3)]

    assert queue("one") == queue("two")


def test_copies_are_told_by_their_bytes_and_not_by_size_or_ends(tmp_path: Path) -> None:
    ends = b"a" * 5000
    contents = {
        "1": ends + b"x" * 5000 + ends,
        "2": ends + b"y" * 5000 + ends,
        "3": ends + b"x" * 5000 + ends,
        "4": b"short",
        "5": b"",
        "6": b"trohs",
        "7": b"",
        "8": ends + b"x" * 5000 + ends,
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in (*contents, "gone")]
    found = {Path(copy).name: Path(first).name for copy, first in copies(paths).items()}
    assert found == {"3": "1", "8": "1", "7": "5"}


def test_a_list_without_two_files_of_one_size_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in range(1, 6):
        (tmp_path / str(size)).write_bytes(b"x" * size)
    monkeypatch.setattr(Path, "open", lambda *_args: pytest.fail("a file was opened"))
    assert copies([str(tmp_path / str(size)) for size in range(1, 6)]) == {}
