"""Two tabs on one project: they keep in step, and where they cannot, the person chooses."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from tests.screens.pets import image_on_screen, kept_in, press_on, saved
from tests.screens.serving import Serving

Serve = Callable[..., Serving]
Enter = Callable[..., Page]
API = "**/api/v1/**"


def cut(route: Route) -> None:
    """A network that is not there."""
    route.abort("internetdisconnected")


def test_what_one_tab_labels_the_other_shows_without_being_asked(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(pets)
    one = signed_in(server)
    two = one.context.new_page()
    two.goto(f"{server.base}/projects/1")
    expect(two.get_by_text("Labelled 20", exact=False)).to_be_visible()
    one.goto(f"{server.base}/projects/1/annotate")
    press_on(one, image_on_screen(one), "1")
    expect(two.get_by_text("Labelled 21", exact=False)).to_be_visible()


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [("Keep what is there", "dog"), ("Put mine in place", "cat")],
    ids=["theirs", "mine"],
)
def test_an_image_that_was_changed_elsewhere_meanwhile_asks_which_label_to_keep(
    choice: str, wanted: str, pets: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(pets)
    one = signed_in(server)
    one.goto(f"{server.base}/projects/1/annotate")
    image = image_on_screen(one)
    one.route(API, cut)
    dog = {"kind": "label", "class_id": 2, "selector": {"images": [image]}}
    assert one.request.post(f"{server.base}/api/v1/projects/1/operations", data=dog).ok
    one.keyboard.press("1")
    expect(one.get_by_text("1 kept here", exact=False)).to_be_visible()
    one.unroute(API)
    dialog = one.get_by_role("dialog", name="This image was changed elsewhere meanwhile")
    expect(dialog).to_contain_text("There now")
    expect(dialog).to_contain_text("dog")
    dialog.get_by_role("button", name=choice).click()
    expect(dialog).to_be_hidden()
    saved(one)
    server.stop()
    assert kept_in(pets).labels[image] == (wanted,)


def test_undo_still_knows_what_was_done_before_the_page_was_loaded_anew(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/annotate")
    press_on(page, image_on_screen(page), "1")
    saved(page)
    page.reload()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_have_attribute("aria-disabled", "false")
    undo.click()
    expect(undo).to_have_attribute("aria-disabled", "true")
    saved(page)
    server.stop()
    assert kept_in(pets).labels == before.labels


def test_a_browser_that_was_signed_out_keeps_its_labels_until_it_is_back(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(pets)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/annotate")
    image = image_on_screen(page)
    server.kill()
    (pets / "sessions.json").unlink()
    server.start()
    page.keyboard.press("1")
    expect(page.get_by_role("alert").filter(has_text="does not know this browser any more")).to_be_visible()
    again = page.context.new_page()
    again.goto(server.start_url)
    expect(page.get_by_text(re.compile("^Saved$"))).to_be_visible()
    server.stop()
    assert kept_in(pets).labels[image] == ("cat",)
