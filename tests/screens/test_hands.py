"""Strokes that are given up or interrupted, and views that fit, on the map."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Page, expect
from tests.screens.serving import Serving


@pytest.fixture
def page(
    mapped: Path, tmp_path: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> Page:
    """The second of two rounds of eighty photos."""
    server = serving(Path(shutil.copytree(mapped, tmp_path / "workspace")))
    opened = signed_in(server)
    opened.goto(f"{server.base}/projects/1/map")
    expect(opened.get_by_role("application")).to_be_visible()
    return opened


def frame(page: Page) -> FloatRect:
    box = page.get_by_role("application").first.bounding_box()
    assert box is not None
    return box


def test_esc_gives_up_a_stroke_and_a_second_button_moves_the_map_below_it(page: Page) -> None:
    tray = page.get_by_role("complementary", name="Selection")
    page.get_by_role("button", name=re.compile("^Select island")).first.click()
    chosen = tray.get_by_role("heading", level=2).inner_text()
    box = frame(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    stroke = page.locator("svg[class*=sketch] path")
    page.keyboard.press("l")
    page.mouse.move(x, y - 200)
    page.mouse.down()
    page.mouse.move(x + 120, y - 160, steps=4)
    expect(stroke).to_have_attribute("d", re.compile("^M"))
    before = stroke.get_attribute("d") or ""
    page.mouse.down(button="middle")
    page.mouse.move(x + 160, y - 130, steps=4)
    page.mouse.up(button="middle")
    after = stroke.get_attribute("d") or ""
    assert after.count("L") == before.count("L"), "the stroke grew while the map was moved"
    assert after != before, "the map did not move below the stroke"
    page.keyboard.press("Escape")
    expect(stroke).to_have_attribute("d", "")
    page.mouse.up()
    expect(tray.get_by_role("heading", level=2)).to_have_text(chosen)


def test_two_rounds_side_by_side_are_both_seen_whole(page: Page) -> None:
    page.get_by_role("button", name="Side by side").click()
    maps = page.get_by_role("application")
    expect(maps).to_have_count(2)
    page.keyboard.press("r")
    for number in (0, 1):
        box = maps.nth(number).bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 50, box["y"] + box["height"] - 2, steps=4)  # the tools lie left of that
        page.mouse.up()
        seen = page.get_by_role("complementary", name="Selection").get_by_role("heading", level=2)
        expect(seen).to_have_text(
            re.compile(r"^(7[7-9]|80) images")
        )  # one that lies far out need not be seen
        page.keyboard.press("Escape")
