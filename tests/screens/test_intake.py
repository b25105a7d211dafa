"""How images arrive in a real browser: the example, a map that grows while it is looked at, files that are not taken."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.screens.serving import Serving
from tests.screens.test_every_screen import broken_rules

import labelgraft

Serve = Callable[..., Serving]
Enter = Callable[..., Page]
PATIENT_MS = 90_000
MARKUP = "<img src=x onerror=alert(1)>.jpg"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Painted pictures, enough for a map."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(40):
        hue = (0 if number % 2 else 150) + number
        Image.new("HSV", (80, 60), (hue, 200, 220)).convert("RGB").save(folder / f"{number}.png")
    return folder


def with_nasty_files(folder: Path) -> None:
    """An empty file, one that is no image, one of too many pixels, one cut short, one that cannot be read here."""
    (folder / "empty.jpg").touch()
    (folder / MARKUP).write_text("this is not a photo")
    Image.new("1", (12_000, 12_000)).save(folder / "huge.png")
    whole = (folder / "1.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "phone.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    shutil.copy(folder / "2.png", folder / "ünïcödé # @ 名前.png")


def test_the_example_begins_with_one_click_and_leads_to_a_project_that_fills(
    tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    page = signed_in(serving(tmp_path / "workspace", root=tmp_path))
    page.get_by_role("button", name="Try it on example images").click()
    expect(page).to_have_url(re.compile(r"/projects/1$"))
    page.get_by_role("link", name="Gallery").click()
    expect(page.get_by_text(re.compile(r"^[1-9][\d,]* images"))).to_be_visible(timeout=PATIENT_MS)
    expect(page.get_by_role("gridcell").first.locator("img")).to_be_visible()


def test_the_map_appears_by_itself_while_its_screen_is_open(
    photos: Path, tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        bench.new_project("colours", classes=["red", "blue"], backbone="color-histogram")
    server = serving(tmp_path / "workspace", root=photos)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/map")
    expect(page.get_by_role("heading", name="No map yet")).to_be_visible()
    page.evaluate("window.sameDocument = true")
    begun = page.request.post(
        f"{server.base}/api/v1/projects/1/imports",
        data={"source": str(photos), "labels": False, "embed": True},
        headers={"Origin": server.base},
    )
    assert begun.status == 202
    expect(page.get_by_text("Round 1: color-histogram")).to_be_visible(timeout=PATIENT_MS)
    expect(page.get_by_role("application")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^No label 40"))).to_be_visible()
    assert page.evaluate("window.sameDocument") is True


def test_files_that_cannot_be_taken_are_told_with_their_reasons_and_found_again_later(
    photos: Path, tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    with_nasty_files(photos)
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        bench.new_project("colours", backbone="color-histogram").add_images(photos)
    page = signed_in(server := serving(tmp_path / "workspace", root=photos))
    page.goto(f"{server.base}/projects/1")
    page.get_by_role("button", name="5 files not taken").click()
    told = page.get_by_role("region", name="40 images")
    for words in (
        "1 file: the file is empty", "empty.jpg", "is damaged at its start", MARKUP,
        "has more than the limit of 100 megapixels", "LABELGRAFT_MAX_IMAGE_MPX", "is cut short or damaged",
        "phone.HEIC", "save it as JPEG or PNG",
    ):  # fmt: skip
        expect(told).to_contain_text(words)
    assert broken_rules(page) == []
    page.goto(f"{server.base}/projects/1/gallery")
    page.get_by_role("button", name="Jobs").click()
    row = page.get_by_role("article", name=re.compile("^Adding .*, finished$"))
    expect(row).to_contain_text("40 images added, 1 copy left out, 5 files not taken")
    row.get_by_role("button", name="5 files not taken").click()
    expect(row).to_contain_text(MARKUP)
