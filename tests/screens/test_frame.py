"""The application's frame in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.screens.pets import saved
from tests.screens.serving import Serving

import labelgraft


def test_the_first_page_opens_by_the_printed_address_and_breaks_no_rule_of_its_own_policy(
    tmp_path: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> None:
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        bench.new_project("pets", classes=["cat", "dog"])
    page = signed_in(serving(tmp_path / "workspace"))
    refused: list[str] = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    page.reload()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="This browser")).to_be_visible()
    assert refused == []


SCREENS = ("", "/map", "/gallery", "/annotate", "/models", "/history", "/classes", "/export")
COVERED = """(message) => {
  const over = message.getBoundingClientRect();
  const meets = (box) => box.width > 0 && box.left < over.right && box.right > over.left
    && box.top < over.bottom && box.bottom > over.top;
  return [...document.querySelectorAll("a, button, input, select, [role], canvas, h1")]
    .filter((each) => !each.contains(message) && !message.contains(each) && meets(each.getBoundingClientRect()))
    .map((each) => each.outerHTML.slice(0, 120));
}"""


def test_a_message_covers_nothing_on_any_screen_and_is_one_line(
    mapped: Path, tmp_path: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> None:
    server = serving(Path(shutil.copytree(mapped, tmp_path / "workspace")))
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/gallery")
    page.get_by_role("gridcell").first.click()
    page.keyboard.press("k")
    saved(page)
    covered: dict[str, list[str]] = {}
    for at, screen in enumerate(SCREENS):
        page.goto(f"{server.base}/projects/1{screen}")
        page.get_by_role("link", name="Gallery", exact=True).wait_for()
        page.keyboard.press("Control+Shift+Z" if at % 2 else "Control+z")
        message = page.get_by_role("status", name="Messages").locator("> *")
        expect(message).to_contain_text("1 image labelled cat")
        # It stays while the pointer is over it.
        message.hover()
        for width in (1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            assert message.evaluate("(each) => each.getBoundingClientRect().height") <= 32
            if found := message.evaluate(COVERED):
                covered[f"{screen} at {width}"] = found
        page.set_viewport_size({"width": 1280, "height": 800})
        saved(page)
    assert covered == {}


def test_the_palette_finds_what_can_be_done_and_a_job_that_fails_at_once_is_told(
    tmp_path: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> None:
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        bench.new_project("pets", classes=["cat", "dog"])
    server = serving(tmp_path / "workspace")
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/map")
    page.get_by_role("button", name="Lay out the map").click()
    expect(page.get_by_text("Failed: Map of pets")).to_be_visible()

    for words, leads_to in {
        "images of dog": "/projects/1/gallery?class_id=2",
        "suspicious": "/projects/1/gallery?suspicious=true",
        "train": "/projects/1/models?new=true",
    }.items():
        page.keyboard.press("Control+k")
        search = page.get_by_placeholder("Search screens, classes, projects and commands")
        expect(search).to_be_focused()
        search.fill(words)
        page.keyboard.press("Enter")
        expect(page).to_have_url(server.base + leads_to)
        expect(search).to_be_hidden()
    expect(page.get_by_role("dialog", name="New model")).to_be_visible()
