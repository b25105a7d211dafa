"""Columns kept in memory and followed are always those that a fresh reading gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pytest

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.ids import ContentHash, ModelId, OperationId
from labelgraft.domain.image import ImageState, NewImage, Split
from labelgraft.domain.operation import Cause
from labelgraft.domain.proposal import NewProposedShape, ProposalColumns
from labelgraft.domain.shapes.box import Box
from labelgraft.storage import classes, images, labelling, operations, proposals, proposed_shapes
from labelgraft.storage.database import Database
from labelgraft.storage.state_columns import StateCache

if TYPE_CHECKING:
    from tests.storage.conftest import Pets

ANNA = Author(AuthorKind.PERSON, "anna")


def propose(pets: Pets, dice: random.Random, model: int) -> None:
    pairs = [(i, k) for i in pets.image_ids for k in pets.class_ids.values() if dice.random() < 0.4]
    found = ProposalColumns(
        np.array([i for i, _ in pairs], np.int64),
        np.array([k for _, k in pairs], np.int64),
        np.array([dice.choice([0.1, 0.5, 0.9]) for _ in pairs], np.float32),
    )
    with pets.database.writing() as c:
        proposals.replace(c, pets.project_id, ModelId(model), found)


def do_something(pets: Pets, dice: random.Random) -> None:
    some = dice.sample(pets.image_ids, 4)
    kinds = list(pets.class_ids.values())
    what = dice.randrange(8)
    if what == 0:
        return propose(pets, dice, dice.choice([1, 2]))
    with pets.database.writing() as c:
        p = pets.project_id
        known = {k.id for k in classes.of_project(c, p)}
        alive = [k for k in kinds if k in known]
        if what == 1:
            labelling.reject(c, p, some, author=ANNA, summary="")
        elif what == 2:
            labelling.set_state(c, p, some, ImageState.SKIPPED, author=ANNA, summary="")
        elif what == 3:
            labelling.set_split(c, p, dict.fromkeys(some, Split.TEST), author=ANNA, summary="")
        elif what == 4:
            labelling.set_folder(c, p, dict.fromkeys(some, dice.choice("ab")), author=ANNA, summary="")
        elif what == 5 and len(alive) > 1:
            classes.delete(c, p, dice.choice(alive), author=ANNA)
        elif what == 6 and revertable(pets):
            labelling.revert(c, dice.choice(revertable(pets)), author=ANNA)
        elif alive:
            labelling.set_class(c, p, some, dice.choice(alive), author=ANNA, cause=Cause.HAND, summary="")
    return None


def revertable(pets: Pets) -> list[OperationId]:
    with pets.database.reading() as c:
        return [o.id for o in operations.page(c, pets.project_id) if o.cause is not Cause.MODEL_RUN]


@pytest.mark.parametrize("multi_label", [False, True], ids=["single-label", "multi-label"])
def test_followed_columns_are_those_of_a_fresh_reading_after_any_story(
    database: Database, new_pets: Callable[..., Pets], multi_label: bool
) -> None:
    pets = new_pets(database, images_count=12, multi_label=multi_label)
    dice, kept = random.Random(3), StateCache()
    for step in range(60):
        do_something(pets, dice)
        if step == 30:
            new = [NewImage(ContentHash(f"{7000 + n:064x}"), f"/n/{n}", "new", 1, 1, 1, 1) for n in range(3)]
            with database.writing() as c:
                pets.image_ids.extend(images.add(c, pets.project_id, new))
        with database.reading() as c:
            followed, fresh = kept.of(c, pets.project_id), StateCache().of(c, pets.project_id)
            shown = images.of_ids(c, pets.image_ids)
            proposed = proposals.of_images(c, pets.project_id, pets.image_ids)
        for field in fields(fresh):
            np.testing.assert_array_equal(
                getattr(followed, field.name),
                getattr(fresh, field.name),
                err_msg=f"{field.name}, step {step}",
            )
        assert [i.revision for i in shown] == fresh.revisions.tolist()
        assert [i.folder for i in shown] == [fresh.folders[at] for at in fresh.folder_index]
        assert [(p[0].class_id if p else -1) for p in proposed.values()] == fresh.proposal_class_ids.tolist()
        waiting = [i.state for i in shown if i.state in (ImageState.NEW, ImageState.PROPOSED)]
        having = [bool(proposed[i.id]) for i in shown if i.state in (ImageState.NEW, ImageState.PROPOSED)]
        assert [state is ImageState.PROPOSED for state in waiting] == having


@pytest.mark.parametrize("told", [True, False], ids=["told here", "by another process"])
def test_shapes_that_are_proposed_without_an_operation_are_followed(
    database: Database, new_pets: Callable[..., Pets], told: bool
) -> None:
    pets = new_pets(database, images_count=12)
    kept, first, *others = StateCache(), *pets.image_ids
    (kind, *_) = pets.class_ids.values()
    with database.reading() as c:
        before = kept.of(c, pets.project_id)
    for asked in ([first, *others[:3]], others[3:5], [first]):
        found = [] if asked == [first] else [NewProposedShape(i, kind, 0.75, Box(0, 0, 1, 1)) for i in asked]
        with database.writing() as c:
            number = proposed_shapes.put(c, pets.project_id, ModelId(7), asked, found)
        if told:
            kept.note_put(pets.project_id, number, np.array(asked, np.int64))
        with database.reading() as c:
            followed, fresh = kept.of(c, pets.project_id), StateCache().of(c, pets.project_id)
        for field in fields(fresh):
            np.testing.assert_array_equal(getattr(followed, field.name), getattr(fresh, field.name))
    assert followed.operation_id == before.operation_id
    assert np.flatnonzero(followed.proposal_class_ids == kind).tolist() == [1, 2, 3, 4, 5]


def test_nothing_is_read_again_while_nothing_changes(pets: Pets) -> None:
    kept = StateCache()
    with pets.database.reading() as c:
        assert kept.of(c, pets.project_id) is kept.of(c, pets.project_id)
