"""What the screens of history, classes and exports ask for beyond single gestures."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from tests.server.served import Served, wait_for


def names_of(served: Served) -> list[str]:
    return [each["name"] for each in served.client.get(f"{served.path}/classes").json()]


def test_a_pasted_list_of_classes_is_one_operation_that_can_be_taken_back(served: Served) -> None:
    asked = {"names": ["bird", "fish", "ant"]}
    tried = served.client.post(f"{served.path}/classes/several", json={**asked, "dry_run": True})
    assert (tried.status_code, names_of(served)) == (201, ["cat", "dog"])
    key = {"Idempotency-Key": "paste-1"}
    first, again = (
        served.client.post(f"{served.path}/classes/several", json=asked, headers=key).json() for _ in range(2)
    )
    assert first["operation"] == again["operation"]
    assert names_of(served) == ["cat", "dog", "bird", "fish", "ant"]
    taken_back = served.client.post(f"{served.path}/operations/{first['operation']['id']}/revert", json={})
    assert (taken_back.status_code, names_of(served)) == (200, ["cat", "dog"])


def test_a_list_with_a_class_that_is_there_or_named_twice_adds_none(served: Served) -> None:
    for names, status in ((["bird", "cat"], 409), (["bird", "bird"], 422), (["bird", "  "], 422)):
        refused = served.client.post(f"{served.path}/classes/several", json={"names": names})
        assert (refused.status_code, names_of(served)) == (status, ["cat", "dog"])


def test_the_history_can_be_asked_for_one_cause_and_images_for_the_first_few(served: Served) -> None:
    ids = [row.image.id for row in served.project.images(limit=5).rows]
    labelled = served.project.label(ids, "cat")
    served.client.post(f"{served.path}/classes", json={"name": "bird"})
    found = served.client.get(f"{served.path}/operations", params={"cause": "hand"}).json()
    assert [each["id"] for each in found["operations"]] == [labelled.id]
    shown = served.client.get(f"{served.path}/operations/{labelled.id}/images", params={"limit": 3}).json()
    assert shown == {"image_ids": sorted(ids)[:3]}


def test_only_one_split_is_exported_where_that_is_asked_for(served: Served) -> None:
    ids = [row.image.id for row in served.project.images(limit=6).rows]
    served.project.label(ids, "cat")
    wanted = {"kind": "split", "split": "test", "selector": {"images": ids[:2]}}
    assert served.client.post(f"{served.path}/operations", json=wanted).status_code == 200
    started = served.client.post(f"{served.path}/exports", json={"format": "csv", "split": "test"})
    number = started.json()["job"]["number"]
    wait_for(served, number)
    packed = zipfile.ZipFile(
        io.BytesIO(served.client.get(f"{served.path}/exports/{number}/download").content)
    )
    rows = list(csv.DictReader(io.StringIO(packed.read("pets-csv/labels.csv").decode())))
    assert [(row["label"], row["split"]) for row in rows] == [("cat", "test")] * 2
    (listed,) = served.client.get(f"{served.path}/exports").json()
    assert (Path(listed["folder"]) / "labels.csv").is_file()
