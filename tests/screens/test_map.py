"""The map in a real browser: what a lasso holds is what the database gets, no more and no less."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Locator, Page, expect
from tests.screens.serving import Serving

from labelgraft.domain.selection import inside_lasso
from labelgraft.server import columns

IMAGES = 80
NO_WEBGL = """
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind === "webgl2" ? null : getContext.call(this, kind, ...rest);
};
"""


@pytest.fixture
def page(
    mapped: Path, tmp_path: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> Page:
    """The map of a fresh copy of that workspace."""
    workspace = Path(shutil.copytree(mapped, tmp_path / "workspace"))
    server = serving(workspace)
    opened = signed_in(server)
    opened.goto(f"{server.base}/projects/1/map")
    expect(surfaces(opened).first).to_be_visible()
    return opened


def surfaces(page: Page) -> Locator:
    """The maps on the screen."""
    return page.get_by_role("application")


def tray(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Selection")


def lasso(page: Page, *, share: float) -> None:
    """Draws a round lasso over the middle of the map; share: its radius in parts of the map's smaller side."""
    box = surfaces(page).first.bounding_box()
    assert box is not None
    x, y, radius = (
        box["x"] + box["width"] / 2,
        box["y"] + box["height"] / 2,
        share * min(box["width"], box["height"]),
    )
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for step in range(1, 40):
        angle = step / 40 * 2 * math.pi
        page.mouse.move(x + radius * math.cos(angle), y + radius * math.sin(angle))
    page.mouse.up()


def ask(page: Page, path: str) -> APIResponse:
    """What the server says of the project, asked with the session of the page."""
    origin = page.evaluate("location.origin")
    return page.request.get(f"{origin}/api/v1/projects/1{path}")


def labelled(page: Page) -> dict[int, str]:
    names = {each["id"]: each["name"] for each in ask(page, "/classes").json()}
    found = ask(page, "/images?limit=500").json()["images"]
    return {each["id"]: names[each["class_ids"][0]] for each in found if each["class_ids"]}


def inside(page: Page, corners: list[tuple[float, float]]) -> set[int]:
    """The images that the last round has inside a polygon, counted by the server's own rule."""
    block = ask(page, "/map/rounds/2/columns").body()
    points, _ = columns.decode(block)
    return {int(each) for each in points["image_ids"][inside_lasso(corners, points["xy"].reshape(-1, 2))]}


def test_a_lasso_labels_exactly_what_is_inside_but_the_one_thrown_out_and_undo_takes_all_back(
    page: Page,
) -> None:
    lasso(page, share=0.4)
    pictures = tray(page).get_by_role("group", name="Selected images").get_by_role("button")
    expect(pictures.first.locator("img")).to_be_visible()
    count = int(tray(page).get_by_role("heading").inner_text().split()[0])
    assert 1 < count < IMAGES
    with page.expect_response("**/operations") as sent:
        pictures.first.click()
        expect(tray(page)).to_contain_text("1 thrown out")
        expect(
            tray(page).get_by_role("group", name="Label the selection").get_by_role("button", name="cat")
        ).to_contain_text("K")
        page.keyboard.press("k")
    body = sent.value.request.post_data_json
    assert body is not None
    expect(page.get_by_text(f"{count - 1} images labelled cat")).to_be_visible()
    assert len(body["selector"]["leave_out"]) == 1
    held = inside(page, body["selector"]["lasso"])
    assert len(held) == count
    assert labelled(page) == dict.fromkeys(held - set(body["selector"]["leave_out"]), "cat")

    with page.expect_response("**/revert"):
        page.keyboard.press("Control+z")
        expect(page.get_by_role("button", name="No label 80")).to_be_visible()
    assert labelled(page) == {}


def test_shift_adds_alt_takes_away_and_the_database_gets_the_difference(page: Page) -> None:
    lasso(page, share=0.45)
    page.keyboard.down("Alt")
    lasso(page, share=0.25)
    page.keyboard.up("Alt")
    with page.expect_response("**/operations") as sent:
        tray(page).get_by_role("group", name="Label the selection").get_by_role("button", name="dog").click()
    body = sent.value.request.post_data_json
    assert body is not None
    selector = body["selector"]
    outer, inner = selector["add"][0]["lasso"], selector["subtract"][0]["lasso"]
    ring = inside(page, outer) - inside(page, inner)
    assert 0 < len(ring) < len(inside(page, outer))
    assert labelled(page) == dict.fromkeys(ring, "dog")


def test_two_rounds_side_by_side_show_one_selection(page: Page) -> None:
    page.get_by_role("button", name="Side by side").click()
    expect(surfaces(page)).to_have_count(2)
    page.get_by_role("button", name="Select island").first.click()
    chosen = tray(page).get_by_role("heading").inner_text()
    page.get_by_label("Round beside").select_option(index=1)
    expect(tray(page).get_by_role("heading")).to_have_text(chosen)
    page.get_by_role("button", name="One map").click()
    expect(surfaces(page)).to_have_count(1)


def test_without_webgl_a_message_leads_to_the_gallery(page: Page) -> None:
    page.add_init_script(NO_WEBGL)
    page.reload()
    expect(page.get_by_role("heading", name="This browser cannot draw the map")).to_be_visible()
    page.get_by_role("link", name="Open the gallery").click()
    expect(page).to_have_url(re.compile(r"/projects/1/gallery$"))
