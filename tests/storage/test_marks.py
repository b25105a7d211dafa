"""States, splits, folders and revisions in stretches: what is read is what was written, whatever lies between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labelgraft.domain.ids import ContentHash, ImageId
from labelgraft.domain.image import NewImage
from labelgraft.storage import images, marks
from labelgraft.storage.database import Database

if TYPE_CHECKING:
    from tests.storage.conftest import Pets


def numbered(pets: Pets, numbers: list[int]) -> list[ImageId]:
    new = [NewImage(ContentHash(f"{n + 9000:064x}"), f"/d/{n}", f"f{n % 3}", 1, 1, 1, 1) for n in numbers]
    with pets.database.writing() as c:
        return images.add(c, pets.project_id, new, numbers)


def test_images_far_apart_and_in_any_order_are_marked_each_in_its_place(
    database: Database, new_pets: Callable[..., Pets]
) -> None:
    pets, other = new_pets(database, images_count=0), new_pets(database, images_count=0)
    numbered(pets, [9001, 50, 4097])
    numbered(other, [4096, 4098])
    numbered(pets, [4095])
    with database.writing() as c:
        known = marks.every(c, pets.project_id)
        assert known.image_ids.tolist() == [50, 4095, 4097, 9001]
        states, revisions = np.array([2, 0, 1, 4], np.int8), np.array([7, 255, 256, 70_000])
        marks.write(
            c, pets.project_id, marks.Marks(known.image_ids, states, states % 3, known.folders, revisions)
        )
    with database.reading() as c:
        found = marks.of_ids(c, pets.project_id, [9001, 4097, 4098, 1])
        assert found.image_ids.tolist() == [4097, 9001]
        assert found.states.tolist() == [1, 4]
        assert found.splits.tolist() == [1, 1]
        assert found.revisions.tolist() == [256, 70_000]
        above = [part["image_ids"].tolist() for part in marks.above(c, pets.project_id, 4095, "splits")]
        assert [number for part in above for number in part] == [4097, 9001]
        assert marks.every(c, other.project_id).states.tolist() == [0, 0]
        assert [i.folder for i in images.of_ids(c, [ImageId(9001), ImageId(50)])] == ["f1", "f2"]


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=30))
def test_a_column_takes_as_many_bytes_as_its_largest_number_needs(values: list[int]) -> None:
    at = np.arange(len(values))
    blob = marks._changed(bytes(marks.STRETCH), at, np.array(values, np.int64))
    assert marks._array(blob)[: len(values)].tolist() == values
    assert len(blob) // marks.STRETCH in (1, 2, 4, 8)
    assert marks._array(marks._changed(blob, at, np.zeros(len(values), np.int64))).dtype == np.uint8
