"""A project whose images have several classes: each key gives or takes one, and the image stays until Enter."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.screens.pets import image_on_screen, kept_in, saved
from tests.screens.serving import Serving

import labelgraft

CLASSES = ("cat", "small", "asleep")


@pytest.fixture
def several(tmp_path: Path, shared_data: Callable[[str], Path]) -> Path:
    """Eight photos without a label in a project of three classes."""
    photos, workspace = tmp_path / "photos", tmp_path / "workspace"
    photos.mkdir()
    for file in sorted(shared_data("catsdogs").rglob("*.jpg"))[:8]:
        shutil.copy(file, photos / file.name)
    with labelgraft.open(workspace, create=True) as bench:
        project = bench.new_project("pets", classes=CLASSES, multi_label=True, backbone="color-histogram")
        project.add_images(photos)
    return workspace


def test_keys_give_and_take_classes_and_the_gallery_shows_what_the_server_holds(
    several: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> None:
    server = serving(several)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/annotate")
    image = image_on_screen(page)
    for key in "12":
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="cat", pressed=True)).to_be_visible()
    expect(page.get_by_role("button", name="small", pressed=True)).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("1")  # taken back; the image stays labelled with the others
    saved(page)
    page.goto(f"{server.base}/projects/1/gallery?state=labelled")
    expect(page.get_by_text("1 image", exact=False).first).to_be_visible()
    server.stop()
    after = kept_in(several)
    assert sorted(after.labels[image]) == ["asleep", "small"]
    assert after.states[image] == "labelled"
