"""What taking back says it overrides, told by example; the random stories are in test_journal_machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.image import ImageState, Split
from labelgraft.domain.operation import Cause, Operation, RevertReport
from labelgraft.errors import AlreadyExists, BadInput, StaleRevision
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, labelling, operations

if TYPE_CHECKING:
    from tests.storage.conftest import Pets

ANNA = Author(AuthorKind.PERSON, "anna")


def told(report: RevertReport) -> list[tuple[int, int]]:
    return [(later.operation.id, later.image_count) for later in report.overridden]


def test_taking_back_a_lasso_reports_the_corrections_that_it_overrides(pets: Pets) -> None:
    lasso = pets.label("cat", 0, 1, 2, 3)
    first = pets.label("dog", 1, 2)
    second = pets.label("bird", 2)
    report = pets.revert(lasso, dry_run=True)
    assert report.operation is None
    assert told(report) == [(first.id, 1), (second.id, 1)]
    assert pets.names() == ["cat", "dog", "bird", "cat", "", ""]
    report = pets.revert(lasso)
    assert told(report) == [(first.id, 1), (second.id, 1)]
    assert pets.names() == [""] * 6
    assert pets.states() == ["new"] * 6


def test_taking_back_the_taking_back_brings_the_corrections_again(pets: Pets) -> None:
    lasso = pets.label("cat", 0, 1)
    pets.label("dog", 1)
    back = pets.revert(lasso)
    assert back.operation is not None
    assert back.reverted.reverted_by == back.operation.id
    again = pets.revert(back.operation)
    assert told(again) == []
    assert pets.names()[:2] == ["cat", "dog"]
    with pets.database.reading() as c:
        assert operations.get(c, lasso.id).reverted_by is None


def test_undo_and_redo_by_turns_tell_each_time_whether_the_first_operation_is_in_force(pets: Pets) -> None:
    last = lasso = pets.label("cat", 0, 1)
    for in_force in (False, True, False, True):
        done = pets.revert(last)
        assert done.operation is not None
        last = done.operation
        with pets.database.reading() as c:
            assert (operations.get(c, lasso.id).reverted_by is None) is in_force
        assert pets.names()[:2] == (["cat", "cat"] if in_force else ["", ""])


def test_a_correction_that_was_itself_taken_back_is_not_reported(pets: Pets) -> None:
    lasso = pets.label("cat", 0, 1)
    pets.revert(pets.label("dog", 1))
    assert told(pets.revert(lasso)) == []
    assert pets.names() == [""] * 6


def test_what_is_taken_back_already_leaves_nothing_to_do(pets: Pets) -> None:
    lasso = pets.label("cat", 0)
    pets.revert(lasso)
    report = pets.revert(lasso)
    assert (report.operation, report.image_count) == (None, 0)


def test_in_a_multi_label_project_other_classes_of_the_image_stay(tags: Pets) -> None:
    cats = tags.label("cat", 0, 1)
    tags.label("dog", 1)
    report = tags.revert(cats)
    assert told(report) == []
    assert tags.names()[:2] == ["", "dog"]
    assert tags.states()[:2] == ["new", "labelled"]


def test_a_deleted_class_comes_back_with_its_labels(pets: Pets) -> None:
    pets.label("cat", 0, 1)
    with pets.database.writing() as c:
        gone = classes.delete(c, pets.project_id, pets.class_ids["cat"], author=ANNA)
    assert gone.image_count == 2
    assert pets.names() == [""] * 6
    pets.revert(gone)
    assert pets.names() == ["cat", "cat", "", "", "", ""]


def test_taking_back_a_clear_revives_the_class_that_was_deleted_since_and_says_so(pets: Pets) -> None:
    pets.label("cat", 0)
    cleared = pets.clear(0)
    with pets.database.writing() as c:
        gone = classes.delete(c, pets.project_id, pets.class_ids["cat"], author=ANNA)
    assert told(pets.revert(cleared)) == [(gone.id, 0)]
    assert pets.names()[0] == "cat"


def test_a_revived_class_takes_a_free_name_if_its_own_was_given_away(pets: Pets) -> None:
    pets.label("cat", 0)
    with pets.database.writing() as c:
        gone = classes.delete(c, pets.project_id, pets.class_ids["cat"], author=ANNA)
        classes.ensure(c, pets.project_id, ["cat"])
    pets.revert(gone)
    with pets.database.reading() as c:
        known = classes.of_project(c, pets.project_id)
    assert sorted(k.name for k in known) == ["bird", "cat", "cat (2)", "dog"]
    assert len({k.key for k in known if k.key}) == len([k for k in known if k.key])
    assert pets.names()[0] == "cat (2)"


def test_a_merge_moves_all_labels_in_one_operation_and_can_be_taken_back(tags: Pets) -> None:
    tags.label("cat", 0, 1)
    tags.label("dog", 1, 2)
    with tags.database.writing() as c:
        merged = classes.merge(c, tags.project_id, tags.class_ids["cat"], tags.class_ids["dog"], author=ANNA)
    assert merged.image_count == 2
    assert tags.names()[:3] == ["dog", "dog", "dog"]
    tags.revert(merged)
    assert tags.names()[:3] == ["cat", "cat+dog", "dog"]


def test_a_renamed_class_keeps_its_labels_and_gets_its_name_back(pets: Pets) -> None:
    pets.label("cat", 0)
    with pets.database.writing() as c:
        renamed = classes.rename(c, pets.project_id, pets.class_ids["cat"], "kitten", author=ANNA)
        with pytest.raises(AlreadyExists):
            classes.rename(c, pets.project_id, pets.class_ids["cat"], "dog", author=ANNA)
    assert pets.names()[0] == "kitten"
    pets.revert(renamed)
    assert pets.names()[0] == "cat"


def test_a_split_goes_back_and_a_later_split_is_reported(pets: Pets) -> None:
    def split(value: Split, *numbers: int) -> Operation:
        with pets.database.writing() as c:
            wanted = dict.fromkeys([pets.image_ids[n] for n in numbers], value)
            return labelling.set_split(c, pets.project_id, wanted, author=ANNA, summary="")

    first = split(Split.TRAIN, 0, 1)
    later = split(Split.TEST, 1, 2)
    assert told(pets.revert(first)) == [(later.id, 1)]
    with pets.database.reading() as c:
        found = [i.split for i in images.of_ids(c, pets.image_ids[:3])]
    assert found == [None, None, Split.TEST]


def test_taking_back_a_skip_does_not_touch_a_label_given_since(pets: Pets) -> None:
    with pets.database.writing() as c:
        skipped = labelling.set_state(
            c, pets.project_id, pets.image_ids[:2], ImageState.SKIPPED, author=ANNA, summary=""
        )
    pets.label("cat", 1)
    assert told(pets.revert(skipped)) == []
    assert pets.states()[:2] == ["new", "labelled"]


def test_a_save_from_an_old_revision_is_refused_with_the_current_annotations(pets: Pets) -> None:
    image_id = pets.image_ids[0]
    pets.label("cat", 0)
    with pets.database.writing() as c, pytest.raises(StaleRevision) as refused:
        labelling.set_class(
            c,
            pets.project_id,
            pets.image_ids[:2],
            pets.class_ids["dog"],
            author=ANNA,
            cause=Cause.HAND,
            summary="",
            expected_revisions={pets.image_ids[1]: 0, image_id: 0},
        )
    assert (refused.value.image_id, refused.value.expected, refused.value.found) == (image_id, 0, 1)
    assert [a.class_id for a in refused.value.current] == [pets.class_ids["cat"]]
    assert pets.names()[:2] == ["cat", ""]


def test_images_of_another_project_are_refused_and_nothing_is_saved(pets: Pets, tags: Pets) -> None:
    mixed = [pets.image_ids[0], tags.image_ids[0]]
    with pytest.raises(BadInput, match="not in this project"), pets.database.writing() as c:
        labelling.set_class(
            c,
            pets.project_id,
            mixed,
            pets.class_ids["cat"],
            author=ANNA,
            cause=Cause.HAND,
            summary="",
        )
    assert pets.names()[0] == ""
    with pets.database.reading() as c:
        assert operations.page(c, pets.project_id) == ()


def test_the_history_is_paged_from_the_newest_and_by_image(pets: Pets) -> None:
    done = [pets.label(name, 0) for name in ("cat", "dog", "bird")]
    pets.label("cat", 1)
    with pets.database.reading() as c:
        assert [o.id for o in operations.of_image(c, pets.project_id, pets.image_ids[0])] == [
            o.id for o in reversed(done)
        ]
        first = operations.page(c, pets.project_id, limit=2)
        rest = operations.page(c, pets.project_id, before=first[-1].id)
    assert [o.id for o in (*first, *rest)] == sorted((o.id for o in (*first, *rest)), reverse=True)
    assert len(first) + len(rest) == 4


def test_two_classes_for_one_image_are_refused_where_it_has_one(pets: Pets) -> None:
    both = [pets.class_ids["cat"], pets.class_ids["dog"]]
    with pytest.raises(BadInput, match="2 classes"), pets.database.writing() as c:
        labelling.set_classes(
            c, pets.project_id, {pets.image_ids[0]: both}, author=ANNA, cause=Cause.HAND, summary=""
        )
    with pets.database.reading() as c:
        assert truth.counts(c, pets.project_id) == {}


def test_a_deleted_class_that_no_image_had_comes_back_too(pets: Pets) -> None:
    with pets.database.writing() as c:
        before = classes.of_project(c, pets.project_id)
        gone = classes.delete(c, pets.project_id, pets.class_ids["dog"], author=ANNA)
        assert [k.name for k in classes.of_project(c, pets.project_id)] == ["cat", "bird"]
    pets.revert(gone)
    with pets.database.reading() as c:
        assert classes.of_project(c, pets.project_id) == before
