"""Operations on many images: packed in the journal, taken back and told like any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from labelgraft.storage import journal, operations
from labelgraft.storage.database import Database
from labelgraft.storage.tables import bulk_change, change

if TYPE_CHECKING:
    from tests.storage.conftest import Pets

COUNT = journal.BULK_FROM + 20


@pytest.fixture
def many(database: Database, new_pets: Callable[..., Pets]) -> Pets:
    return new_pets(database, images_count=COUNT)


def test_a_bulk_operation_takes_two_rows_and_gives_back_every_change_in_its_order(many: Pets) -> None:
    many.label("cat", 3)
    done = many.label("dog", *range(COUNT))
    with many.database.reading() as c:
        rows = select(func.count()).select_from(change).where(change.c.operation_id == done.id)
        packed = select(func.count()).select_from(bulk_change).where(bulk_change.c.operation_id == done.id)
        assert (c.execute(rows).scalar(), c.execute(packed).scalar()) == (0, 2)
        found = journal.read(c, done.id)
        assert journal.image_ids(c, done.id) == many.image_ids
    assert [one.image_id for one in found.annotations] == many.image_ids
    dog = many.class_ids["dog"]
    assert all(one.after is not None and one.after.class_id == dog for one in found.annotations)
    before = [one.before and one.before.class_id for one in found.annotations]
    assert before == [many.class_ids["cat"] if n == 3 else None for n in range(COUNT)]
    assert len(found.images) == COUNT - 1


def test_taking_back_a_small_operation_names_the_bulk_one_that_it_overrides_and_the_other_way_round(
    many: Pets,
) -> None:
    small = many.label("cat", 3, 4)
    bulk = many.label("dog", *range(COUNT))
    last = many.label("bird", 4)
    told = many.revert(small, dry_run=True).overridden
    assert [(one.operation.id, one.image_count) for one in told] == [(bulk.id, 1), (last.id, 1)]
    told = many.revert(bulk).overridden
    assert [(one.operation.id, one.image_count) for one in told] == [(last.id, 1)]
    assert many.names() == ["cat" if n in (3, 4) else "" for n in range(COUNT)]


def test_the_operations_of_an_image_are_found_in_single_and_in_packed_rows(many: Pets) -> None:
    first = many.label("cat", 3)
    bulk = many.label("dog", *range(0, COUNT - 5))
    with many.database.reading() as c:
        of = [operations.of_image(c, many.project_id, many.image_ids[n]) for n in (3, 4, COUNT - 1)]
    assert [[one.id for one in found] for found in of] == [[bulk.id, first.id], [bulk.id], []]
