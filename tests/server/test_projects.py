"""Projects, settings and what there is to choose from, over HTTP."""

from __future__ import annotations

from tests.server.served import Served

from labelgraft.settings import SETTINGS


def test_a_card_tells_counts_pictures_and_the_next_step(served: Served) -> None:
    served.project.label([1, 2, 3], "cat")
    (card,) = served.client.get("/api/v1/projects").json()
    assert card["images"] == 30
    assert card["counts"] == {"new": 27, "proposed": 0, "labelled": 3, "skipped": 0, "unclear": 0, "draft": 0}
    assert len(set(card["mosaic"])) == 9
    assert served.client.get(f"/api/v1/pictures/{card['mosaic'][0]}/256.webp").status_code == 200
    assert card["next_step"] == "lay-out"
    assert card["last_activity"] == served.project.history()[0].made_at.isoformat().replace("+00:00", "Z")


def test_a_project_is_begun_renamed_and_deleted(served: Served) -> None:
    made = served.client.post("/api/v1/projects", json={"name": "birds", "classes": ["owl", "tit"]})
    assert made.status_code == 201
    path = f"/api/v1/projects/{made.json()['id']}"
    assert made.json()["next_step"] == "add-images"
    assert served.client.patch(path, json={"name": "fowl"}).json()["name"] == "fowl"
    taken = served.client.patch(path, json={"name": "pets"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "already-exists")
    assert served.client.patch(path, json={"backbone": "no-such"}).status_code == 404
    assert served.client.delete(path).status_code == 204
    assert served.client.get(path).status_code == 404
    assert [each.name for each in served.bench.projects()] == ["pets"]


def test_a_taken_name_and_an_empty_one_are_refused(served: Served) -> None:
    assert served.client.post("/api/v1/projects", json={"name": "pets"}).status_code == 409
    assert served.client.post("/api/v1/projects", json={"name": "   "}).status_code == 422
    several = {"name": "shapes", "task": "detection", "multi_label": True}
    assert served.client.post("/api/v1/projects", json=several).status_code == 422


def test_the_status_is_that_of_the_command_line(served: Served) -> None:
    told = served.client.get(f"{served.path}/status").json()
    mine = served.project.status()
    assert told["next_step"] == mine.next_step
    assert told["per_class"] == dict(mine.per_class)


def test_settings_tell_every_line_of_the_table_and_no_secret(served: Served) -> None:
    told = served.client.get("/api/v1/settings").json()
    assert [each["name"] for each in told] == [setting.name for setting in SETTINGS]
    assert all(each["help"] and each["expected"] for each in told)


def test_one_backbone_is_recommended_and_every_format_is_described(served: Served) -> None:
    backbones = served.client.get("/api/v1/backbones").json()
    assert [each["name"] for each in backbones if each["recommended"]] == ["efficientnet-lite0"]
    formats = served.client.get("/api/v1/formats").json()
    assert {"csv", "coco"} <= {each["name"] for each in formats}
    assert all(each["describe"] for each in formats)
    assert len({each["title"] for each in formats}) == len(formats)
    of_boxes = {each["name"] for each in formats if "detection" in each["tasks"]}
    assert {"coco", "yolo", "voc"} <= of_boxes
    assert "csv" not in of_boxes


def test_jobs_are_listed_told_with_their_result_and_cannot_be_cancelled_after_their_end(
    served: Served,
) -> None:
    served.project.embed("color-histogram")
    job = served.client.get("/api/v1/jobs", params={"project_id": served.project.id, "limit": 1}).json()[0]
    assert (job["kind"], job["state"], job["done"]) == ("embed", "finished", 30)
    assert served.client.get("/api/v1/jobs", params={"state": "running"}).json() == []
    one = served.client.get(f"/api/v1/jobs/{job['number']}").json()
    assert one["result"]["embedded"] == 30
    over = served.client.post(f"/api/v1/jobs/{job['number']}/cancel")
    assert (over.status_code, over.json()["error"]["code"]) == (409, "conflict")
    assert served.client.post(f"/api/v1/jobs/{job['number']}/resume").status_code == 409
    assert served.client.get("/api/v1/jobs/4711").status_code == 404


def test_a_card_is_never_older_than_the_last_change(served: Served) -> None:
    for number in range(1, 6):
        served.project.label([number], "cat")
        assert served.client.get(served.path).json()["counts"]["labelled"] == number
    served.project.set_aside([1])
    assert served.client.get(served.path).json()["counts"] == {
        "new": 25, "proposed": 0, "labelled": 4, "skipped": 1, "unclear": 0, "draft": 0,
    }  # fmt: skip
