"""Shapes drawn, changed, proposed, answered and taken back, in both databases."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from labelgraft.domain.annotation import Annotation, Author, AuthorKind, Traits
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ModelId, ProjectId, ProposalId
from labelgraft.domain.image import ImageState
from labelgraft.domain.instance_edit import ChangedInstance, InstanceEdit, NewInstance
from labelgraft.domain.operation import Cause, Changes, Operation
from labelgraft.domain.project import Task
from labelgraft.domain.proposal import NewProposedShape, ProposalState
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadInput, Conflict, StaleRevision, UnknownNumber
from labelgraft.storage import annotations as truth
from labelgraft.storage import (
    classes,
    images,
    instances,
    journal,
    labelling,
    operations,
    projects,
    proposals,
    proposed_shapes,
)
from labelgraft.storage.database import Database

ANNA = Author(AuthorKind.PERSON, "anna")
MODEL = ModelId(7)


@dataclass(frozen=True)
class Street:
    """A detection project with some images and the classes car and bike, and short ways to use it."""

    database: Database
    project_id: ProjectId
    image_ids: list[ImageId]
    car: ClassId
    bike: ClassId

    def edit(self, image: int, **what: Any) -> Operation:
        named = {name: what.pop(name) for name in ("expected_revision", "idempotency_key") if name in what}
        with self.database.writing() as c:
            wanted = InstanceEdit(self.image_ids[image], **what)
            return instances.edit(c, self.project_id, wanted, author=ANNA, summary="edit", **named)

    def draw(self, image: int, *boxes: Box, class_id: ClassId | None = None) -> Operation:
        return self.edit(image, new=tuple(NewInstance(class_id or self.car, box) for box in boxes))

    def propose(
        self, found: dict[int, list[tuple[ClassId, float, Shape]]], model_id: ModelId = MODEL
    ) -> None:
        listed = [
            NewProposedShape(self.image_ids[image], class_id, sure, shape)
            for image, some in found.items()
            for class_id, sure, shape in some
        ]
        with self.database.writing() as c:
            proposed_shapes.put(c, self.project_id, model_id, [self.image_ids[i] for i in found], listed)

    def drawn(self, image: int) -> tuple[Annotation, ...]:
        with self.database.reading() as c:
            return truth.of_images(c, [self.image_ids[image]])[self.image_ids[image]]

    def open(self, image: int) -> list[ProposalId]:
        with self.database.reading() as c:
            return [
                p.id for p in proposed_shapes.of_images(c, [self.image_ids[image]])[self.image_ids[image]]
            ]

    def states(self) -> list[str]:
        with self.database.reading() as c:
            return [i.state.value for i in images.of_ids(c, self.image_ids)]

    def revision(self, image: int) -> int:
        with self.database.reading() as c:
            return operations.revisions(c, self.project_id, [self.image_ids[image]])[self.image_ids[image]]

    def did(self, operation: Operation) -> Changes:
        with self.database.reading() as c:
            return journal.read(c, operation.id)

    def revert(self, operation: Operation) -> Operation | None:
        with self.database.writing() as c:
            return labelling.revert(c, operation.id, author=ANNA).operation

    def everything(self) -> Any:
        """All that a person can see of the images."""
        with self.database.reading() as c:
            drawn = truth.of_images(c, self.image_ids)
            proposed = proposed_shapes.of_images(c, self.image_ids, tuple(ProposalState))
            summed = proposals.of_images(c, self.project_id, self.image_ids)
            known = classes.of_project(c, self.project_id)
        return (
            self.states(),
            drawn,
            {i: sorted(p, key=lambda one: one.id) for i, p in proposed.items()},
            summed,
            known,
        )


@pytest.fixture
def street(database: Database) -> Street:
    from tests.storage.conftest import new_image

    with database.writing() as c:
        project = projects.create(
            c,
            name=f"street {uuid.uuid4().hex[:6]}",
            task=Task.DETECTION,
            multi_label=False,
            backbone="efficientnet-lite0",
        )
        made = classes.ensure(c, project.id, ["car", "bike"])
        image_ids = images.add(c, project.id, [new_image(n) for n in range(3)])
    return Street(database, project.id, image_ids, made["car"], made["bike"])


BOX = Box(10.25, 20.5, 110.125, 90.0)
OTHER = Box(300.0, 200.0, 310.0, 220.0)


def test_a_box_comes_back_as_it_was_drawn_with_what_is_said_of_it(street: Street) -> None:
    said = Traits(occluded=True, crowd=True, z=3, attributes=(("colour", "réd"), ("wheels", 4.0)))
    street.edit(0, new=(NewInstance(street.car, BOX, said),))
    (found,) = street.drawn(0)
    assert (found.shape, found.class_id, found.traits, found.author) == (BOX, street.car, said, ANNA)
    assert street.states() == ["draft", "new", "new"]


def test_an_image_is_labelled_when_somebody_says_so_even_if_it_is_empty(street: Street) -> None:
    street.edit(0, finished=True)
    done = street.edit(1, new=(NewInstance(street.car, BOX),), finished=True)
    assert street.states() == ["labelled", "labelled", "new"]
    street.edit(1, removed=(street.drawn(1)[0].id,))
    assert street.states()[1] == "labelled"
    street.edit(0, finished=False)
    assert street.states()[0] == "new"
    street.revert(done)
    assert street.drawn(1) == ()


def test_moving_a_box_keeps_its_number_and_taking_it_back_keeps_what_was_drawn_since(street: Street) -> None:
    drawn = street.draw(0, BOX)
    number = street.drawn(0)[0].id
    moved = street.edit(0, changed=(ChangedInstance(number, street.bike, OTHER),))
    street.draw(0, BOX)
    here = street.drawn(0)[0]
    assert (here.id, here.class_id, here.shape) == (number, street.bike, OTHER)
    street.revert(moved)
    assert [a.shape for a in street.drawn(0)] == [BOX, BOX]
    street.revert(drawn)
    assert [a.shape for a in street.drawn(0)] == [BOX]
    assert number not in {a.id for a in street.drawn(0)}


def test_accepting_correcting_and_rejecting_are_one_operation_and_come_back_together(street: Street) -> None:
    near = Box(12.0, 21.0, 111.0, 92.0)
    street.propose({0: [(street.car, 0.9, BOX), (street.bike, 0.8, OTHER), (street.car, 0.3, near)]})
    sure, less, least = street.open(0)
    before = street.everything()
    assert street.states() == ["proposed", "new", "new"]
    done = street.edit(
        0,
        accepted=(sure,),
        rejected=(least,),
        new=(NewInstance(street.bike, near, corrects=less),),
        finished=True,
    )
    assert [(a.shape, a.accepted_from, a.author) for a in street.drawn(0)] == [
        (near, MODEL, ANNA),
        (BOX, MODEL, ANNA),
    ]
    assert street.open(0) == []
    assert street.states()[0] == "labelled"
    again = street.revert(done)
    assert street.everything() == before
    assert again is not None
    street.revert(again)
    assert len(street.drawn(0)) == 2
    assert street.open(0) == []


def test_a_model_run_again_replaces_only_its_own_open_proposals(street: Street) -> None:
    street.propose({0: [(street.car, 0.9, BOX), (street.car, 0.5, OTHER)], 1: [(street.car, 0.4, BOX)]})
    street.propose({0: [(street.bike, 0.7, OTHER)]}, ModelId(8))
    street.edit(0, rejected=(street.open(0)[0],))
    street.propose({0: [(street.car, 0.6, OTHER)]})
    with street.database.reading() as c:
        found = proposed_shapes.of_images(c, street.image_ids, tuple(ProposalState))
        summed = proposals.of_images(c, street.project_id, street.image_ids)
    first, second, _ = (found[i] for i in street.image_ids)
    assert [(p.model_id, p.confidence, p.state) for p in first] == [
        (MODEL, 0.9, ProposalState.REJECTED), (8, 0.7, ProposalState.OPEN), (MODEL, 0.6, ProposalState.OPEN),
    ]  # fmt: skip
    assert [p.confidence for p in second] == [0.4]
    assert [(p.class_id, p.confidence) for p in summed[street.image_ids[0]]] == [
        (street.bike, 0.7),
        (street.car, 0.6),
    ]


def test_a_late_save_and_an_answered_proposal_are_refused_and_lose_nothing(street: Street) -> None:
    street.propose({0: [(street.car, 0.9, BOX)]})
    (proposal,) = street.open(0)
    street.draw(0, OTHER)
    with pytest.raises(StaleRevision):
        street.edit(0, new=(NewInstance(street.car, BOX),), expected_revision=0)
    street.edit(0, accepted=(proposal,), expected_revision=1)
    with pytest.raises(Conflict, match="answered or replaced"):
        street.edit(0, new=(NewInstance(street.car, OTHER),), rejected=(proposal,))
    with pytest.raises(UnknownNumber, match="no instance 999"):
        street.edit(0, removed=(AnnotationId(999),))
    with pytest.raises(BadInput, match="no class number 99"):
        street.edit(0, new=(NewInstance(ClassId(99), BOX),))
    assert [a.shape for a in street.drawn(0)] == [OTHER, BOX]
    assert street.revision(0) == 2


def test_the_same_gesture_sent_twice_draws_once(street: Street) -> None:
    one = street.edit(0, new=(NewInstance(street.car, BOX),), idempotency_key="k")
    two = street.edit(0, new=(NewInstance(street.car, BOX),), idempotency_key="k")
    assert one.id == two.id
    assert len(street.drawn(0)) == 1


def test_a_gesture_that_changes_nothing_touches_nothing(street: Street) -> None:
    street.draw(0, BOX)
    (here,) = street.drawn(0)
    done = street.edit(0, changed=(ChangedInstance(here.id, here.class_id, BOX, here.traits),))
    assert done.image_count == 0
    assert street.revision(0) == 1


def test_a_class_cannot_be_given_to_a_whole_image_where_shapes_are_drawn(street: Street) -> None:
    with street.database.writing() as c, pytest.raises(BadInput, match="shapes are drawn"):
        labelling.set_class(
            c, street.project_id, street.image_ids, street.car, author=ANNA, cause=Cause.LASSO, summary="x"
        )


def test_skipping_keeps_what_is_drawn_and_drawing_on_brings_the_image_back(street: Street) -> None:
    street.draw(0, BOX)
    with street.database.writing() as c:
        skipped = labelling.set_state(
            c, street.project_id, street.image_ids[:2], ImageState.SKIPPED, author=ANNA, summary="skip"
        )
    assert street.states() == ["skipped", "skipped", "new"]
    assert len(street.drawn(0)) == 1
    street.draw(0, OTHER)
    assert street.states()[0] == "draft"
    street.revert(skipped)
    assert street.states() == ["draft", "new", "new"]


def test_many_instances_of_one_class_are_given_to_another_and_back(street: Street) -> None:
    street.draw(0, *(Box(i, 0, i + 1, 5) for i in range(300)))
    with street.database.writing() as c:
        merged = classes.merge(c, street.project_id, street.car, street.bike, author=ANNA)
    assert {a.class_id for a in street.drawn(0)} == {street.bike}
    assert len(street.drawn(0)) == 300
    street.revert(merged)
    assert [a.shape for a in street.drawn(0)] == [Box(i, 0, i + 1, 5) for i in range(300)]
    assert {a.class_id for a in street.drawn(0)} == {street.car}


boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h), *(st.integers(0, 300),) * 2, *(st.integers(1, 99),) * 2
)
steps = st.lists(
    st.tuples(
        st.sampled_from(["draw", "move", "remove", "accept", "reject", "correct", "finish", "open", "skip", "delete class"]),
        st.integers(0, 2), st.integers(0, 9), boxes,
    ),
    min_size=1, max_size=10,
)  # fmt: skip


def play(street: Street, kind: str, image: int, which: int, box: Box) -> Operation | None:
    """One step; None where there is nothing it could be done to."""
    drawn, waiting = street.drawn(image), street.open(image)
    with street.database.reading() as c:
        alive = [k.id for k in classes.of_project(c, street.project_id)]
    if not alive:
        return None
    class_id = alive[which % len(alive)]
    one = drawn[which % len(drawn)].id if drawn else None
    proposal = waiting[which % len(waiting)] if waiting else None
    if kind == "draw":
        return street.edit(image, new=(NewInstance(class_id, box), NewInstance(class_id, OTHER)))
    if kind == "move" and one is not None:
        return street.edit(image, changed=(ChangedInstance(one, class_id, box),))
    if kind == "remove" and one is not None:
        return street.edit(image, removed=(one,))
    if kind == "accept" and proposal is not None:
        return street.edit(image, accepted=(proposal,))
    if kind == "reject" and proposal is not None:
        return street.edit(image, rejected=(proposal,))
    if kind == "correct" and proposal is not None:
        return street.edit(image, new=(NewInstance(class_id, box, corrects=proposal),))
    if kind in ("finish", "open"):
        return street.edit(image, finished=kind == "finish")
    with street.database.writing() as c:
        if kind == "skip":
            return labelling.set_state(
                c,
                street.project_id,
                [street.image_ids[image]],
                ImageState.SKIPPED,
                author=ANNA,
                summary="skip",
            )
        return classes.delete(c, street.project_id, class_id, author=ANNA) if kind == "delete class" else None


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=steps)
def test_any_story_taken_back_step_by_step_passes_every_moment_again(
    street: Street, story: list[tuple[str, int, int, Box]]
) -> None:
    from tests.storage.conftest import new_image

    with street.database.writing() as c:
        image_ids = images.add(c, street.project_id, [new_image(uuid.uuid4().int >> 70) for _ in range(3)])
    fresh = Street(street.database, street.project_id, image_ids, street.car, street.bike)
    fresh.propose({0: [(fresh.car, 0.9, BOX), (fresh.bike, 0.8, OTHER)], 1: [(fresh.car, 0.7, BOX)]})
    done: list[tuple[Operation, Any]] = []
    for step in story:
        before = fresh.everything()
        operation = play(fresh, *step)
        if operation is not None and fresh.did(operation) != Changes():
            done.append((operation, before))
    for operation, before in reversed(done):
        fresh.revert(operation)
        assert fresh.everything() == before, operation.summary
