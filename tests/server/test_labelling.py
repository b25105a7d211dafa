"""Images, selections, gestures, classes and the queue over the wire, on a real workspace."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from tests.server.served import ORIGIN, Served

import labelgraft
from labelgraft.domain.arrays import AnyArray
from labelgraft.domain.ids import ModelId
from labelgraft.domain.proposal import ProposalColumns
from labelgraft.server import columns
from labelgraft.server.app import make_app
from labelgraft.server.options import ServerOptions
from labelgraft.storage import proposals


def gesture(served: Served, body: dict[str, Any], key: str | None = None) -> Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return served.client.post(f"{served.path}/operations", json=body, headers=headers)


def done(served: Served, kind: str, images: list[int], **more: Any) -> dict[str, Any]:
    answer = gesture(served, {"kind": kind, "selector": {"images": images}, **more}, str(uuid.uuid4()))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids_of(served: Served) -> list[int]:
    found: list[int] = states(served)[0]["image_ids"].tolist()
    return found


def states(served: Served) -> tuple[dict[str, AnyArray], dict[str, Any]]:
    answer = served.client.get(f"{served.path}/images/state")
    assert answer.status_code == 200, answer.text
    return columns.decode(answer.content)


def classes_of(served: Served) -> dict[str, int]:
    return {each["name"]: each["id"] for each in served.client.get(f"{served.path}/classes").json()}


def image(served: Served, image_id: int) -> dict[str, Any]:
    found: dict[str, Any] = served.client.get(f"{served.path}/images/{image_id}").json()
    return found


def propose(served: Served, confidences: dict[int, float], class_id: int, model: int = 1) -> None:
    """What a model's run leaves behind: proposals of one class."""
    found = ProposalColumns(
        np.array(list(confidences), np.int64),
        np.full(len(confidences), class_id, np.int64),
        np.array(list(confidences.values()), np.float32),
    )
    with served.bench._engine.workspace.database.writing() as c:
        proposals.replace(c, served.project.id, ModelId(model), found)


def test_a_label_is_told_with_its_operation_and_seen_in_page_lookup_details_and_columns(
    served: Served,
) -> None:
    first, second = ids_of(served)[:2]
    cat = classes_of(served)["cat"]
    told = done(served, "label", [first, second], class_id=cat)
    assert told["operation"]["summary"] == "2 images labelled cat"
    assert told["operation"]["author"] == served.project._engine.person.name
    assert told["revisions"] == {str(first): 1, str(second): 1}
    found = image(served, first)
    assert (found["state"], found["class_ids"], found["revision"]) == ("labelled", [cat], 1)
    asked = served.client.post(f"{served.path}/images/lookup", json={"image_ids": [second, 999_999, first]})
    assert [each["id"] for each in asked.json()["images"]] == [second, first]
    page = served.client.get(f"{served.path}/images", params={"class_id": cat, "limit": 1}).json()
    assert [each["id"] for each in page["images"]] == [first]
    assert page["next_after"] == first
    held, facts = states(served)
    assert held["class_ids"][:3].tolist() == [cat, cat, -1]
    assert held["states"][:3].tolist() == [2, 2, 0]
    assert held["revisions"][:3].tolist() == [1, 1, 0]
    assert facts == {"folders": [""], "operation_id": told["operation"]["id"]}


