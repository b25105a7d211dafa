"""A folder is listed whole, in a fixed order, whatever lies in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelgraft.errors import BadInput
from labelgraft.services.scan_files import scan_files, split_into_shards


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xff\xd8\xff and the rest of a JPEG")


def names_in(root: Path) -> list[str]:
    return [Path(file.path).relative_to(root).as_posix() for file in scan_files(root).files]


def test_files_come_folder_by_folder_in_the_order_of_their_names(tmp_path: Path) -> None:
    make(tmp_path, "b/2.jpg", "b/1.JPG", "a/deep/x.png", "z.webp", "a/0.gif")
    scan = scan_files(tmp_path)
    assert [Path(file.path).name for file in scan.files] == ["z.webp", "0.gif", "x.png", "1.JPG", "2.jpg"]
    assert [file.folder for file in scan.files] == ["", "a", "a/deep", "b", "b"]
    assert scan.files[0].file_bytes == (tmp_path / "z.webp").stat().st_size
    assert scan.files[0].modified_ns == (tmp_path / "z.webp").stat().st_mtime_ns


def test_hidden_and_foreign_files_are_passed_over_and_counted(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", ".hidden.jpg", ".git/b.jpg", "__MACOSX/c.jpg", "labels.csv", "notes.txt")
    scan = scan_files(tmp_path)
    assert [Path(file.path).name for file in scan.files] == ["a.jpg"]
    assert scan.other_files == 2
    assert scan.refused == ()


def test_pictures_of_a_kind_that_is_not_read_are_refused_and_not_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "phone.HEIC", "camera.cr2")
    scan = scan_files(tmp_path)
    assert [Path(file.path).name for file in scan.files] == ["a.jpg"]
    assert scan.other_files == 0
    assert {Path(each.path).name: each.reason.split()[0] for each in scan.refused} == {
        "phone.HEIC": "HEIC",
        "camera.cr2": "CR2",
    }


def test_a_file_without_suffix_is_taken_if_it_begins_like_an_image(tmp_path: Path) -> None:
    make(tmp_path, "photo")
    (tmp_path / "README").write_text("words")
    assert names_in(tmp_path) == ["photo"]


def test_circles_of_links_end_and_linked_folders_are_listed_once(tmp_path: Path) -> None:
    make(tmp_path / "root", "a/1.jpg")
    make(tmp_path / "elsewhere", "2.jpg")
    (tmp_path / "root" / "a" / "up").symlink_to(tmp_path / "root")
    (tmp_path / "root" / "b").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root" / "c").symlink_to(tmp_path / "elsewhere")
    assert names_in(tmp_path / "root") == ["a/1.jpg", "b/2.jpg"]


def test_what_cannot_be_read_is_refused_and_the_rest_is_listed(tmp_path: Path) -> None:
    make(tmp_path, "good.jpg")
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nowhere.jpg")
    os.mkfifo(tmp_path / "pipe.png")
    scan = scan_files(tmp_path)
    assert [Path(file.path).name for file in scan.files] == ["good.jpg"]
    reasons = {Path(refused.path).name: refused.reason for refused in scan.refused}
    assert reasons == {
        "broken.jpg": "is a link that leads nowhere, or went away meanwhile",
        "pipe.png": "is not a regular file",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_forbidden_folder_is_refused(tmp_path: Path) -> None:
    make(tmp_path, "open/1.jpg", "shut/2.jpg")
    (tmp_path / "shut").chmod(0)
    try:
        scan = scan_files(tmp_path)
    finally:
        (tmp_path / "shut").chmod(0o755)
    assert [Path(file.path).name for file in scan.files] == ["1.jpg"]
    assert scan.refused[0].reason == "the folder could not be read: Permission denied"


def test_a_name_that_is_not_utf8_is_refused_with_a_printable_path(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.jpg", "wb") as file:  # noqa: PTH123  no Path holds it
        file.write(b"\xff\xd8\xff")
    (refused,) = scan_files(tmp_path).refused
    assert refused.path.endswith("caf\\udce9.jpg")
    assert "not valid UTF-8" in refused.reason


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg")
    with pytest.raises(BadInput, match=r"a\.jpg: is not a folder\. Nothing was listed"):
        scan_files(tmp_path / "a.jpg")


def test_a_tree_deeper_than_pythons_stack_is_listed(tmp_path: Path) -> None:
    path = tmp_path
    for _ in range(600):
        path = path / "d"
    path.mkdir(parents=True)
    (path / "1.jpg").write_bytes(b"\xff\xd8\xff")
    assert len(scan_files(tmp_path).files) == 1


@given(count=st.integers(0, 3000), workers=st.integers(1, 64))
def test_shards_hold_every_item_once_and_in_order(count: int, workers: int) -> None:
    shards = split_into_shards(range(count), workers=workers)
    assert [item for shard in shards for item in shard] == list(range(count))
    lengths = {len(shard) for shard in shards}
    assert not lengths or (min(lengths) >= 1 and max(lengths) <= 256 and max(lengths) - min(lengths) <= 1)


def test_small_sets_become_four_shards_per_worker_and_large_ones_full_shards() -> None:
    assert [len(shard) for shard in split_into_shards(range(1000), workers=2)] == [125] * 8
    assert {len(shard) for shard in split_into_shards(range(25_600), workers=2)} == {256}
    assert [len(shard) for shard in split_into_shards(range(10), workers=8)] == [5, 5]
