"""Models told, tried, compared, scored by what a person answered, and deleted; on real photos with real weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labelgraft.domain.change import ChangeKind, LabelChange
from labelgraft.domain.ids import ModelId
from labelgraft.domain.image import ImageState
from labelgraft.domain.selector import Selector
from labelgraft.domain.training import HeadKind, TrainingSettings
from labelgraft.errors import AlreadyExists, BadInput, Conflict, UnknownName
from labelgraft.storage import held_out
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench


@pytest.fixture(scope="module")
def pets(bench: Workbench, photos: Path) -> ProjectBench:
    """80 photos, 40 of them labelled, embedded by the default backbone; two heads trained on them."""
    project = bench.new_project("models of pets", classes=["cat", "dog"])
    project.add_images(photos)
    paths = project.paths()
    for name in ("cat", "dog"):
        project.label([i for i, path in paths.items() if Path(path).name.startswith(name)][:20], name)
    project.train(TrainingSettings(name="plain"))
    project.train(TrainingSettings(name="hidden", head=HeadKind.MLP, epochs=20))
    return project


def number(project: ProjectBench, name: str) -> int:
    return int(project.model(name).id)


def test_a_model_tells_where_it_comes_from(pets: ProjectBench) -> None:
    details = pets.model_details(number(pets, "hidden"))
    assert details.active
    assert details.run is not None
    assert details.run.name == "hidden"
    assert (details.settings["head"], details.settings["seed"]) == ("mlp", 0)
    assert details.labels["train"] == 40
    assert set(details.versions) >= {"labelgraft", "torch", "timm"}
    assert len(details.digest) == 64
    assert details.bytes > 10_000
    assert details.seconds is not None


def test_what_cross_validation_answered_is_kept_for_every_label(pets: ProjectBench) -> None:
    kept = held_out.read(Path(pets.model("plain").folder))
    assert kept is not None
    assert kept.trained_on.tolist() == kept.image_ids.tolist()
    assert len(kept.image_ids) == 40
    np.testing.assert_allclose(kept.probabilities.sum(axis=1), 1, atol=2e-3)


def test_trying_a_model_writes_nothing_and_shows_sure_and_unsure_answers(pets: ProjectBench) -> None:
    before = pets.status()
    tried = pets.try_model(number(pets, "plain"))
    assert len(tried) == 12
    sure = [each.answers[0].share for each in tried]
    assert sure == sorted(sure, reverse=True)
    assert all({share.class_name for share in each.answers} == {"cat", "dog"} for each in tried)
    assert all(each.label is None for each in tried)
    assert pets.status() == before
    assert pets.history(limit=1)[0].cause.value != "model-run"
    some = [each.image_id for each in tried][:3]
    assert {each.image_id for each in pets.try_model(images=some)} == set(some)
    with pytest.raises(BadInput, match="not in this project"):
        pets.try_model(images=[999_999])


def test_two_models_are_compared_on_images_that_neither_was_taught_while_it_answered(
    pets: ProjectBench,
) -> None:
    duel = pets.compare_models(number(pets, "plain"), number(pets, "hidden"))
    assert duel.images == 40
    assert "40 answered in cross-validation" in duel.measured_on
    assert duel.first is not None
    assert duel.difference is not None
    assert duel.second is not None
    assert duel.difference.value == pytest.approx(duel.first.value - duel.second.value)
    assert duel.difference.low <= 0 <= duel.difference.high
    assert "No clear difference" in duel.verdict
    assert {each.class_name for each in duel.per_class} == {"cat", "dog"}
    assert duel.differing_count >= duel.difference.only_first + duel.difference.only_second
    later = [row.image for row in pets.images(state=ImageState.NEW, limit=4).rows]
    pets.label([image.id for image in later], Path(later[0].path).name[:3])
    again = pets.compare_models(number(pets, "plain"), number(pets, "hidden"))
    assert again.images == 44
    assert "4 labelled after the trainings" in again.measured_on
    pets.clear([image.id for image in later])


def test_proposals_for_some_images_leave_the_others_theirs_whichever_model_made_them(
    pets: ProjectBench,
) -> None:
    free = [row.image.id for row in pets.images(state=ImageState.NEW, limit=200).rows]
    plain, hidden = number(pets, "plain"), number(pets, "hidden")
    assert pets.predict("plain", images=free[:10]).unlabelled == 10
    pets.predict("plain", images=free[10:15])
    assert pets.status().proposed == 15
    pets.use_model("plain")
    report = pets.predict("hidden", images=free[5:8])
    assert (report.images, report.unlabelled, pets.status().proposed) == (3, 3, 15)
    assert pets.model().name == "plain"
    made_by = {
        each.image.id: {one.model_id for one in each.proposals} for each in pets.image_details(free[:15])
    }
    assert made_by == {image_id: {hidden if image_id in free[5:8] else plain} for image_id in free[:15]}
    assert {row.image.id for row in pets.images(model_id=ModelId(hidden), limit=200).rows} == set(free[5:8])
    accepted = pets.accept(images=free[4:6])
    assert accepted.operation is not None
    labels = [each.labels[0].accepted_from for each in pets.image_details(free[4:6])]
    assert labels == [plain, hidden]
    pets.clear(free[4:6])


def test_the_live_score_counts_what_a_person_answered_since_the_model_proposed(pets: ProjectBench) -> None:
    name = "plain"
    pets.predict(name)
    model = number(pets, name)
    assert pets.live_score(model).share is None
    rows = pets.images(state=ImageState.PROPOSED, limit=200).rows
    for row in rows[:4]:
        assert row.proposed is not None
        pets.accept(images=[row.image.id])
    wrong = rows[4]
    pets.label([wrong.image.id], "dog" if wrong.proposed == "cat" else "cat")
    pets.accept(images=[row.image.id for row in rows[5:12]])
    score = pets.live_score(model)
    assert (score.looked_at, score.confirmed, score.corrected) == (5, 4, 1)
    assert (score.accepted_in_bulk, score.corrected_after) == (7, 0)
    assert score.share is not None
    assert score.share.low < 0.8 < score.share.high
    assert "4 of 5" in score.words
    changed = rows[6]
    pets.label([row.image.id for row in rows[6:8]], "dog" if changed.proposed == "cat" else "cat")
    assert pets.live_score(model).corrected_after >= 1


def test_an_answer_counts_for_the_model_whose_proposal_the_image_showed(pets: ProjectBench) -> None:
    plain, hidden = number(pets, "plain"), number(pets, "hidden")
    pets.predict("plain")
    looked_at = [pets.live_score(each).looked_at for each in (plain, hidden)]
    free = [row.image.id for row in pets.images(state=ImageState.PROPOSED, limit=200).rows]
    pets.predict("hidden", images=free[:2])
    for image_id in free[:3]:
        pets.accept(images=[image_id])
    assert [pets.live_score(each).looked_at for each in (plain, hidden)] == [
        looked_at[0] + 1,
        looked_at[1] + 2,
    ]
    pets.clear(free[:3])


def test_a_proposal_rejected_by_itself_counts_as_corrected_until_the_rejection_is_taken_back(
    pets: ProjectBench,
) -> None:
    pets.predict("plain")
    model = number(pets, "plain")
    before = pets.live_score(model)
    free = [row.image.id for row in pets.images(state=ImageState.PROPOSED, limit=200).rows]
    done = pets.change_labels(LabelChange(ChangeKind.REJECT, Selector(images=free[:1])))
    after = pets.live_score(model)
    assert (after.looked_at, after.corrected) == (before.looked_at + 1, before.corrected + 1)
    assert done.operation is not None
    pets.revert(done.operation.id)
    assert pets.live_score(model) == before


def test_proposals_rejected_together_are_told_until_their_images_get_labels(pets: ProjectBench) -> None:
    pets.predict("plain")
    model = number(pets, "plain")
    before = pets.live_score(model)
    free = [row.image.id for row in pets.images(state=ImageState.PROPOSED, limit=200).rows]
    done = pets.change_labels(LabelChange(ChangeKind.REJECT, Selector(images=free[-3:])))
    after = pets.live_score(model)
    assert after.rejected_in_bulk == before.rejected_in_bulk + 3
    assert (after.looked_at, after.accepted_in_bulk) == (before.looked_at, before.accepted_in_bulk)
    assert f"{after.rejected_in_bulk} rejected" in after.words
    assert done.operation is not None
    pets.revert(done.operation.id)
    assert pets.live_score(model) == before


def test_a_model_can_be_renamed_but_not_to_a_name_that_is_taken_and_only_an_idle_one_deleted(
    pets: ProjectBench,
) -> None:
    extra = pets.train(TrainingSettings(name="extra"))
    assert pets.describe_model(extra.id, name=" third ", description="tried once").name == "third"
    with pytest.raises(AlreadyExists):
        pets.describe_model(extra.id, name="plain")
    with pytest.raises(BadInput):
        pets.describe_model(extra.id, name="  ")
    with pytest.raises(Conflict, match="active"):
        pets.delete_model(extra.id)
    pets.predict("third")
    proposed = {row.image.id for row in pets.images(state=ImageState.PROPOSED, limit=200).rows}
    assert pets.model_details(extra.id).proposed_images >= len(proposed) > 0
    pets.use_model_by_id(number(pets, "plain"))
    operations = len(pets.history(limit=1000))
    pets.delete_model(extra.id)
    assert not pets.images(state=ImageState.PROPOSED, limit=1).rows
    assert len(pets.history(limit=1000)) == operations + 1
    assert "Deleted model third" in pets.history(limit=1)[0].summary
    assert not Path(extra.folder).exists()
    with pytest.raises(UnknownName):
        pets.model_details(extra.id)
