"""Maps, trainings, models, proposals and backbones over HTTP, on real pictures with real weights."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.server.served import Served

from labelgraft.server import columns


@pytest.fixture
def served(served_together: Served, served_pictures: Path, request: pytest.FixtureRequest) -> Served:
    """A project of its own for each test, with the same thirty pictures, which are embedded already."""
    project = served_together.bench.new_project(request.node.name[:200], classes=["cat", "dog"])
    project.add_images(served_pictures)
    return replace(served_together, project=project)


def finished(served: Served, answer: Any) -> dict[str, Any]:
    """The job of an answer 202, once it is over."""
    assert answer.status_code == 202, answer.text
    number = answer.json()["job"]["number"]
    deadline = time.monotonic() + 120
    while True:
        job: dict[str, Any] = served.client.get(f"/api/v1/jobs/{number}").json()
        if job["state"] != "running":
            return job
        assert time.monotonic() < deadline, job
        time.sleep(0.05)


def label(served: Served, per_class: int) -> None:
    paths = served.project.paths()
    for name in ("cat", "dog"):
        of_class = [image_id for image_id, path in paths.items() if Path(path).name.startswith(name)]
        served.project.label(of_class[:per_class], name)


def get(served: Served, path: str, **params: Any) -> Any:
    answer = served.client.get(f"{served.path}{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_map_is_previewed_laid_out_and_looked_at_closely(served: Served) -> None:
    preview = served.client.get(f"{served.path}/map/preview")
    arrays, facts = columns.decode(preview.content)
    assert preview.headers["content-type"] == columns.MEDIA_TYPE
    assert arrays["xy"].shape == (30, 2)
    assert facts == {"backbone": None}
    assert get(served, "/map/rounds") == []
    assert finished(served, served.client.post(f"{served.path}/map/rounds", json={}))["state"] == "finished"
    (shown,) = get(served, "/map/rounds")
    assert (shown["number"], shown["image_count"], shown["median_move"]) == (1, 30, None)
    assert get(served, "/map/rounds/1") == shown
    points, _ = columns.decode(served.client.get(f"{served.path}/map/rounds/1/columns").content)
    assert [points[name].dtype.name for name in ("image_ids", "xy", "islands")] == [
        "uint32",
        "float32",
        "int32",
    ]
    islands = get(served, "/map/rounds/1/islands")
    assert {each["number"] for each in islands} == set(points["islands"][points["islands"] >= 0].tolist())
    assert sum(each["image_count"] for each in islands) == int((points["islands"] >= 0).sum())
    assert isinstance(get(served, "/map/rounds/1/bridges"), list)
    finished(served, served.client.post(f"{served.path}/map/rounds", json={"rearrange": True, "seed": 3}))
    moves = get(served, "/map/rounds/2/moves", since=1, count=5)
    assert (moves["before"], moves["after"], len(moves["largest"])) == (1, 2, 5)
    assert served.client.get(f"{served.path}/map/rounds/9").status_code == 404
    unknown = served.client.post(f"{served.path}/map/rounds", json={"backbone": "colour-histogram"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown-name")


def test_a_model_is_trained_tried_used_described_compared_scored_and_deleted(served: Served) -> None:
    refused = served.client.post(f"{served.path}/runs", json={})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "nothing-labelled")
    label(served, 8)
    first = served.client.post(f"{served.path}/runs", json={"name": "plain", "description": "first"})
    assert finished(served, first)["state"] == "finished"
    run = get(served, f"/runs/{first.json()['run']['id']}")
    assert (run["state"], run["name"], run["metrics"]["total"]) == ("finished", "plain", 0)
    second = served.client.post(f"{served.path}/runs", json={"head": "mlp", "epochs": 12, "name": "hidden"})
    finished(served, second)
    run = get(served, f"/runs/{second.json()['run']['id']}", after=4)
    assert (run["metrics"]["first"], run["metrics"]["total"], len(run["metrics"]["loss_train"])) == (4, 12, 8)
    assert [each["name"] for each in get(served, "/runs")] == ["hidden", "plain"]
    hidden, plain = get(served, "/models")
    assert (hidden["active"], plain["active"]) == (True, False)
    assert plain["quality"]["accuracy"]["count"] == 16
    details = get(served, f"/models/{plain['id']}")
    assert (details["run"]["name"], details["settings"]["head"], len(details["digest"])) == (
        "plain",
        "linear",
        64,
    )
    predictions = f"{served.path}/predictions"
    tried = served.client.post(predictions, json={"model_id": plain["id"], "dry_run": True})
    assert tried.status_code == 200
    assert len(tried.json()) == 12
    assert served.project.status().proposed == 0
    chosen = [each["image_id"] for each in tried.json()[:3]]
    finished(
        served,
        served.client.post(predictions, json={"model_id": plain["id"], "selector": {"images": chosen}}),
    )
    assert served.project.status().proposed == 3
    twice = {"selector": {"images": chosen}, "image_ids": chosen}
    assert served.client.post(predictions, json=twice).status_code == 422
    assert served.client.post(predictions, json={"image_ids": [999_999]}).status_code == 422
    finished(served, served.client.post(predictions, json={}))
    assert served.project.status().proposed == 14
    duel = get(served, "/models/compare", a=plain["id"], b=hidden["id"])
    assert (duel["images"], duel["first_id"]) == (16, plain["id"])
    assert duel["difference"]["low"] <= duel["difference"]["value"] <= duel["difference"]["high"]
    assert get(served, f"/models/{plain['id']}/score")["share"] is None
    model = f"{served.path}/models/{hidden['id']}"
    assert served.client.patch(model, json={"name": "plain"}).status_code == 409
    assert served.client.patch(model, json={"name": "mlp", "description": "d"}).json()["name"] == "mlp"
    assert served.client.post(f"{served.path}/models/{plain['id']}/use").json()["active"]
    assert served.client.delete(f"{served.path}/models/{plain['id']}").status_code == 409
    assert served.client.delete(model).status_code == 204
    assert served.client.get(model).status_code == 404
    taken = served.client.post(f"{served.path}/runs", json={"name": "plain"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "already-exists")


def test_a_training_is_explained_advised_and_estimated_before_it_begins(served: Served) -> None:
    form = get(served, "/training/settings", head="linear")
    assert form["devices"][:2] == ["auto", "cpu"]
    assert "epochs" not in {each["name"] for each in form["settings"]}
    everything = {each["name"]: each for each in get(served, "/training/settings")["settings"]}
    rate = everything["learning_rate"]
    assert (rate["kind"], rate["default"], rate["group"], rate["maximum"]) == ("number", None, "steps", 10.0)
    label(served, 8)
    advice = served.client.post(f"{served.path}/training/advice").json()
    assert (advice["head"], advice["labels"]) == ("linear", 16)
    told = served.client.post(f"{served.path}/training/estimate", json={"head": "linear"}).json()
    assert told["low"] < told["seconds"] < told["high"]
    unsure = served.client.post(
        f"{served.path}/training/estimate", params={"probe": False}, json={"head": "scratch"}
    )
    assert unsure.json() is None


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"head": "linear", "epochs": 3}, 422, "has no effect with head linear"),
        ({"head": "mlp", "epochs": 0}, 422, "expected a whole number from 1"),
        ({"head": "forest"}, 422, "body.head"),
        ({"train_folders": ["a"], "test_folders": ["a"]}, 422, "Name each folder once"),
        ({"backbone": "resnet51"}, 404, "resnet50"),
    ],
)
def test_settings_that_cannot_be_are_refused_and_no_run_is_begun(
    served: Served, body: dict[str, Any], status: int, said: str
) -> None:
    label(served, 2)
    answer = served.client.post(f"{served.path}/runs", json=body)
    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]
    assert get(served, "/runs") == []


def test_backbones_tell_their_speed_and_suit_the_labels_or_not(served: Served) -> None:
    listed = served.client.get("/api/v1/backbones").json()
    assert [each["name"] for each in listed if each["recommended"]] == ["efficientnet-lite0"]
    assert all(each["speed_basis"] for each in listed)
    job = finished(
        served, served.client.post(f"{served.path}/embeddings", json={"backbone": "color-histogram"})
    )
    assert (job["kind"], job["done"]) == ("embed", 30)
    label(served, 10)
    found = get(served, "/backbones/compare")
    assert {each["backbone"] for each in found["scores"]} == {"color-histogram", "efficientnet-lite0"}
    assert found["recommendation"]["backbone"] == found["scores"][0]["backbone"]
    assert served.project.info.backbone == "efficientnet-lite0"
    finished(
        served,
        served.client.post(f"{served.path}/embeddings", json={"backbone": "color-histogram", "use": True}),
    )
    assert served.project.info.backbone == "color-histogram"


def test_what_belongs_to_another_project_is_not_found(served: Served) -> None:
    label(served, 4)
    begun = served.client.post(f"{served.path}/runs", json={})
    finished(served, begun)
    run, model = f"runs/{begun.json()['run']['id']}", f"models/{get(served, '/models')[0]['id']}"
    other = served.bench.new_project("other").id
    for path in (run, model, f"{model}/score", "map/rounds/1"):
        assert served.client.get(f"/api/v1/projects/{other}/{path}").status_code in (404, 422), path
    for path in (f"{run}/stop", f"{run}/resume", f"{model}/use"):
        assert served.client.post(f"/api/v1/projects/{other}/{path}").status_code == 404, path


def test_the_overview_tells_the_next_step_at_once_and_its_curve_a_little_later(served: Served) -> None:
    first = get(served, "/overview")
    assert (first["next"]["kind"], first["next"]["button"]) == ("lay-out", "Draw the map")
    assert first["per_state"] == {
        "new": 30, "proposed": 0, "labelled": 0, "skipped": 0, "unclear": 0, "draft": 0,
    }  # fmt: skip
    label(served, 12)
    deadline = time.monotonic() + 60
    while (found := get(served, "/overview"))["computing"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert [each["labelled"] for each in found["per_class"]] == [12, 12]
    assert found["curve"]["labels"] == 24
    assert len(found["curve"]["later"]) == 4
    assert found["pace"]["remaining"] == 6
