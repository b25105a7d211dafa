"""A user's model over the wire: found below a root or uploaded, recognised, mapped, tried, proposing, followed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.server.served import Served, wait_for

from labelgraft.domain.project import Task
from labelgraft.server import columns
from labelgraft.workbench.watch import ProjectSeen

API = "/api/v1"


@dataclass(frozen=True)
class Ring:
    """A detection project of photos with people, behind the server, and a model's file below its root."""

    served: Served
    path: str
    model_file: Path

    def post(self, path: str, **body: Any) -> Any:
        answer = self.served.client.post(f"{self.path}/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def refused(self, path: str, **body: Any) -> tuple[int, str]:
        answer = self.served.client.post(f"{self.path}/{path}", json=body)
        return answer.status_code, answer.json()["error"]["message"]

    def added(self, **more: Any) -> dict[str, Any]:
        people = [{"theirs": "person", "ours": "pedestrian", "threshold": 0.4}]
        made: dict[str, Any] = self.post(
            "detectors", **{"source": str(self.model_file), "classes": people, **more}
        )
        return made


@pytest.fixture(scope="module")
def ring(served_together: Served, shared_data: Callable[[str], Path], shared_weights: Path) -> Ring:
    served, root = served_together, served_together.options.roots[0]
    (root / "photos").mkdir()
    for photo in sorted((shared_data("coco-mini") / "images").rglob("*.jpg"))[:12]:
        shutil.copy(photo, root / "photos")
    shutil.copy(shared_weights / "yolox_nano.onnx", root)
    project = served.bench.new_project("ring", task=Task.DETECTION, classes=["pedestrian", "car"])
    project.add_images(root / "photos", embed=False)
    return Ring(served, f"{API}/projects/{project.id}", root / "yolox_nano.onnx")


def test_a_file_below_a_root_is_listed_and_recognised_and_nothing_is_added(ring: Ring) -> None:
    root = str(ring.model_file.parent)
    listed = ring.served.client.get(f"{API}/places", params={"path": root, "models": True}).json()
    assert listed["files"] == [str(ring.model_file)]
    assert ring.served.client.get(f"{API}/places", params={"path": root}).json()["files"] == []
    offer = ring.post("detectors/check", source=str(ring.model_file))
    assert offer["sentence"] == "yolox_nano.onnx is yolox_nano, which is known."
    assert (offer["kind"], len(offer["class_names"]), offer["licence"]) == ("box", 80, "Apache-2.0")
    assert [use["ours"] for use in offer["uses"]] == ["car"]
    assert ring.served.client.get(f"{ring.path}/models").json() == []


def test_what_is_no_file_below_a_root_or_no_model_is_refused(ring: Ring) -> None:
    status, said = ring.refused("detectors/check", source="/etc/passwd")
    assert (status, "passwd" in said) == (404, True)
    (ring.model_file.parent / "photos" / "x.onnx").write_bytes(b"\x80\x04pickle")
    status, said = ring.refused("detectors", source=str(ring.model_file.parent / "photos" / "x.onnx"))
    assert (status, "pickle" in said) == (422, True)
    status, said = ring.refused(
        "detectors", source=str(ring.model_file), changes={"output": {"kind": "magic"}}
    )
    assert status == 422
    status, said = ring.refused(
        "detectors", source=str(ring.model_file), classes=[{"theirs": "person", "ours": "nobody"}]
    )
    assert (status, "nobody" in said) == (404, True)


def test_an_upload_is_added_mapped_tried_and_proposes_while_it_is_followed(ring: Ring) -> None:
    client, data = ring.served.client, ring.model_file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    upload = client.post(f"{API}/uploads", json={"name": "people"}).json()["id"]
    sent = client.put(
        f"{API}/uploads/{upload}/files/{digest}", params={"path": "people.onnx"}, content=data,
        headers={"Content-Type": "application/octet-stream"},
    )  # fmt: skip
    assert sent.status_code == 200, sent.text
    made = ring.added(source=None, upload_id=upload, name="people finder")
    assert (made["name"], made["head"], made["class_names"]) == ("people finder", "detector", ["pedestrian"])
    details = client.get(f"{ring.path}/models/{made['id']}").json()
    assert details["digest"] == digest
    assert [(u["theirs"], u["ours"], u["threshold"]) for u in details["detector"]["uses"]] == [
        ("person", "pedestrian", 0.4)
    ]
    tried = ring.post("predictions/shapes", model_id=made["id"])
    assert len(tried) == 12
    assert all(shape["confidence"] >= 0.4 for each in tried for shape in each["shapes"])
    before = columns.decode(client.get(f"{ring.path}/images/state").content)[0]
    assert set(before["proposal_class_ids"].tolist()) == {-1}
    job = ring.post("predictions", model_id=made["id"])["job"]
    ended = wait_for(ring.served, job["number"])
    assert ended["state"] == "finished", ended
    with_some = sorted(each["image_id"] for each in tried if each["shapes"])
    after = columns.decode(client.get(f"{ring.path}/images/state").content)[0]
    proposed = np.asarray(after["image_ids"])[np.asarray(after["proposal_class_ids"]) != -1]
    assert proposed.tolist() == with_some
    (surest, *_) = tried
    shown = client.get(f"{ring.path}/images/{surest['image_id']}/instances").json()["proposals"]
    assert [p["shape"] for p in shown] == [s["shape"] for s in surest["shapes"]]
    again = ring.post(f"images/{surest['image_id']}/predictions", model_id=made["id"])
    assert [p["shape"] for p in again["proposals"]] == [p["shape"] for p in shown]
    score = client.get(f"{ring.path}/models/{made['id']}/score")
    assert score.status_code == 200, score.text


def test_somebody_who_looks_is_told_of_every_shard(ring: Ring) -> None:
    made = ring.added(name="told")
    watch = ring.served.bench.watch()
    ring.served.bench.project("ring").find_shapes("told")
    told = [each for each in watch.look() if isinstance(each, ProjectSeen)]
    assert any("proposals" in each.parts for each in told)
    ring.served.client.delete(f"{ring.path}/models/{made['id']}")


def test_a_model_of_shapes_has_no_place_where_whole_images_get_classes(ring: Ring) -> None:
    answer = ring.served.client.post(
        f"{ring.served.path}/detectors/check", json={"source": str(ring.model_file)}
    )
    assert answer.status_code == 422
    assert "gives classes to whole images" in answer.json()["error"]["message"]