def test_a_key_sent_again_gives_the_first_answer_also_after_a_restart_and_another_body_is_refused(
    served_workspace: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(served_workspace, tmp_path / "workspace")
    answers = []
    for attempt in range(2):
        options = ServerOptions()
        with (
            labelgraft.open(folder) as bench,
            TestClient(make_app(bench, options), base_url=ORIGIN) as client,
        ):
            client.get("/start", params={"token": options.start_token}, follow_redirects=False)
            one = Served(bench, bench.project("pets"), client, options)
            body = {
                "kind": "label",
                "selector": {"images": ids_of(one)[:3]},
                "class_id": classes_of(one)["dog"],
            }
            answers.append(gesture(one, body, "same-gesture"))
            if attempt:
                other = gesture(one, {**body, "class_id": classes_of(one)["cat"]}, "same-gesture")
                assert other.status_code == 422
                assert "was used for another request" in other.json()["error"]["message"]
                assert len(one.client.get(f"{one.path}/operations").json()["operations"]) == 1
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_a_change_made_on_an_old_revision_is_refused_with_what_the_image_has_now(served: Served) -> None:
    first = ids_of(served)[0]
    cat, dog = (classes_of(served)[name] for name in ("cat", "dog"))
    done(served, "label", [first], class_id=cat, expected_revisions={str(first): 0})
    body = {"kind": "label", "selector": {"images": [first]}, "class_id": dog}
    answer = gesture(served, {**body, "expected_revisions": {str(first): 0}}, "late")
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "stale-revision"
    assert (error["detail"]["expected_revision"], error["detail"]["revision"]) == (0, 1)
    assert error["detail"]["current"]["class_ids"] == [cat]
    assert image(served, first)["class_ids"] == [cat]


def test_set_aside_and_opened_again_cleared_split_and_moved(served: Served) -> None:
    first, second, third = ids_of(served)[:3]
    cat = classes_of(served)["cat"]
    done(served, "label", [first, second], class_id=cat)
    done(served, "skip", [first])
    done(served, "unclear", [third])
    assert [image(served, number)["state"] for number in (first, second, third)] == [
        "skipped", "labelled", "unclear",
    ]  # fmt: skip
    reopened = done(served, "reopen", [first, second, third])
    assert reopened["image_count"] == 2
    assert [image(served, number)["state"] for number in (first, second, third)] == [
        "new", "labelled", "new",
    ]  # fmt: skip
    assert done(served, "unlabel", [second], class_id=cat)["image_count"] == 1
    done(served, "split", [first], split="test")
    done(served, "folder", [second], folder="later/on")
    held, facts = states(served)
    assert held["splits"][0] == 2
    assert facts["folders"][held["folder_index"][1]] == "later/on"
    nothing = done(served, "clear", [first])
    assert (nothing["operation"], nothing["image_count"]) == (None, 0)
    bad = gesture(served, {"kind": "folder", "selector": {"images": [first]}, "folder": "../up"})
    assert bad.status_code == 422


def test_proposals_are_accepted_from_a_threshold_on_after_a_trial(served: Served) -> None:
    first, second, third = ids_of(served)[:3]
    dog = classes_of(served)["dog"]
    propose(served, {first: 0.99, second: 0.6, third: 0.97}, dog)
    body = {"kind": "accept", "selector": {"filter": {"min_confidence": 0.5}}, "threshold": 0.95}
    tried = gesture(served, {**body, "dry_run": True}).json()
    assert (tried["operation"], tried["image_count"], tried["per_class"]) == (None, 2, {str(dog): 2})
    assert tried["expected_right"] == pytest.approx(0.98, abs=0.001)
    assert image(served, first)["state"] == "proposed"
    told = gesture(served, body, "accept").json()
    assert told["image_count"] == 2
    assert [image(served, number)["state"] for number in (first, second, third)] == [
        "labelled", "proposed", "labelled",
    ]  # fmt: skip
    assert image(served, first)["labels"][0]["accepted_from"] == 1


def test_rejected_proposals_do_not_come_back_with_their_model_but_with_an_undo(served: Served) -> None:
    first, second = ids_of(served)[:2]
    cat = classes_of(served)["cat"]
    propose(served, {first: 0.9, second: 0.8}, cat)
    told = done(served, "reject", [first])
    assert (image(served, first)["state"], image(served, first)["proposals"]) == ("new", [])
    assert states(served)[0]["proposal_class_ids"][:2].tolist() == [-1, cat]
    propose(served, {first: 0.95, second: 0.8}, cat)
    assert image(served, first)["proposals"] == []
    undone = served.client.post(f"{served.path}/operations/{told['operation']['id']}/revert", json={}).json()
    assert undone["image_count"] == 1
    assert image(served, first)["state"] == "proposed"
    assert image(served, first)["proposals"][0]["confidence"] == pytest.approx(0.9)
    redone = served.client.post(f"{served.path}/operations/{undone['operation']['id']}/revert", json={})
    assert redone.json()["operation"]["summary"] == "Did again: Proposals of 1 image rejected"
    assert image(served, first)["state"] == "new"
    propose(served, {first: 0.7}, cat, model=2)
    assert image(served, first)["state"] == "proposed"


def test_the_history_is_paged_and_any_operation_is_taken_back_after_telling_what_that_overrides(
    served: Served,
) -> None:
    ids = ids_of(served)[:4]
    cat, dog = (classes_of(served)[name] for name in ("cat", "dog"))
    first = done(served, "label", ids, class_id=cat)["operation"]["id"]
    second = done(served, "label", ids[:1], class_id=dog)["operation"]["id"]
    page = served.client.get(f"{served.path}/operations", params={"limit": 1}).json()
    assert ([each["id"] for each in page["operations"]], page["next_before"]) == ([second], second)
    older = served.client.get(f"{served.path}/operations", params={"before": second}).json()
    assert ([each["id"] for each in older["operations"]], older["next_before"]) == ([first], None)
    touched = served.client.get(f"{served.path}/operations/{first}/images").json()
    assert touched["image_ids"] == ids
    path = f"{served.path}/operations/{first}/revert"
    tried = served.client.post(path, json={"dry_run": True}).json()
    assert (tried["operation"], tried["image_count"]) == (None, 4)
    assert [(each["operation"]["id"], each["image_count"]) for each in tried["overridden"]] == [(second, 1)]
    key = {"Idempotency-Key": "undo"}
    told = [served.client.post(path, json={}, headers=key).json() for _ in range(2)]
    assert told[0]["operation"]["id"] == told[1]["operation"]["id"]
    assert told[0]["revisions"] == {str(number): 3 if number == ids[0] else 2 for number in ids}
    assert image(served, ids[0])["class_ids"] == []
    assert served.client.get(f"{served.path}/operations/{first}").json()["reverted_by"] is not None
    assert served.client.post(f"{served.path}/operations/99/revert", json={}).status_code == 404


def test_a_selection_adds_subtracts_leaves_out_and_shows_the_odd_ones_first(served: Served) -> None:
    served.project.map()
    ids = ids_of(served)
    points = served.project.map_columns()
    low, high = points.xy.min(axis=0) - 1, points.xy.max(axis=0) + 1
    corners = [[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]]
    lasso = {"lasso": [[float(x), float(y)] for x, y in corners], "round": 1}
    path = f"{served.path}/selection"
    everything = served.client.post(path, json=lasso).json()
    assert sorted(everything["image_ids"]) == ids
    assert everything["words"] == "by lasso on round 1"
    assert everything["oddness"] == sorted(everything["oddness"], reverse=True)
    box = {"rectangle": [float(low[0]), float(low[1]), float(high[0]), float(high[1])]}
    parts = {"add": [box, {"images": ids[:2]}], "subtract": [{"images": ids[5:]}], "leave_out": [ids[0]]}
    assert sorted(served.client.post(path, json=parts).json()["image_ids"]) == ids[1:5]
    done(served, "label", ids[1:2], class_id=classes_of(served)["cat"])
    free = served.client.post(path, json={**parts, "unlabelled_only": True}).json()
    assert sorted(free["image_ids"]) == ids[2:5]
    told = gesture(
        served, {"kind": "label", "selector": {**lasso, "leave_out": ids[2:]}, "class_id": classes_of(served)["dog"]}
    ).json()  # fmt: skip
    assert (told["image_count"], told["operation"]["cause"]) == (2, "lasso")
    assert told["operation"]["detail"]["round"] == 1
    for bad in ({}, {"images": [1], "island": 0}, {"lasso": [[0, 0], [1, 1]]}, {"island": 99}):
        assert served.client.post(path, json=bad).status_code in (404, 422)


def test_images_are_ordered_by_confidence_queue_and_likeness_and_filtered_by_every_condition(
    served: Served,
) -> None:
    ids = ids_of(served)
    cat, dog = (classes_of(served)[name] for name in ("cat", "dog"))
    propose(served, {ids[0]: 0.9, ids[1]: 0.4, ids[2]: 0.95, ids[3]: 0.7}, cat)
    done(served, "label", [ids[2]], class_id=dog)

    def order(**params: Any) -> list[int]:
        answer = served.client.get(f"{served.path}/images/columns", params=params)
        assert answer.status_code == 200, answer.text
        found: list[int] = columns.decode(answer.content)[0]["image_ids"].tolist()
        return found

    assert order() == ids
    assert order(sort="confidence", min_confidence=0.1) == [ids[1], ids[3], ids[0], ids[2]]
    assert order(sort="queue")[:3] == [ids[1], ids[3], ids[0]]
    assert order(sort="queue")[-1] == ids[2]
    assert order(suspicious=True) == [ids[2]]
    assert order(state="proposed", proposed_class_id=cat, max_confidence=0.5) == [ids[1]]
    assert order(class_id=dog, model_id=1, split="test") == []
    like = order(sort="similar", to=ids[4])
    assert like[0] == ids[4]
    assert sorted(like) == ids
    names = {each["id"]: Path(each["path"]).name for each in page_of(served)}
    assert order(path_contains="cat.") == [number for number in ids if names[number].startswith("cat.")]
    near = served.client.get(f"{served.path}/images/{ids[4]}/similar", params={"count": 5}).json()
    assert len(near["image_ids"]) == 5
    assert near["image_ids"] == like[1:6]
    assert near["similarities"] == sorted(near["similarities"], reverse=True)
    assert served.client.get(f"{served.path}/images/columns", params={"sort": "similar"}).status_code == 422
    suspects = served.client.get(f"{served.path}/images", params={"suspicious": True}).json()
    assert [each["id"] for each in suspects["images"]] == [ids[2]]


def page_of(served: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = served.client.get(f"{served.path}/images", params={"limit": 500}).json()[
        "images"
    ]
    return found


def test_classes_are_added_changed_ordered_merged_and_deleted_each_after_a_trial_and_with_an_undo(
    served: Served,
) -> None:
    ids, path = ids_of(served), f"{served.path}/classes"
    cat, dog = (classes_of(served)[name] for name in ("cat", "dog"))
    done(served, "label", ids[:3], class_id=cat)
    done(served, "label", ids[3:4], class_id=dog)
    tried = served.client.post(path, json={"name": "bird", "dry_run": True}).json()
    assert tried["operation"] is None
    added = served.client.post(path, json={"name": "bird", "key": "b"}, headers={"Idempotency-Key": "add"})
    assert added.status_code == 201
    again = served.client.post(path, json={"name": "bird", "key": "b"}, headers={"Idempotency-Key": "add"})
    assert again.json()["operation"]["id"] == added.json()["operation"]["id"]
    bird = classes_of(served)["bird"]
    assert served.client.post(path, json={"name": "cat"}).status_code == 409
    assert served.client.patch(f"{path}/{bird}", json={"key": "1"}).status_code == 409
    changed = served.client.patch(f"{path}/{bird}", json={"name": "wren", "colour": "#123456", "key": None})
    assert [(k["name"], k["colour"], k["key"]) for k in changed.json()["classes"] if k["id"] == bird] == [
        ("wren", "#123456", None)
    ]
    ordered = served.client.put(f"{path}/order", json={"class_ids": [bird, dog, cat]}).json()
    assert [each["name"] for each in ordered["classes"]] == ["wren", "dog", "cat"]
    assert served.client.put(f"{path}/order", json={"class_ids": [bird, dog]}).status_code == 422
    merge = f"{path}/{cat}/merge"
    tried = served.client.post(merge, json={"into": dog, "dry_run": True}).json()
    assert (tried["effect"]["labels_changed"], tried["effect"]["images"]) == (3, 3)
    assert classes_of(served).keys() == {"wren", "dog", "cat"}
    merged = served.client.post(merge, json={"into": dog}).json()
    assert [(k["name"], k["label_count"]) for k in merged["classes"]] == [("wren", 0), ("dog", 4)]
    undo = f"{served.path}/operations/{merged['operation']['id']}/revert"
    assert served.client.post(undo, json={}).status_code == 200
    assert image(served, ids[0])["class_ids"] == [cat]
    propose(served, {ids[10]: 0.9}, dog)
    gone = served.client.delete(f"{path}/{dog}", params={"dry_run": True}).json()
    assert (gone["effect"]["labels_removed"], gone["effect"]["proposals_rejected"]) == (1, 1)
    deleted = served.client.delete(f"{path}/{dog}").json()
    assert image(served, ids[10])["state"] == "new"
    assert states(served)[0]["proposal_class_ids"][10] == -1
    assert served.client.delete(f"{path}/{dog}").status_code == 404
    served.client.post(f"{served.path}/operations/{deleted['operation']['id']}/revert", json={})
    assert image(served, ids[10])["state"] == "proposed"
    assert image(served, ids[3])["class_ids"] == [dog]


def test_the_queue_gives_cards_with_reason_and_proposals_of_what_nobody_has_answered(served: Served) -> None:
    ids = ids_of(served)
    propose(served, dict.fromkeys(ids, 0.8), classes_of(served)["cat"])
    done(served, "label", ids[:10], class_id=classes_of(served)["cat"])
    cards = served.client.get(f"{served.path}/queue", params={"count": 6}).json()["cards"]
    assert len(cards) == 6
    assert not {each["image_id"] for each in cards} & set(ids[:10])
    assert all(each["explanation"] and each["image"]["proposals"] for each in cards)


def test_a_project_with_several_classes_per_image_adds_and_takes_away_one_at_a_time(served: Served) -> None:
    tags = served.bench.new_project("tags", multi_label=True, classes=["indoor", "night"])
    folder = Path(page_of(served)[0]["path"]).parent
    tags.add_images(folder, embed=False)
    one = Served(served.bench, tags, served.client, served.options)
    first, second = ids_of(one)[:2]
    indoor, night = (classes_of(one)[name] for name in ("indoor", "night"))
    done(one, "label", [first, second], class_id=indoor)
    done(one, "label", [first], class_id=night)
    assert image(one, first)["class_ids"] == [indoor, night]
    assert states(one)[0]["class_ids"][0] == indoor
    done(one, "unlabel", [first, second], class_id=indoor)
    assert (image(one, first)["class_ids"], image(one, second)["state"]) == ([night], "new")
    answer = gesture(one, {"kind": "label", "selector": {"images": [ids_of(served)[0]]}, "class_id": night})
    assert answer.status_code == 422
