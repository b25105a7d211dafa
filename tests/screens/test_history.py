"""The history in a real browser: look back, take back, and know what that overrides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.screens.pets import Kept, kept_in, saved
from tests.screens.serving import Serving
from tests.screens.test_every_screen import broken_rules

import labelgraft

Serve = Callable[..., Serving]
Enter = Callable[..., Page]


def open_history(page: Page, server: Serving) -> None:
    page.goto(f"{server.base}/projects/1/history")
    page.get_by_role("listitem").first.wait_for()


def with_two_labellings(workspace: Path) -> tuple[Kept, list[int]]:
    """Four images labelled cat, then two of them dog; what was before, and the four."""
    before = kept_in(workspace)
    free = [image for image, names in before.labels.items() if not names][:4]
    with labelgraft.open(workspace) as bench:
        project = bench.project("pets")
        project.label(free, "cat")
        project.label(free[2:], "dog")
    return before, free


def test_a_revert_tells_what_it_overrides_restores_the_labels_and_is_itself_undone(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before, free = with_two_labellings(pets)
    between = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    open_history(page, server)
    first = page.get_by_role("article", name="4 images labelled cat", exact=True)
    expect(first.get_by_role("img")).to_have_count(0)  # pictures have no words of their own, their links have
    expect(first.get_by_role("link")).to_have_count(4)
    page.get_by_role("button", name="Revert: 4 images labelled cat", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("A later operation is overridden")
    expect(dialog).to_contain_text("2 images labelled dog")
    expect(dialog).to_contain_text("on 2 images")
    assert broken_rules(page) == []
    dialog.get_by_role("button", name="Revert on 4 images").click()
    expect(first.get_by_text("Reverted")).to_be_visible()
    saved(page)
    page.get_by_role("status", name="Messages").get_by_role("button", name="Undo").click()
    expect(first.get_by_text("Reverted")).to_be_hidden()
    saved(page)
    page.get_by_role("banner").get_by_role("button", name="Redo").click()
    expect(first.get_by_text("Reverted")).to_be_visible()
    saved(page)
    server.stop()
    after = kept_in(pets)
    assert {image: between.labels[image] for image in free} == dict.fromkeys(
        free[:2], ("cat",)
    ) | dict.fromkeys(free[2:], ("dog",))
    assert (after.labels, after.states) == (before.labels, before.states)
    assert after.history[: len(after.history) - len(between.history)] == [
        "Took back: 4 images labelled cat",
        "Did again: 4 images labelled cat",
        "Took back: 4 images labelled cat",
    ]


def test_a_long_history_is_read_to_its_beginning_and_narrowed_to_one_cause(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    with labelgraft.open(pets) as bench:
        project = bench.project("pets")
        free = list(project.paths())[:1]
        for turn in range(140):
            project.label(free, "cat" if turn % 2 else "dog")
        project.add_class("bird")
    server = serving(pets)
    page = signed_in(server)
    open_history(page, server)
    end = page.get_by_text("The beginning of this project")
    for _ in range(20):
        page.get_by_role("region", name="Operations").evaluate("list => list.scrollTo(0, list.scrollHeight)")
        page.wait_for_timeout(150)
        if end.is_visible():
            break
    expect(end).to_be_visible()
    assert page.get_by_role("listitem").count() < 60
    page.get_by_role("combobox", name="What brought it about").click()
    page.get_by_role("option", name="Classes").click()
    expect(page.get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_role("listitem")).to_contain_text("Added class bird")
    assert "cause=classes" in page.url
