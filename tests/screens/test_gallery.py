"""The gallery in a real browser, on a real server with real pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.screens.pets import confidences, kept_in, saved
from tests.screens.serving import Serving
from tests.screens.test_every_screen import broken_rules

import labelgraft

Serve = Callable[..., Serving]
Enter = Callable[..., Page]


def gallery(page: Page, server: Serving, query: str = "") -> Locator:
    """Open the gallery; its cells."""
    page.goto(f"{server.base}/projects/1/gallery{query}")
    cells = page.get_by_role("gridcell")
    cells.first.wait_for()
    return cells


def test_a_range_and_one_key_label_exactly_those_images(pets: Path, serving: Serve, signed_in: Enter) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    cells = gallery(page, server)
    cells.nth(4).click()
    cells.nth(11).click(modifiers=["Shift"])
    cells.nth(7).click(modifiers=["ControlOrMeta"])
    expect(page.get_by_text("7 of 60 images")).to_be_visible()
    page.keyboard.press("2")
    expect(cells.nth(4)).to_have_accessible_name(re.compile("labelled dog"))
    saved(page)
    server.stop()
    after = kept_in(pets)
    order = sorted(before.labels)
    chosen = [order[at] for at in range(4, 12) if at != 7]
    assert {image for image in order if after.revisions[image] != before.revisions[image]} <= set(chosen)
    assert all(after.labels[image] == ("dog",) for image in chosen)
    assert {k: v for k, v in after.labels.items() if k not in chosen} == {
        k: v for k, v in before.labels.items() if k not in chosen
    }
    assert len(after.history) == len(before.history) + 1


def test_one_undo_takes_a_whole_bulk_change_back_and_redo_brings_it_again(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    cells = gallery(page, server)
    page.keyboard.press("Control+a")
    expect(page.get_by_text("60 of 60 images")).to_be_visible()
    page.get_by_role("button", name="cat").click()
    page.keyboard.press("Control+z")
    saved(page)
    page.reload()
    redo, undo = page.get_by_role("button", name="Redo"), page.get_by_role("button", name="Undo")
    expect(redo).to_be_enabled()
    page.keyboard.press("Control+Shift+Z")
    expect(redo).to_be_disabled()
    expect(cells.nth(1)).to_have_accessible_name(re.compile("labelled cat"))
    page.keyboard.press("Control+z")
    expect(undo).to_be_disabled()
    expect(cells.nth(1)).not_to_have_accessible_name(re.compile("labelled cat"))
    saved(page)
    server.stop()
    after = kept_in(pets)
    assert after.labels == before.labels
    assert after.states == before.states
    assert len(after.history) == len(before.history) + 4


def test_a_rubber_band_picks_what_it_touches(pets: Path, serving: Serve, signed_in: Enter) -> None:
    server = serving(pets)
    page = signed_in(server)
    cells = gallery(page, server)
    first, second = cells.nth(1).bounding_box(), cells.nth(2).bounding_box()
    assert first is not None
    assert second is not None
    page.mouse.move(first["x"] + 30, first["y"] + 30)
    page.mouse.down()
    page.mouse.move(second["x"] + 30, second["y"] + second["height"] + 40, steps=6)
    page.mouse.up()
    expect(page.get_by_text("4 of 60 images")).to_be_visible()
    expect(page.locator("[role=gridcell][aria-selected=true]")).to_have_count(4)


def test_a_filter_in_the_address_survives_a_reload_and_labelled_images_stay_until_asked(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(pets)
    page = signed_in(server)
    cells = gallery(page, server)
    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="Proposed").click()
    page.get_by_role("textbox", name="Text in the path").fill("cat.")
    expect(page.get_by_text("20 images")).to_be_visible()
    assert "state=proposed" in page.url
    assert "path_contains=cat." in page.url
    page.reload()
    expect(page.get_by_text("20 images")).to_be_visible()
    expect(page.get_by_role("textbox", name="Text in the path")).to_have_value("cat.")
    cells.nth(0).click()
    page.keyboard.press("1")
    expect(cells.nth(0)).to_have_accessible_name(re.compile("labelled cat"))
    saved(page)
    page.get_by_role("button", name="1 changed").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("19 images")).to_be_visible()


def test_accepting_from_a_confidence_on_takes_exactly_the_proposals_that_the_count_told(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    with labelgraft.open(pets) as bench:
        sure = confidences(bench.project("pets"))
    meant = {image for image, share in sure.items() if share >= 0.7 and before.states[image] == "proposed"}
    assert 0 < len(meant) < len(sure)
    server = serving(pets)
    page = signed_in(server)
    gallery(page, server)
    page.get_by_role("button", name="Accept sure ones").click()
    slider = page.get_by_role("slider", name="Least confidence")
    for _ in range(25):
        slider.press("ArrowLeft")
    expect(page.get_by_text(f"{len(meant)} image")).to_be_visible()
    page.get_by_role("button", name="Try out").click()
    expect(page.get_by_text("Nothing is changed yet.")).to_contain_text(f"{len(meant)} image")
    page.get_by_role("button", name=f"Accept {len(meant)}", exact=True).click()
    saved(page)
    server.stop()
    after = kept_in(pets)
    changed = {image for image in after.states if after.states[image] != before.states[image]}
    assert changed == meant
    assert len(after.history) == len(before.history) + 1


def test_the_keyboard_alone_chooses_looks_and_labels(pets: Path, serving: Serve, signed_in: Enter) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    gallery(page, server)
    grid = page.get_by_role("grid", name="Images")
    expect(grid).to_be_focused()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(page.get_by_text("2 of 60 images")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("u")
    saved(page)
    server.stop()
    after = kept_in(pets)
    unclear = [at for at, image in enumerate(sorted(after.states)) if after.states[image] == "unclear"]
    assert unclear == [unclear[0], unclear[0] + 1]
    assert sum(after.states[i] != before.states[i] for i in after.states) == 2


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_in_the_gallery_keeps_anybody_out(
    pets: Path, serving: Serve, signed_in: Enter, dark: bool
) -> None:
    server = serving(pets)
    page = signed_in(server, dark=dark)
    cells = gallery(page, server)
    assert broken_rules(page) == []
    cells.nth(2).click()
    expect(page.get_by_text("1 of 60 images")).to_be_visible()
    assert broken_rules(page) == []
