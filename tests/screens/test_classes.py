"""Classes in a real browser: told before it is done, and taken back after."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.screens.pets import image_on_screen, kept_in, press_on, saved
from tests.screens.serving import Serving
from tests.screens.test_every_screen import broken_rules

import labelgraft

Serve = Callable[..., Serving]
Enter = Callable[..., Page]


def open_classes(page: Page, server: Serving) -> None:
    page.goto(f"{server.base}/projects/1/classes")
    page.get_by_role("row").nth(1).wait_for()


def names_in(workspace: Path) -> list[str]:
    with labelgraft.open(workspace) as bench:
        return [each.name for each in bench.project("pets").classes()]


def told(page: Page, fact: str) -> int:
    """A number of the preview."""
    row = page.get_by_role("dialog").locator(f"dt:has-text('{fact}') + dd")
    return int(row.inner_text().replace(",", ""))


def test_a_merge_does_what_its_preview_told_and_undo_brings_the_class_back(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    before = kept_in(pets)
    server = serving(pets)
    page = signed_in(server)
    open_classes(page, server)
    page.get_by_role("button", name="More about dog").click()
    page.get_by_role("menuitem", name="Merge into another").click()
    page.get_by_role("combobox", name="Its labels become").click()
    page.get_by_role("option", name="cat").click()
    become, touched = told(page, "Labels that become cat"), told(page, "Images touched")
    assert broken_rules(page) == []
    page.get_by_role("button", name="Merge into cat").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("row", name="dog")).to_be_hidden()
    server.stop()
    after = kept_in(pets)
    changed = [image for image in before.labels if before.labels[image] != after.labels[image]]
    assert {before.labels[image] for image in changed} == {("dog",)}
    assert {after.labels[image] for image in changed} == {("cat",)}
    assert len(changed) == become
    assert sum(before.revisions[image] != after.revisions[image] for image in before.labels) == touched
    server.start()
    page.goto(server.start_url)
    page.goto(f"{server.base}/projects/1/history")
    page.get_by_role("button", name="Revert: Merged class dog into cat").click()
    page.get_by_role("dialog").get_by_role("button", name="Revert").click()
    expect(page.get_by_role("article", name="Took back: Merged")).to_be_visible()
    saved(page)
    server.stop()
    assert (names_in(pets), kept_in(pets).labels) == (["cat", "dog"], before.labels)


def test_a_pasted_list_is_added_renamed_recoloured_and_put_in_order_by_hand_and_by_key(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(pets)
    page = signed_in(server)
    open_classes(page, server)
    page.get_by_role("button", name="Add classes").click()
    page.get_by_role("textbox", name="Names").fill("bird\ncat\n\nfish\nant")
    expect(page.get_by_role("dialog")).to_contain_text("Already there, left as they are: cat")
    page.get_by_role("button", name="Add 3 classes").click()
    expect(page.get_by_role("row", name="ant")).to_be_visible()
    page.get_by_role("button", name="bird: rename").click()
    expect(page.get_by_role("textbox", name="Name of bird")).to_be_focused()
    page.keyboard.type("cat")
    expect(page.get_by_text("There is a class cat already.")).to_be_visible()
    page.get_by_role("textbox", name="Name of bird").fill("wren")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="wren")).to_be_visible()
    page.get_by_role("button", name="Key 2 of dog").click()
    expect(page.get_by_role("textbox", name="Key of dog")).to_be_focused()
    page.keyboard.type("1")
    expect(page.get_by_text("1 belongs to cat.")).to_be_visible()
    page.keyboard.type("d")
    expect(page.get_by_text('D is "Next image" on Annotate.')).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("button", name="Save")).to_be_disabled()
    page.keyboard.type("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Key K of dog")).to_be_visible()
    page.get_by_role("button", name="Colour of fish").click()
    page.get_by_role("textbox", name="Any colour").fill("#123456")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Colour of fish, #123456")).to_be_visible()
    page.get_by_role("button", name="Move ant").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("ant is number 3 of 5")).to_be_attached()
    expect(
        page.get_by_role("status", name="Messages").get_by_text("Classes in another order")
    ).to_be_visible()
    grip, target = page.get_by_role("button", name="Move cat"), page.get_by_role("row", name="fish")
    from_box, to_box = grip.bounding_box(), target.bounding_box()
    assert from_box is not None
    assert to_box is not None
    page.mouse.move(from_box["x"] + 10, from_box["y"] + 10)
    page.mouse.down()
    page.mouse.move(from_box["x"] + 10, to_box["y"] + 20, steps=8)
    page.mouse.up()
    expect(
        page.get_by_role("status", name="Messages").get_by_text("dog, ant, wren, fish, cat")
    ).to_be_visible()
    server.stop()
    with labelgraft.open(pets) as bench:
        kept = bench.project("pets").classes()
    assert [each.name for each in kept] == ["dog", "ant", "wren", "fish", "cat"]
    assert {each.name: each.colour for each in kept}["fish"] == "#123456"
    assert {each.name: each.key for each in kept}["dog"] == "k"


def test_a_class_answers_to_its_own_key_and_the_others_to_free_digits_on_every_screen(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    with labelgraft.open(pets) as bench:
        project = bench.project("pets")
        cat, dog = project.classes()
        project.change_class(dog.id, key=None)
        project.change_class(cat.id, key="k")
    server = serving(pets)
    page = signed_in(server)
    open_classes(page, server)
    expect(page.get_by_role("button", name="Key K of cat")).to_be_visible()
    expect(page.get_by_role("button", name="Key 1 of dog")).to_be_visible()
    page.goto(f"{server.base}/projects/1/gallery")
    cells = page.get_by_role("gridcell")
    for at, (key, name) in enumerate([("k", "cat"), ("1", "dog")]):
        cells.nth(at).click()
        expect(
            page.get_by_role("toolbar", name="Chosen images").get_by_role("button", name=name)
        ).to_contain_text(key.upper())
        page.keyboard.press(key)
        expect(cells.nth(at)).to_have_accessible_name(re.compile(f"labelled {name}"))
    page.goto(f"{server.base}/projects/1/annotate")
    images = [image_on_screen(page)]
    images.append(press_on(page, images[0], "k"))
    press_on(page, images[1], "1")
    saved(page)
    server.stop()
    kept = kept_in(pets).labels
    assert [kept[image] for image in images] == [("cat",), ("dog",)]


def test_a_thousand_classes_are_listed_searched_and_deleted(
    pets: Path, serving: Serve, signed_in: Enter
) -> None:
    with labelgraft.open(pets) as bench:
        bench.project("pets").add_classes([f"kind {number:04}" for number in range(1000)])
    server = serving(pets)
    page = signed_in(server)
    open_classes(page, server)
    expect(page.get_by_text("1,002 classes")).to_be_visible()
    assert page.get_by_role("row").count() < 60
    page.get_by_role("textbox", name="Search classes").fill("0999")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="More about kind 0999").click()
    page.get_by_role("menuitem", name="Delete").click()
    assert told(page, "Labels taken away") == 0
    page.get_by_role("button", name="Delete class").click()
    expect(page.get_by_text("No class of that name")).to_be_visible()
    page.get_by_role("status", name="Messages").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row", name="kind 0999")).to_be_visible()
    saved(page)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_on_the_screen_of_classes_keeps_anybody_out(
    pets: Path, serving: Serve, signed_in: Enter, dark: bool
) -> None:
    server = serving(pets)
    page = signed_in(server, dark=dark)
    open_classes(page, server)
    assert broken_rules(page) == []
    for opener in ("Colour of cat", "Key 1 of cat", "cat: rename", "More about cat"):
        page.get_by_role("button", name=opener).click()
        page.wait_for_timeout(300)
        assert broken_rules(page) == [], opener
        page.keyboard.press("Escape")
