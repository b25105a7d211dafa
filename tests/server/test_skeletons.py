"""Skeletons of classes over the wire: given with a project, changed, kept where instances stand on them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.server.served import Served

BEE = {"names": ["head", "tail"], "limbs": [[0, 1]], "mirrored": [], "sigmas": []}


def begun(served: Served) -> tuple[str, dict[str, Any]]:
    """A project of keypoints with one class that has a skeleton: its path and the class."""
    wanted = {"name": "bees", "task": "keypoints", "classes": ["wasp"], "skeletons": {"bee": {**BEE}}}
    made = served.client.post("/api/v1/projects", json=wanted)
    assert made.status_code == 201, made.text
    path = f"/api/v1/projects/{made.json()['id']}"
    listed = {each["name"]: each for each in served.client.get(f"{path}/classes").json()}
    assert listed["wasp"]["skeleton"] is None
    return path, listed["bee"]


def test_a_project_begins_with_skeletons_and_their_points_are_renamed_and_taken_back(served: Served) -> None:
    path, bee = begun(served)
    assert bee["skeleton"] == BEE
    other = {"names": ["front", "back"]}
    changed = served.client.patch(f"{path}/classes/{bee['id']}", json={"skeleton": other})
    assert changed.status_code == 200, changed.text
    (now,) = [each for each in changed.json()["classes"] if each["id"] == bee["id"]]
    assert now["skeleton"]["names"] == ["front", "back"]
    served.client.post(f"{path}/operations/{changed.json()['operation']['id']}/revert", json={})
    assert served.client.get(f"{path}/classes").json()[1]["skeleton"] == BEE
    recoloured = served.client.patch(f"{path}/classes/{bee['id']}", json={"colour": "#123456"})
    assert recoloured.json()["classes"][1]["skeleton"] == BEE
    gone = served.client.patch(f"{path}/classes/{bee['id']}", json={"skeleton": None})
    assert gone.json()["classes"][1]["skeleton"] is None


def test_a_skeleton_whose_limbs_lead_nowhere_is_refused_with_the_reason(served: Served) -> None:
    path, bee = begun(served)
    wrong = {"skeleton": {"names": ["head"], "limbs": [[0, 3]]}}
    answer = served.client.patch(f"{path}/classes/{bee['id']}", json=wrong)
    assert answer.status_code == 422
    assert "a limb leads to a point that is not there" in answer.json()["error"]["message"]


def test_the_number_of_points_stays_while_instances_have_them(
    served: Served, served_pictures: Path, tmp_path: Path
) -> None:
    path, bee = begun(served)
    folder = tmp_path / "one"
    folder.mkdir()
    shutil.copy(next(iter(sorted(served_pictures.iterdir()))), folder)
    served.bench.project("bees").add_images(folder, embed=False)
    (image,) = served.client.get(f"{path}/images").json()["images"]
    shape = {"kind": "keypoints", "points": [[1, 2, 2], [3, 4, 1]]}
    drawn = served.client.post(
        f"{path}/images/{image['id']}/instances", json={"new": [{"class_id": bee["id"], "shape": shape}]}
    )
    assert drawn.status_code == 200, drawn.text
    longer = {"names": ["head", "thorax", "tail"]}
    answer = served.client.patch(f"{path}/classes/{bee['id']}", json={"skeleton": longer})
    assert answer.status_code == 409
    assert "1 instances of 2 points" in answer.json()["error"]["message"]
    renamed = served.client.patch(f"{path}/classes/{bee['id']}", json={"skeleton": {"names": ["a", "b"]}})
    assert renamed.status_code == 200, renamed.text
