"""A detector from a file, in a real browser: sent, recognised, mapped, tried on twelve photos, proposing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.screens.serving import Serving

import labelgraft
from labelgraft.domain.project import Task

PHOTOS = 14


@pytest.fixture
def street(tmp_path: Path, shared_data: Callable[[str], Path]) -> Path:
    """A closed workspace with a detection project of photos, most of them with people."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for photo in sorted((shared_data("coco-mini") / "images").rglob("*.jpg"))[:PHOTOS]:
        shutil.copy(photo, photos)
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        project = bench.new_project("street", task=Task.DETECTION, classes=["pedestrian", "car"])
        project.add_images(photos, embed=False)
    return tmp_path / "workspace"


def test_a_detector_is_added_from_a_file_tried_and_proposes_what_was_shown(
    street: Path, shared_weights: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> None:
    (wrong := street.parent / "weights.onnx").write_bytes(b"\x80\x02 pickled")
    server = serving(street)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/models")
    page.get_by_role("button", name="Add from a file").click()
    dialog = page.get_by_role("dialog", name="Add a model from a file")
    dialog.get_by_label("An ONNX file").set_input_files(wrong)
    expect(dialog.get_by_role("alert")).to_contain_text("weights.onnx: is a Python pickle")
    dialog.get_by_label("An ONNX file").set_input_files(shared_weights / "yolox_nano.onnx")
    expect(dialog.get_by_text("yolox_nano.onnx is yolox_nano, which is known.")).to_be_visible()
    expect(dialog.get_by_label("car is proposed as", exact=True)).to_have_value("car")
    dialog.get_by_label("Find one of its classes").fill("person")
    dialog.get_by_label("person is proposed as").select_option("pedestrian")
    dialog.get_by_label("How sure it must be of person").fill("0.4")
    expect(dialog.get_by_text("2 of its 80 classes proposed")).to_be_visible()
    dialog.get_by_role("button", name="Add the model").click()
    expect(dialog).not_to_be_visible()
    expect(page.get_by_role("row", name="person pedestrian 0.40")).to_be_visible()
    page.get_by_role("button", name="Propose shapes").click()
    trial = page.get_by_role("dialog", name="would propose")
    expect(trial.get_by_role("listitem")).to_have_count(12)
    first = trial.get_by_role("listitem").first
    expect(first).to_contain_text("pedestrian")
    assert first.locator("svg path").count() > 0
    box, drawn = first.locator("svg").bounding_box(), first.locator("svg path").last.bounding_box()
    assert box is not None
    assert drawn is not None
    assert box["x"] - 3 <= drawn["x"]
    assert drawn["x"] + drawn["width"] <= box["x"] + box["width"] + 3
    trial.get_by_role("button", name="Propose for all unfinished images").click()
    expect(page.get_by_text("Finished: Finding shapes in street with yolox_nano")).to_be_visible()
    server.stop()
    with labelgraft.open(street) as bench:
        images = [row.image.id for row in bench.project("street").images().rows]
        found = bench.project("street").instances_of(images)
        assert sum(len(each.proposals) for each in found) > 10
        assert min(p.confidence for each in found for p in each.proposals) >= 0.25
