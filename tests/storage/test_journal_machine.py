"""A plain model of labels and their history against the database, through random stories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.ids import ClassId
from labelgraft.domain.image import ImageState, Split
from labelgraft.domain.operation import Operation
from labelgraft.errors import StaleRevision
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, journal, labelling
from labelgraft.storage.database import Database

if TYPE_CHECKING:
    from tests.storage.conftest import Pets

ANNA = Author(AuthorKind.PERSON, "anna")
IMAGES = 3
NAMES = ("cat", "dog", "bird")
some_images = st.lists(st.integers(0, IMAGES - 1), min_size=1, max_size=2, unique=True)
a_class = st.integers(0, len(NAMES) - 1)

Labels = dict[int, int]
"""Of one image: number of the annotation in the model -> class."""


@dataclass
class Shot:
    """Everything at one moment."""

    labels: list[Labels] = field(default_factory=lambda: [{} for _ in range(IMAGES)])
    states: list[str] = field(default_factory=lambda: ["new"] * IMAGES)
    splits: list[str | None] = field(default_factory=lambda: [None] * IMAGES)
    alive: list[bool] = field(default_factory=lambda: [True] * len(NAMES))

    def copy(self) -> Shot:
        return Shot([dict(x) for x in self.labels], list(self.states), list(self.splits), list(self.alive))

    def settle(self, fallback: dict[int, str] | None = None) -> None:
        """States follow from labels."""
        for i in range(IMAGES):
            if self.labels[i]:
                self.states[i] = "labelled"
            elif fallback and i in fallback:
                self.states[i] = fallback[i]
            elif self.states[i] == "labelled":
                self.states[i] = "new"


def take_back(now: Shot, before: Shot, after: Shot, *, multi_label: bool) -> Shot:
    """What the documentation of reverting promises, said once more and as simply as can be."""
    result = now.copy()
    going = [not b and a and n for b, a, n in zip(before.alive, after.alive, now.alive, strict=True)]
    fallback = {}
    for i in range(IMAGES):
        touched = before.labels[i] != after.labels[i]
        numbers = {
            n for n in before.labels[i] | after.labels[i] if before.labels[i].get(n) != after.labels[i].get(n)
        }
        back = {n: k for n, k in before.labels[i].items() if n in numbers}
        stays = {n: k for n, k in now.labels[i].items() if n not in numbers and k not in back.values()}
        if touched:
            result.labels[i] = back | (stays if multi_label else {})
        # A class that goes takes along what was labelled with it since.
        result.labels[i] = {n: k for n, k in result.labels[i].items() if not going[k] or n in back}
        if before.states[i] != after.states[i]:
            fallback[i] = "new" if before.states[i] == "labelled" else before.states[i]
        if before.splits[i] != after.splits[i]:
            result.splits[i] = before.splits[i]
    for k in range(len(NAMES)):
        if before.alive[k] != after.alive[k]:
            result.alive[k] = before.alive[k]
    for labels in result.labels:
        for k in labels.values():
            result.alive[k] = True
    result.settle(fallback)
    return result


class Journal(RuleBasedStateMachine):
    """Labels, clears, states, splits, classes deleted and merged, reverts, replays, stale saves."""

    def __init__(self, pets: Pets, *, multi_label: bool) -> None:
        super().__init__()
        self.pets, self.multi_label = pets, multi_label
        self.now = Shot()
        self.history: list[tuple[Operation, Shot, Shot]] = []
        self.keys: dict[str, Operation] = {}
        self.numbers = 0

    def write(self, verb: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        with self.pets.database.writing() as c:
            return verb(c, self.pets.project_id, *arguments, author=ANNA, **named)

    def happened(self, operation: Operation, after: Shot) -> None:
        self.history.append((operation, self.now, after))
        self.now = after

    def ids(self, numbers: list[int]) -> list[Any]:
        return [self.pets.image_ids[n] for n in numbers]

    def class_id(self, number: int) -> ClassId:
        return self.pets.class_ids[NAMES[number]]

    def classes_may_go(self) -> bool:
        """Now and then; else there would soon be none left to label with."""
        return len(self.history) % 6 == 5 and sum(self.now.alive) > 1

    @rule(numbers=some_images, k=a_class)
    def label(self, numbers: list[int], k: int) -> None:
        if not self.now.alive[k]:
            return
        key = f"key {len(self.history)}"
        named = {"cause": "hand", "summary": "label", "idempotency_key": key}
        done = self.write(labelling.set_class, self.ids(numbers), self.class_id(k), **_causes(named))
        self.keys[key] = done
        after = self.now.copy()
        for i in numbers:
            if k in after.labels[i].values():
                continue
            if after.labels[i] and not self.multi_label:
                after.labels[i] = dict.fromkeys(after.labels[i], k)
            else:
                self.numbers += 1
                after.labels[i] = {**after.labels[i], self.numbers: k}
        after.settle()
        self.happened(done, after)

    @rule(numbers=some_images, k=st.none() | a_class)
    def clear(self, numbers: list[int], k: int | None) -> None:
        class_id = None if k is None else self.class_id(k)
        named = _causes({"cause": "hand", "summary": "clear"})
        done = self.write(labelling.clear_class, self.ids(numbers), class_id, **named)
        after = self.now.copy()
        for i in numbers:
            after.labels[i] = {n: c for n, c in after.labels[i].items() if k is not None and c != k}
        after.settle()
        self.happened(done, after)

    @rule(numbers=some_images, state=st.sampled_from(["new", "skipped", "unclear"]))
    def set_state(self, numbers: list[int], state: str) -> None:
        done = self.write(labelling.set_state, self.ids(numbers), ImageState(state), summary=state)
        after = self.now.copy()
        for i in numbers:
            after.labels[i] = {}
        after.settle(dict.fromkeys(numbers, state))
        self.happened(done, after)

    @rule(numbers=some_images, split=st.sampled_from([None, "train", "test"]))
    def set_split(self, numbers: list[int], split: str | None) -> None:
        wanted = dict.fromkeys(self.ids(numbers), split and Split(split))
        done = self.write(labelling.set_split, wanted, summary="split")
        after = self.now.copy()
        for i in numbers:
            after.splits[i] = split
        self.happened(done, after)

    @precondition(lambda self: self.classes_may_go())
    @rule(k=a_class)
    def delete_class(self, k: int) -> None:
        if not self.now.alive[k]:
            return
        done = self.write(classes.delete, self.class_id(k))
        after = self.now.copy()
        after.alive[k] = False
        after.labels = [{n: c for n, c in labels.items() if c != k} for labels in after.labels]
        after.settle()
        self.happened(done, after)

    @precondition(lambda self: self.classes_may_go())
    @rule(k=a_class, into=a_class)
    def merge_classes(self, k: int, into: int) -> None:
        if k == into or not (self.now.alive[k] and self.now.alive[into]):
            return
        done = self.write(classes.merge, self.class_id(k), self.class_id(into))
        after = self.now.copy()
        after.alive[k] = False
        for i, labels in enumerate(after.labels):
            has = into in labels.values()
            after.labels[i] = {n: into if c == k else c for n, c in labels.items() if c != k or not has}
        self.happened(done, after)

    @precondition(lambda self: self.history)
    @rule(which=st.integers(0, 10**6), dry_run=st.booleans())
    def revert(self, which: int, dry_run: bool) -> None:
        operation, before, after = self.history[which % len(self.history)]
        is_last = operation.id == self.history[-1][0].id
        with self.pets.database.writing() as c:
            report = labelling.revert(c, operation.id, author=ANNA, dry_run=dry_run)
        result = take_back(self.now, before, after, multi_label=self.multi_label)
        if dry_run:
            assert report.operation is None
        elif report.operation is None:
            assert result == self.now
        else:
            self.happened(report.operation, result)
        assert all(later.operation.id > operation.id for later in report.overridden)
        if is_last:
            assert report.overridden == ()

    @precondition(lambda self: self.keys)
    @rule(which=st.integers(0, 10**6), k=a_class)
    def replay(self, which: int, k: int) -> None:
        key = list(self.keys)[which % len(self.keys)]
        named = _causes({"cause": "hand", "summary": "again", "idempotency_key": key})
        again = self.write(labelling.set_class, self.ids([0]), self.class_id(k), **named)
        assert again.id == self.keys[key].id

    @precondition(lambda self: self.now.alive[0])
    @rule(number=st.integers(0, IMAGES - 1))
    def save_from_an_old_revision(self, number: int) -> None:
        (image_id,) = self.ids([number])
        with self.pets.database.reading() as c:
            old = images.get(c, image_id).revision - 1
        named = _causes({"cause": "hand", "summary": "late"})
        with pytest.raises(StaleRevision):
            self.write(
                labelling.set_class, [image_id], self.class_id(0), expected_revisions={image_id: old}, **named
            )

    @invariant()
    def database_is_as_the_model(self) -> None:
        shown = [sorted(NAMES[k] for k in labels.values()) for labels in self.now.labels]
        assert self.pets.names() == ["+".join(names) for names in shown]
        assert self.pets.states() == self.now.states
        with self.pets.database.reading() as c:
            found = images.of_ids(c, self.pets.image_ids)
            alive = {k.name for k in classes.of_project(c, self.pets.project_id)}
        assert [i.split for i in found] == self.now.splits
        assert alive == {name for name, there in zip(NAMES, self.now.alive, strict=True) if there}

    def teardown(self) -> None:
        """The journal alone, read from its beginning, gives the tables of this moment."""
        with self.pets.database.reading() as c:
            annotations: dict[int, Any] = {}
            fields: dict[int, Any] = {}
            touched = dict.fromkeys(self.pets.image_ids, 0)
            for done, _, _ in self.history:
                changes = journal.read(c, done.id)
                seen = set()
                for a in changes.annotations:
                    assert annotations.get(a.annotation_id) == a.before
                    annotations[a.annotation_id] = a.after
                    seen.add(a.image_id)
                for i in changes.images:
                    assert fields.get(i.image_id, i.before) == i.before
                    fields[i.image_id] = i.after
                    seen.add(i.image_id)
                assert done.image_count == len(seen)
                for image_id in seen:
                    touched[image_id] += 1
            current = truth.of_images(c, self.pets.image_ids)
            assert {a.id: a for one in current.values() for a in one} == {
                number: a for number, a in annotations.items() if a is not None
            }
            for image in images.of_ids(c, self.pets.image_ids):
                assert image.revision == touched[image.id]
                if image.id in fields:
                    assert (image.state, image.split) == (fields[image.id].state, fields[image.id].split)


def _causes(named: dict[str, Any]) -> dict[str, Any]:
    from labelgraft.domain.operation import Cause

    return {**named, "cause": Cause(named["cause"])}


@pytest.mark.parametrize("multi_label", [False, True], ids=["single-label", "multi-label"])
def test_model_and_database_and_journal_agree_through_any_story(
    database: Database, new_pets: Callable[..., Pets], multi_label: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "BULK_FROM", 3)  # so that packed and single rows meet in one story
    run_state_machine_as_test(
        lambda: Journal(  # type: ignore[arg-type]  # any callable will do, as its documentation says
            new_pets(database, images_count=IMAGES, multi_label=multi_label), multi_label=multi_label
        ),
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
        ),
    )
