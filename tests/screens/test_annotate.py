"""Annotate in a real browser: fast hands, slow networks, killed tabs and servers; nothing is lost, doubled or misplaced."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect
from tests.screens.pets import Kept, image_on_screen, kept_in, press_on, saved
from tests.screens.serving import Serving
from tests.screens.test_every_screen import broken_rules

Serve = Callable[..., Serving]
Enter = Callable[..., Page]
OPERATIONS = "**/api/v1/projects/1/operations"
NAMES = {"1": "cat", "2": "dog"}


def annotate(page: Page, server: Serving, query: str = "") -> int:
    """Open Annotate; the first image."""
    page.goto(f"{server.base}/projects/1/annotate{query}")
    return image_on_screen(page)


def label(page: Page, keys: str) -> dict[int, str]:
    """Give a class to one image after the other; which class each got."""
    given: dict[int, str] = {}
    image = image_on_screen(page)
    for key in keys:
        given[image] = NAMES[key]
        image = press_on(page, image, key)
    return given


def assert_exactly(given: dict[int, str], before: Kept, after: Kept) -> None:
    """These labels came, each by one operation, and nothing else changed."""
    for image, was in before.labels.items():
        wanted = (given[image],) if image in given else was
        assert after.labels[image] == wanted, image
        assert after.revisions[image] == before.revisions[image] + (image in given), image
    assert len(after.history) == len(before.history) + len(given)


def test_twenty_images_by_keys_faster_than_they_are_saved_are_exactly_in_the_database(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)

    def slowly(route: Route) -> None:
        """A save that takes longer than a decision."""
        page.wait_for_timeout(250)
        route.continue_()

    page.route(OPERATIONS, slowly)
    annotate(page, server)
    given = label(page, "12" * 10)
    page.unroute_all(behavior="wait")
    assert len(given) == 20
    expect(page.get_by_text("20 decided in this sitting")).to_be_visible()
    saved(page)
    server.stop()
    assert_exactly(given, before, kept_in(pets))


def test_undo_goes_back_to_the_image_that_it_concerns(pets: Path, serving: Serve, signed_in: Enter) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    annotate(page, server)
    given = label(page, "1212")
    images = list(given)
    for image in (images[3], images[2]):
        page.keyboard.press("Control+z")
        page.locator(f"[data-image='{image}'][aria-busy=false]").wait_for()
    page.keyboard.press("Control+y")
    page.locator(f"[data-image='{images[2]}']").wait_for()
    saved(page)
    server.stop()
    after = kept_in(pets)
    assert after.labels[images[3]] == before.labels[images[3]]
    assert {image: after.labels[image] for image in images[:3]} == {
        image: (given[image],) for image in images[:3]
    }


def test_reviewing_accepts_rejects_and_skips_with_one_key_each(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    first = annotate(page, server, "?review=true")
    second = press_on(page, first, "a")
    third = press_on(page, second, "x")
    fourth = press_on(page, third, " ")
    press_on(page, fourth, "u")
    saved(page)
    server.stop()
    after = kept_in(pets)
    images = (first, second, third, fourth)
    assert [after.states[image] for image in images] == ["labelled", "new", "skipped", "unclear"]
    assert all(after.labels[image] == before.labels[image] for image in before.labels if image not in images)


def test_what_is_labelled_without_a_network_is_sent_when_it_is_back(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    annotate(page, server)
    given = label(page, "12")
    saved(page)
    page.context.set_offline(True)
    # Only pictures that are there already can be decided on without a network.
    image = image_on_screen(page)
    for key in "121":
        given[image] = NAMES[key]
        image = press_on(page, image, key)
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    page.context.set_offline(False)
    saved(page)
    server.stop()
    assert_exactly(given, before, kept_in(pets))


def test_a_tab_that_is_killed_loses_nothing(pets: Path, serving: Serve, signed_in: Enter) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    page.route(OPERATIONS, lambda route: route.abort())
    annotate(page, server)
    given = label(page, "112211")
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto(f"{server.base}/projects/1/gallery")
    saved(again)
    server.stop()
    assert_exactly(given, before, kept_in(pets))


def test_a_server_that_is_killed_while_labels_come_in_gets_them_all_once(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    annotate(page, server)
    given = label(page, "12")
    server.kill()
    given |= label(page, "21")
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    server.start()
    saved(page)
    server.stop()
    assert_exactly(given, before, kept_in(pets))


def test_an_answer_that_is_lost_after_the_commit_doubles_nothing(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    lost: list[str] = []

    def lose(route: Route) -> None:
        """The server does it, the browser never hears of it; the second time it does."""
        key = route.request.headers["idempotency-key"]
        if key in lost:
            route.continue_()
        else:
            lost.append(key)
            route.fetch()
            route.abort()

    page.route(OPERATIONS, lose)
    annotate(page, server)
    given = label(page, "121")
    saved(page)
    server.stop()
    assert len(lost) == 3
    assert_exactly(given, before, kept_in(pets))


def test_the_same_gesture_sent_again_does_nothing_more(pets: Path, serving: Serve, signed_in: Enter) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    sent: list[tuple[str, Any]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/operations"):
            sent.append((request.headers["idempotency-key"], request.post_data_json))

    page.on("request", note)
    annotate(page, server)
    given = label(page, "2")
    saved(page)
    (key, body), *others = sent
    assert others == []
    for _ in range(2):
        status = page.evaluate(
            """async ([key, body]) => (await fetch("/api/v1/projects/1/operations", {method: "POST", body,
               headers: {"Content-Type": "application/json", "Idempotency-Key": key}})).status""",
            [key, json.dumps(body)],
        )
        assert status == 200
    server.stop()
    assert_exactly(given, before, kept_in(pets))


def test_keys_pressed_before_the_picture_is_there_decide_nothing(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    held: list[Route] = []
    free = False
    page.route("**/large.webp*", lambda route: route.continue_() if free else held.append(route))
    page.goto(f"{server.base}/projects/1/annotate")
    page.locator("[data-image][aria-busy=true]").wait_for()
    expect(page.get_by_role("region", name="Class").get_by_role("button")).to_have_count(2)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("nothing was decided")).to_be_visible()
    free = True
    for route in held:
        route.continue_()
    given = label(page, "1")
    saved(page)
    server.stop()
    assert_exactly(given, before, kept_in(pets))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_in_annotate_keeps_anybody_out(
    pets: Path, serving: Serve, signed_in: Enter, dark: bool
) -> None:
    server = serving(pets)
    page = signed_in(server, dark=dark)
    annotate(page, server)
    assert broken_rules(page) == []
    label(page, "1")
    page.keyboard.press("ArrowLeft")
    image_on_screen(page)
    assert broken_rules(page) == []
