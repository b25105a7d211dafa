"""The overview in a real browser: one sentence, one button, and the figures behind them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.screens.pets import saved
from tests.screens.serving import Serving

import labelgraft

Serve = Callable[..., Serving]
Enter = Callable[..., Page]


def test_the_button_does_what_the_sentence_says_and_the_next_sentence_follows(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    with labelgraft.open(pets) as bench:
        wanted = bench.project("pets").overview().next
    server = serving(pets)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1")
    expect(page.get_by_text(wanted.sentence)).to_be_visible()
    expect(page.get_by_test_id("next")).to_have_text(wanted.button)
    page.get_by_test_id("next").click()
    if wanted.kind.value == "accept":
        saved(page)
        expect(page.get_by_text(wanted.sentence)).to_be_hidden()
    else:
        expect(page).to_have_url(re.compile("/(annotate|map|models)"))


def test_the_figures_are_those_of_the_database_and_lead_to_their_images(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(pets)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1")
    expect(page.get_by_role("heading", name="60 images")).to_be_visible()
    expect(page.get_by_text("Labelled 20", exact=False)).to_be_visible()
    expect(page.get_by_role("region", name="Classes").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("region", name="Classes").get_by_role("link", name="cat").click()
    expect(page).to_have_url(re.compile(r"/gallery\?class_id=1"))
