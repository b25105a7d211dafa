"""Embeddings and thumbnails: what was written is read, whole or not at all, and never twice."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labelgraft.domain.ids import ContentHash
from labelgraft.errors import BadInput, ShapeMismatch, WorkspaceDamaged, WorkspaceUnwritable
from labelgraft.storage import shard_index
from labelgraft.storage.embeddings import EmbeddingKey, EmbeddingStore
from labelgraft.storage.thumbnails import ThumbnailStore

KEY = EmbeddingKey("efficientnet-lite0", "abc", "pool", "224 bicubic", "torch", "float32")


def hashes(*numbers: int) -> list[ContentHash]:
    return [ContentHash(hashlib.sha256(str(n).encode()).hexdigest()) for n in numbers]


def vectors(*numbers: int, width: int = 4) -> np.ndarray[tuple[int, int], np.dtype[np.float16]]:
    return np.array([[n + 1 / (d + 2) for d in range(width)] for n in numbers], np.float16)


def test_vectors_come_back_in_the_order_asked_for_from_any_shard(tmp_path: Path) -> None:
    space = EmbeddingStore(tmp_path).space(KEY)
    space.write_shard(hashes(1, 2, 3), vectors(1, 2, 3))
    space.write_shard(hashes(4, 5), vectors(4, 5))
    read = space.read(hashes(5, 1, 4, 5))
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, vectors(5, 1, 4, 5).astype(np.float32))
    assert (space.count, space.width) == (5, 4)


def test_only_what_is_missing_is_named_once_and_a_second_writing_changes_nothing(tmp_path: Path) -> None:
    space = EmbeddingStore(tmp_path).space(KEY)
    space.write_shard(hashes(1, 2, 2), vectors(1, 2, 2))
    assert space.missing(hashes(3, 2, 3, 1)) == hashes(3)
    space.write_shard(hashes(2, 3), vectors(9, 3))
    np.testing.assert_array_equal(space.read(hashes(2, 3)), vectors(2, 3).astype(np.float32))
    assert space.count == 3
    with pytest.raises(BadInput, match="1 of 2 images have no embedding"):
        space.read(hashes(1, 8))


def test_what_another_process_finished_is_seen(tmp_path: Path) -> None:
    here, there = EmbeddingStore(tmp_path).space(KEY), EmbeddingStore(tmp_path).space(KEY)
    there.write_shard(hashes(1), vectors(1))
    assert here.missing(hashes(1)) == []
    np.testing.assert_array_equal(here.read(hashes(1)), vectors(1).astype(np.float32))


def test_a_shard_whose_list_of_hashes_never_came_is_swept_and_computed_again(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path)
    store.space(KEY).write_shard(hashes(1), vectors(1))
    folder = store.space(KEY).folder
    np.save(folder / "0123.npy", vectors(2))
    (folder / "4567.npy.aa.part").write_bytes(b"half")
    again = EmbeddingStore(tmp_path)
    assert again.sweep() == 2
    assert again.space(KEY).missing(hashes(1, 2)) == hashes(2)


def test_a_full_disk_leaves_no_half_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = EmbeddingStore(tmp_path).space(KEY)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceUnwritable, match="No space left"):
        space.write_shard(hashes(1), vectors(1))
    monkeypatch.undo()
    assert sorted(path.name for path in space.folder.iterdir()) == ["key.json"]
    space.write_shard(hashes(1), vectors(1))
    assert space.count == 1


def test_wrong_shapes_and_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    space = EmbeddingStore(tmp_path).space(KEY)
    with pytest.raises(ShapeMismatch, match="2 images"):
        space.write_shard(hashes(1, 2), vectors(1))
    with pytest.raises(BadInput, match="not finite"):
        space.write_shard(hashes(1), np.array([[1e6, 0.0]], np.float32))
    space.write_shard(hashes(1), vectors(1))
    with pytest.raises(ShapeMismatch, match="D = 4"):
        space.write_shard(hashes(2), vectors(2, width=5))
    with pytest.raises(BadInput, match="64 hexadecimal"):
        space.missing([ContentHash("xyz")])


def test_anything_different_in_the_key_is_another_space(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path)
    others = [replace(KEY, **{name: "other"}) for name in KEY.__dataclass_fields__]
    for key in (KEY, *others):
        store.space(key)
    assert len(store.spaces()) == 8
    assert {space.key for space in EmbeddingStore(tmp_path).spaces()} == {KEY, *others}


def test_hashes_that_begin_alike_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = EmbeddingStore(tmp_path).space(KEY)
    alike = [ContentHash("ab" * 8 + f"{n:048x}") for n in range(5)]
    space.write_shard(alike[:4], vectors(0, 1, 2, 3))
    np.testing.assert_array_equal(space.read(alike[3::-1]), vectors(3, 2, 1, 0).astype(np.float32))
    assert space.missing(alike) == alike[4:]


def test_the_least_recently_read_spaces_go_first_until_the_budget_holds(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path)
    keys = [replace(KEY, layer=f"block {n}") for n in range(3)]
    for n, key in enumerate((KEY, *keys)):
        store.space(key).write_shard(hashes(1), vectors(1, width=5000))
        os.utime(store.space(key).folder / "key.json", (n, n))
    store.space(keys[0]).read(hashes(1))
    assert store.evict(25_000, keep=[KEY]) == [keys[1]]
    assert {space.key for space in store.spaces()} == {KEY, keys[0], keys[2]}
    assert store.space(keys[1]).count == 0


def test_an_unreadable_shard_is_told_with_its_path_and_what_to_do(tmp_path: Path) -> None:
    space = EmbeddingStore(tmp_path).space(KEY)
    space.write_shard(hashes(1), vectors(1))
    (shard,) = (p for p in space.folder.glob("*.npy") if not p.name.endswith(shard_index.SIDECAR))
    shard.write_bytes(b"nothing")
    with pytest.raises(WorkspaceDamaged, match=f"{shard}.*computed again"):
        EmbeddingStore(tmp_path).space(KEY).read(hashes(1))


def test_thumbnails_and_their_cells_come_back_by_hash(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path)
    store.write_shard(hashes(1, 2, 3), [b"one", b"", b"three"], b"sheet a")
    store.write_shard(hashes(4), [b"four"], b"sheet b")
    assert [store.get(h) for h in hashes(3, 1, 2, 4)] == [b"three", b"one", b"", b"four"]
    name, cell = store.cell(hashes(3)[0])
    assert (store.sheet(name), cell) == (b"sheet a", 2)
    names, sheets, cells = store.cells(hashes(4, 9, 2))
    assert [store.sheet(names[s]) if s >= 0 else None for s in sheets] == [b"sheet b", None, b"sheet a"]
    assert cells[[0, 2]].tolist() == [0, 1]
    assert store.missing(hashes(9, 1)) == hashes(9)


def test_several_thumbnails_come_at_once_also_those_that_another_process_wrote_since(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path)
    store.write_shard(hashes(1, 2), [b"one", b"two"], b"sheet a")
    ThumbnailStore(tmp_path).write_shard(hashes(4), [b"four"], b"sheet b")
    assert store.several(hashes(4, 9, 1)) == [b"four", None, b"one"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 31, "0" * 32, "G" * 32])
def test_only_sheets_of_the_store_are_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="no sheet"):
        ThumbnailStore(tmp_path).sheet(name)


def test_unfinished_thumbnails_are_swept(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path)
    store.write_shard(hashes(1), [b"one"], b"sheet")
    (tmp_path / "abc.pack").write_bytes(b"x")
    (tmp_path / "abc.sheet.webp").write_bytes(b"x")
    assert store.sweep() == 2
    assert ThumbnailStore(tmp_path).get(hashes(1)[0]) == b"one"
