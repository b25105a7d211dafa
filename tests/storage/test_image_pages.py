"""Pages of images: any filter gives exactly the images that a plain reading of it gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.ids import ContentHash, ImageId, ModelId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, STATE_CODES, ImageFilter, ImageState, NewImage, Split
from labelgraft.domain.operation import Cause
from labelgraft.domain.proposal import ProposalColumns
from labelgraft.errors import BadInput
from labelgraft.storage import annotations as truth
from labelgraft.storage import image_search, images, labelling, proposals
from labelgraft.storage.database import Database

if TYPE_CHECKING:
    from tests.storage.conftest import Pets

ANNA = Author(AuthorKind.PERSON, "anna")
COUNT = 60
BELOW = {"": [""], "a": ["a", "a/b"], "b": ["b"], "c": []}


def add_images(pets: Pets, count: int) -> list[ImageId]:
    folders, endings = ("", "a", "a/b"), ("100%.jpg", "x_y.jpg", "Z.JPG", "é.jpg")
    new = [
        NewImage(ContentHash(f"{n + 1000:064x}"), f"/d/{n} {endings[n % 4]}", folders[n % 3], 10, 20, 30, n)
        for n in range(count)
    ]
    with pets.database.writing() as c:
        return images.add(c, pets.project_id, new)


@pytest.fixture
def varied(database: Database, new_pets: Callable[..., Pets]) -> Pets:
    """Two projects whose images lie between each other; the first has everything in every combination."""
    pets, other = (
        new_pets(database, images_count=0, multi_label=True),
        new_pets(database, images_count=0, multi_label=True),
    )
    dice = random.Random(5)
    ids: list[ImageId] = []
    for start in range(0, COUNT, 20):
        ids += add_images(pets, 20) if start == 0 else add_more(pets, start)
        add_more(other, start + 500)
    kinds = list(pets.class_ids.values())
    with database.writing() as c:
        for _ in range(8):
            some = dice.sample(ids, 6)
            labelling.set_class(
                c, pets.project_id, some, dice.choice(kinds), author=ANNA, cause=Cause.HAND, summary=""
            )
        labelling.set_state(
            c, pets.project_id, dice.sample(ids, 8), ImageState.SKIPPED, author=ANNA, summary=""
        )
        splits = {i: dice.choice([None, Split.TRAIN, Split.TEST]) for i in ids}
        labelling.set_split(c, pets.project_id, splits, author=ANNA, summary="")
        pairs = [(i, k) for i in ids for k in kinds if dice.random() < 0.5]
        steps = (0.0, 0.05, 0.5, 0.95, 0.999, 1.0)
        columns = ProposalColumns(
            image_ids=np.array([i for i, _ in pairs]),
            class_ids=np.array([k for _, k in pairs]),
            confidences=np.array([dice.choice(steps) for _ in pairs], np.float32),
        )
        proposals.replace(c, pets.project_id, ModelId(7), columns)
    return type(pets)(database, pets.project_id, ids, pets.class_ids)


def add_more(pets: Pets, start: int) -> list[ImageId]:
    new = [
        NewImage(ContentHash(f"{n + 5000:064x}"), f"/e/{n}.png", "b" if n % 2 else "", 10, 20, 30, n)
        for n in range(start, start + 20)
    ]
    with pets.database.writing() as c:
        return images.add(c, pets.project_id, new)


def plainly(pets: Pets, wanted: ImageFilter) -> list[ImageId]:
    """The filter read word by word."""
    with pets.database.reading() as c:
        labels = truth.of_images(c, pets.image_ids)
        proposed = proposals.of_images(c, pets.project_id, pets.image_ids)
        listed = images.of_ids(c, pets.image_ids)
    low, high = wanted.min_confidence or 0.0, 1.0 if wanted.max_confidence is None else wanted.max_confidence
    asks = (wanted.proposed_class_id, wanted.model_id, wanted.min_confidence, wanted.max_confidence)
    found = []
    for image in listed:
        fitting = [
            p
            for p in proposed[image.id]
            if wanted.proposed_class_id in (None, p.class_id)
            and wanted.model_id in (None, p.model_id)
            and low <= p.confidence <= high
        ]
        if (
            wanted.state in (None, image.state)
            and wanted.split in (None, image.split)
            and (wanted.folder is None or image.folder in BELOW[wanted.folder])
            and (wanted.class_id is None or wanted.class_id in {a.class_id for a in labels[image.id]})
            and (all(asked is None for asked in asks) or fitting)
            and (wanted.path_contains or "").lower() in image.path.lower()
        ):
            found.append(image.id)
    return sorted(found)


def page_through(pets: Pets, wanted: ImageFilter, limit: int) -> list[ImageId]:
    shown: list[ImageId] = []
    after: ImageId | None = None
    for _ in range(10_000):
        with pets.database.reading() as c:
            page = images.page(c, pets.project_id, wanted, after, limit)
        assert len(page.images) <= limit
        shown += [image.id for image in page.images]
        if page.next_after is None:
            return shown
        assert page.next_after > (after or 0)
        after = page.next_after
    raise AssertionError("the pages do not end")


def test_any_combination_of_filters_gives_just_the_images_it_names(
    varied: Pets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_search, "WINDOWS", (3, 7))
    dice = random.Random(9)
    kinds = list(varied.class_ids.values())
    for _ in range(100):
        wanted = ImageFilter(
            state=dice.choice([None, None, *ImageState]),
            class_id=dice.choice([None, None, *kinds]),
            proposed_class_id=dice.choice([None, None, *kinds]),
            model_id=dice.choice([None, None, None, ModelId(7), ModelId(8)]),
            min_confidence=dice.choice([None, None, 0.0, 0.05, 0.5, 0.97]),
            max_confidence=dice.choice([None, None, 0.05, 0.5, 0.999, 1.0]),
            folder=dice.choice([None, None, *BELOW]),
            split=dice.choice([None, None, *Split]),
            path_contains=dice.choice([None, None, "1", "%", "_", "png", "Jpg", "/"]),
        )
        expected = plainly(varied, wanted)
        assert page_through(varied, wanted, dice.choice([1, 4, 50])) == expected, wanted
        with varied.database.reading() as c:
            assert images.every(c, varied.project_id, wanted) == expected


def test_a_class_of_another_project_shows_nothing(varied: Pets, new_pets: Callable[..., Pets]) -> None:
    other = new_pets(varied.database)
    assert page_through(varied, ImageFilter(class_id=other.class_ids["cat"]), 10) == []


def test_images_are_given_in_the_order_asked_for_and_unknown_ones_refused(pets: Pets) -> None:
    a, b, c_ = pets.image_ids[:3]
    with pets.database.reading() as c:
        assert [i.id for i in images.of_ids(c, [c_, a, b])] == [c_, a, b]
        with pytest.raises(BadInput, match="no image 999"):
            images.of_ids(c, [a, ImageId(999)])


def test_known_bytes_and_files_are_found_also_those_of_duplicates(pets: Pets) -> None:
    first = pets.image_ids[0]
    with pets.database.writing() as c:
        for _ in range(2):
            images.add_duplicate(
                c, pets.project_id, first, "/photos/copy.jpg", file_bytes=5, file_modified_ns=6
            )
    with pets.database.reading() as c:
        known = images.known(c, pets.project_id, [ContentHash(f"{0:064x}"), ContentHash("f" * 64)])
        files = images.known_files(c, pets.project_id)
        elsewhere = images.known(c, ProjectId(pets.project_id + 1), [ContentHash(f"{0:064x}")])
        assert images.duplicates(c, pets.project_id) == ((first, "/photos/copy.jpg"),)
    assert known == {f"{0:064x}": first}
    assert files["/photos/copy.jpg"] == (5, 6, first)
    assert files["/photos/0.jpg"] == (1000, 0, first)
    assert elsewhere == {}


def test_columns_are_ordered_by_image_and_hold_what_the_images_hold(varied: Pets) -> None:
    with varied.database.reading() as c:
        columns = images.columns(c, varied.project_id)
        listed = images.of_ids(c, varied.image_ids)
    assert columns.image_ids.tolist() == [i.id for i in listed]
    assert [h.decode() for h in columns.hashes.tolist()] == [i.content_hash for i in listed]
    assert [STATE_CODES[s] for s in columns.states] == [i.state for i in listed]
    assert [SPLIT_CODES[s] for s in columns.splits] == [i.split for i in listed]
    assert columns.folders.tolist() == [i.folder for i in listed]
