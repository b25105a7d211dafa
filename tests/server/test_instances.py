"""Drawing over the wire: gestures of the editor on real images, late saves, cut shapes, and what is refused."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from tests.server.served import Served

from labelgraft.domain.ids import ClassId, ImageId, ModelId
from labelgraft.domain.proposal import NewProposedShape
from labelgraft.domain.shapes.box import Box
from labelgraft.storage import proposed_shapes


class Drawing:
    """A detection project with the first three pictures of the served one, and short ways to use it."""

    def __init__(self, served: Served, pictures: Path) -> None:
        self.served = served
        made = served.client.post(
            "/api/v1/projects",
            json={"name": uuid.uuid4().hex[:8], "task": "detection", "classes": ["cat", "dog"]},
        )
        assert made.status_code in (200, 201), made.text
        self.id: int = made.json()["id"]
        self.path = f"/api/v1/projects/{self.id}"
        served.bench.project_by_id(self.id).add_images(pictures, embed=False)
        self.classes = {each["name"]: each["id"] for each in served.client.get(f"{self.path}/classes").json()}
        listed = served.client.get(f"{self.path}/images").json()["images"]
        self.images: list[int] = [each["id"] for each in listed]
        self.width, self.height = listed[0]["width_px"], listed[0]["height_px"]

    def send(self, image: int, key: str | None = None, **gesture: Any) -> Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        path = f"{self.path}/images/{self.images[image]}/instances"
        return self.served.client.post(path, json=gesture, headers=headers)

    def done(self, image: int, **gesture: Any) -> dict[str, Any]:
        answer = self.send(image, str(uuid.uuid4()), **gesture)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def shown(self, image: int) -> dict[str, Any]:
        answer = self.served.client.get(f"{self.path}/images/{self.images[image]}/instances")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def box(self, *edges: float, name: str = "cat") -> dict[str, Any]:
        return {"class_id": self.classes[name], "shape": {"kind": "box", "box": list(edges)}}


@pytest.fixture
def drawing(served: Served, served_pictures: Path, tmp_path: Path) -> Drawing:
    folder = tmp_path / "three"
    folder.mkdir()
    for picture in sorted(served_pictures.iterdir())[:3]:
        shutil.copy(picture, folder)
    return Drawing(served, folder)


def test_a_box_is_drawn_changed_finished_and_taken_back(drawing: Drawing) -> None:
    first = drawing.done(0, new=[drawing.box(1.25, 2.5, 30, 40)], expected_revision=0)
    (number,) = first["new_ids"]
    assert first["revision"] == 1
    moved = {"id": number, **drawing.box(5, 6, 35, 44, name="dog"), "traits": {"occluded": True}}
    drawing.done(0, changed=[moved], finished=True, expected_revision=1)
    shown = drawing.shown(0)
    assert shown["state"] == "labelled"
    assert shown["instances"][0]["shape"] == {"kind": "box", "box": [5, 6, 35, 44]}
    assert shown["instances"][0]["traits"]["occluded"] is True
    operation = first["operation"]["id"]
    drawing.served.client.post(f"{drawing.path}/operations/{operation}/revert", json={})
    assert drawing.shown(0)["instances"] == []
    history = drawing.served.client.get(f"{drawing.path}/operations").json()["operations"]
    assert [each["summary"] for each in history[:3]] == [
        "Took back: Drew a box of cat", "Changed a box of dog, finished the image", "Drew a box of cat",
    ]  # fmt: skip


def test_a_late_save_is_refused_with_what_is_drawn_now(drawing: Drawing) -> None:
    drawing.done(0, new=[drawing.box(0, 0, 10, 10)])
    late = drawing.send(0, new=[drawing.box(5, 5, 20, 20)], expected_revision=0)
    assert late.status_code == 409
    current = late.json()["error"]["detail"]["current"]
    assert current["revision"] == 1
    assert [each["shape"]["box"] for each in current["instances"]] == [[0, 0, 10, 10]]
    assert len(drawing.shown(0)["instances"]) == 1


def test_the_same_gesture_sent_again_draws_nothing_and_gives_the_same_numbers(drawing: Drawing) -> None:
    gesture = {"new": [drawing.box(0, 0, 10, 10), drawing.box(20, 20, 30, 30)], "expected_revision": 0}
    one, two = drawing.send(0, "key", **gesture), drawing.send(0, "key", **gesture)
    assert one.json()["new_ids"] == two.json()["new_ids"]
    assert len(drawing.shown(0)["instances"]) == 2
    other = drawing.send(0, "key", new=[drawing.box(0, 0, 11, 10)])
    assert other.status_code == 422


def test_a_box_over_the_edge_is_cut_there_and_the_person_is_told(drawing: Drawing) -> None:
    answer = drawing.done(0, new=[drawing.box(-5, 10, drawing.width + 9, 20)])
    assert answer["notices"] == ["A box was cut at the edge of the image."]
    assert drawing.shown(0)["instances"][0]["shape"]["box"] == [0, 10, drawing.width, 20]


def test_a_rotated_box_over_the_edge_stays_a_rotated_box(drawing: Drawing) -> None:
    shape = {"kind": "rotated-box", "centre": [5, 5], "size": [40, 10], "degrees": 30}
    drawing.done(0, new=[{"class_id": drawing.classes["cat"], "shape": shape}])
    assert drawing.shown(0)["instances"][0]["shape"] == shape


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ({"kind": "box", "box": [10, 10, 10, 20]}, "enclose nothing"),
        ({"kind": "box", "box": [-20, -20, -10, -10]}, "outside of the image"),
        (
            {"kind": "polygon", "parts": [{"outline": [[0, 0], [9, 0], [9, 9]]}]},
            "expected box or rotated-box",
        ),
        ({"kind": "box", "box": [1e308, 0, 1.5e308, 9]}, "within 1e+09 of the image"),
    ],
)
def test_a_shape_that_cannot_be_is_refused_and_nothing_is_saved(
    drawing: Drawing, shape: dict[str, Any], said: str
) -> None:
    good = drawing.box(0, 0, 9, 9)
    answer = drawing.send(0, new=[good, {"class_id": drawing.classes["cat"], "shape": shape}])
    assert answer.status_code == 422
    assert said in answer.json()["error"]["message"]
    assert drawing.shown(0)["instances"] == []
    assert drawing.shown(0)["revision"] == 0


def test_proposals_are_shown_apart_and_answered_in_one_gesture(drawing: Drawing) -> None:
    image = ImageId(drawing.images[0])
    cat, dog = ClassId(drawing.classes["cat"]), ClassId(drawing.classes["dog"])
    found = [
        NewProposedShape(image, cat, 0.9, Box(0, 0, 20, 20)), NewProposedShape(image, dog, 0.4, Box(30, 30, 50, 50)),
    ]  # fmt: skip
    engine = drawing.served.bench._engine
    with engine.workspace.database.writing() as c:
        proposed_shapes.put(c, drawing.served.bench.project_by_id(drawing.id).id, ModelId(1), [image], found)  # type: ignore[arg-type]
    sure, unsure = (each["id"] for each in drawing.shown(0)["proposals"])
    answer = drawing.done(0, accepted=[sure], rejected=[unsure], finished=True)
    shown = drawing.shown(0)
    assert shown["proposals"] == []
    assert [(each["id"], each["accepted_from"]) for each in shown["instances"]] == [(answer["new_ids"][0], 1)]
    again = drawing.send(0, accepted=[sure])
    assert again.status_code == 409
    looked_up = drawing.served.client.post(
        f"{drawing.path}/instances/lookup", json={"image_ids": drawing.images}
    )
    assert [len(each["instances"]) for each in looked_up.json()["images"]] == [1, 0, 0]
