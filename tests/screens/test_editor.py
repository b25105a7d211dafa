"""Drawing in a real browser: boxes by hand, by key and from proposals; nothing is lost, doubled or misplaced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from tests.screens import raccoons
from tests.screens.pets import copied, saved
from tests.screens.raccoons import Canvas, kept_in
from tests.screens.serving import Serving
from tests.screens.test_every_screen import broken_rules

import labelgraft

Serve = Callable[..., Serving]
Enter = Callable[..., Page]
INSTANCES = "**/api/v1/projects/1/images/*/instances"
NEAR_PX = 3.0
"""A screen pixel is at most so many of the image's in these photos."""


@pytest.fixture(scope="session")
def built_raccoons(shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight photos; the first three have proposals."""
    return raccoons.build(shared_data("raccoon"), tmp_path_factory.mktemp("raccoons"))


@pytest.fixture
def workspace(built_raccoons: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return copied(built_raccoons, tmp_path / "raccoons")


def draw(page: Page, server: Serving, query: str = "") -> Canvas:
    """Open Annotate; the first image."""
    page.goto(f"{server.base}/projects/1/annotate{query}")
    return Canvas(page)


def objects(page: Page, count: int) -> None:
    """Wait until so many instances are in the list."""
    expect(page.get_by_text(f"{count} drawn", exact=True)).to_be_visible()


def slowly(page: Page, milliseconds: int) -> list[str]:
    """Let every save take longer than a hand; the addresses that were sent to."""
    sent: list[str] = []

    def hold(route: Route) -> None:
        """On its way for a while."""
        sent.append(route.request.url)
        page.wait_for_timeout(milliseconds)
        route.continue_()

    page.route(INSTANCES, hold)
    return sent


def sizes(workspace: Path) -> dict[int, tuple[int, int]]:
    """Width and height of the images, read before a server has them."""
    with labelgraft.open(workspace) as bench:
        rows = bench.project("raccoons").images(limit=raccoons.IMAGES).rows
        return {row.image.id: (row.image.width_px, row.image.height_px) for row in rows}


def near(found: tuple[float, ...], wanted: tuple[float, float, float, float], size: tuple[int, int]) -> bool:
    """Whether a box lies where it was drawn; wanted: in fractions of the image."""
    width, height = size
    scaled = (wanted[0] * width, wanted[1] * height, wanted[2] * width, wanted[3] * height)
    return all(abs(a - b) <= NEAR_PX for a, b in zip(found, scaled, strict=True))


def test_a_box_is_drawn_moved_taken_back_done_again_given_a_class_and_is_there_after_a_reload(
    workspace: Path, serving: Serve, signed_in: Enter
) -> None:
    known = sizes(workspace)
    server = serving(workspace)
    page = signed_in(server)
    canvas = draw(page, server, "?state=new")
    canvas.drag((0.2, 0.2), (0.5, 0.5))
    objects(page, 1)
    page.keyboard.press("v")
    canvas.drag((0.35, 0.35), (0.45, 0.55))
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="1 dog")).to_be_visible()
    page.keyboard.press("q")
    saved(page)
    again = draw(page, server, f"?image={canvas.image}")
    assert again.image == canvas.image
    objects(page, 1)
    server.stop()
    after = kept_in(workspace)
    (one,) = after.drawn[canvas.image]
    assert (one.name, one.occluded) == ("dog", True)
    assert near(one.box, (0.3, 0.4, 0.6, 0.7), known[canvas.image]), one.box
    assert after.states[canvas.image] == "draft"


def test_what_is_drawn_and_deleted_at_once_is_gone_and_undo_brings_it_back(
    workspace: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(workspace)
    page = signed_in(server)
    sent = slowly(page, 400)
    canvas = draw(page, server, "?state=new")
    canvas.drag((0.2, 0.2), (0.5, 0.5))
    page.keyboard.press("Delete")
    objects(page, 0)
    canvas.drag((0.6, 0.6), (0.9, 0.9))
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    objects(page, 1)
    saved(page)
    page.unroute_all(behavior="wait")
    server.stop()
    after = kept_in(workspace)
    (one,) = after.drawn[canvas.image]
    assert one.name == "raccoon"
    assert after.revisions[canvas.image] == 5
    assert len(sent) == 3


def test_enter_accepts_what_the_slider_shows_rejects_nothing_finishes_the_image_and_goes_on(
    workspace: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(workspace)
    page = signed_in(server)
    first = draw(page, server, "?review=true")
    expect(page.get_by_text("3 proposals", exact=True)).to_be_visible()
    slider = page.get_by_role("slider", name="Least confidence of the proposals that are shown")
    slider.focus()
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("2 of 3 proposals")).to_be_visible()
    second = first.press_on("a")
    expect(page.get_by_text("2 of 3 proposals")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_text("0 of 1 proposal")).to_be_visible()
    second.press_on("Enter")
    saved(page)
    server.stop()
    after = kept_in(workspace)
    assert [after.states[each.image] for each in (first, second)] == ["labelled", "labelled"]
    assert len(after.drawn[first.image]) == 2
    assert after.open[first.image] == 1
    assert after.drawn[second.image] == []
    assert after.open[second.image] == 1


def test_a_tab_that_is_killed_in_the_middle_loses_nothing(
    workspace: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(workspace)
    page = signed_in(server)
    page.route(INSTANCES, lambda route: route.abort())
    canvas = draw(page, server, "?state=new")
    canvas.drag((0.1, 0.1), (0.3, 0.3))
    canvas.drag((0.6, 0.6), (0.9, 0.9))
    page.keyboard.press("2")
    other = canvas.press_on("Enter")
    other.drag((0.2, 0.2), (0.4, 0.4))
    objects(page, 1)
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto(f"{server.base}/projects/1/gallery")
    saved(again)
    server.stop()
    after = kept_in(workspace)
    assert sorted(one.name for one in after.drawn[canvas.image]) == ["dog", "raccoon"]
    assert after.states[canvas.image] == "labelled"
    assert [one.name for one in after.drawn[other.image]] == ["dog"]  # the class stays chosen
    assert after.revisions[canvas.image] == 4


def test_fast_hands_never_draw_on_another_image(workspace: Path, serving: Serve, signed_in: Enter) -> None:
    before = kept_in(workspace)
    known = sizes(workspace)
    server = serving(workspace)
    page = signed_in(server)
    slowly(page, 150)
    canvas = draw(page, server, "?state=new")
    drawn: dict[int, float] = {}
    for turn in range(4):
        left = 0.1 + 0.1 * turn
        canvas.drag((left, 0.2), (left + 0.3, 0.6))
        page.keyboard.press("ArrowRight")  # nudged by a pixel, and at once away
        drawn[canvas.image] = left
        canvas = canvas.press_on("d")
    saved(page)
    page.unroute_all(behavior="wait")
    server.stop()
    after = kept_in(workspace)
    assert len(drawn) == 4
    for image, boxes in after.drawn.items():
        if image not in drawn:
            assert boxes == before.drawn[image]
            continue
        (one,) = boxes
        assert near(one.box, (drawn[image], 0.2, drawn[image] + 0.3, 0.6), known[image]), (image, one.box)


def test_what_another_tab_changed_meanwhile_is_decided_by_the_person(
    workspace: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(workspace)
    page = signed_in(server)
    page.route("**/api/v1/events", lambda route: route.abort())
    canvas = draw(page, server, "?state=new")
    answered = page.evaluate(
        """async (image) => (await fetch(`/api/v1/projects/1/images/${image}/instances`, {method: "POST",
           headers: {"Content-Type": "application/json"},
           body: JSON.stringify({new: [{class_id: 2, shape: {kind: "box", box: [1, 1, 30, 30]}}]})})).status""",
        canvas.image,
    )
    assert answered == 200
    canvas.drag((0.6, 0.6), (0.9, 0.9))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 dog")).to_be_visible()
    dialog.get_by_role("button", name="Put mine in place").click()
    expect(dialog).to_be_hidden()
    objects(page, 2)
    page.unroute_all()  # the events come again
    saved(page)
    server.stop()
    assert sorted(one.name for one in kept_in(workspace).drawn[canvas.image]) == ["dog", "raccoon"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_in_drawing_keeps_anybody_out(
    workspace: Path, serving: Serve, signed_in: Enter, dark: bool
) -> None:
    server = serving(workspace)
    page = signed_in(server, dark=dark)
    canvas = draw(page, server, "?review=true")
    assert broken_rules(page) == []
    page.keyboard.press("r")
    canvas.drag((0.2, 0.5), (0.5, 0.9))
    objects(page, 1)
    assert broken_rules(page) == []


def test_the_gallery_shows_what_is_proposed_and_what_became_of_it(
    workspace: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(workspace)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/gallery")
    cells = page.get_by_role("gridcell")
    expect(cells).to_have_count(raccoons.IMAGES)
    expect(page.locator("path[data-proposed=true]")).to_have_count(3 * raccoons.PROPOSED)
    cells.first.click()
    page.get_by_role("button", name="Accept", exact=False).last.click()
    expect(cells.first.locator("path[data-proposed=false]")).to_have_count(3)
    expect(page.locator("path[data-proposed=true]")).to_have_count(3 * (raccoons.PROPOSED - 1))
