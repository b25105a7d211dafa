"""Projects in a real browser: the first run, a new project in one dialog, uploads, what is there already, an end."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from tests.screens.serving import Serving
from tests.screens.test_every_screen import broken_rules

import labelgraft

Serve = Callable[..., Serving]
Enter = Callable[..., Page]
COUNT = 24


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Painted pictures in two folders, a copy of one, and files that are no pictures."""
    folder = tmp_path / "photos"
    for kind, hue in (("red", 0), ("blue", 160)):
        (folder / kind).mkdir(parents=True)
        for number in range(COUNT // 2):
            picture = Image.new("HSV", (80, 60), (hue + number, 200, 220))
            picture.convert("RGB").save(folder / kind / f"{kind} {number}.png")
    shutil.copy(folder / "red" / "red 0.png", folder / "red" / "copy.png")
    (folder / "notes.txt").write_text("no picture")
    (folder / ".DS_Store").write_bytes(b"hidden")
    return folder


def begin(page: Page, name: str) -> None:
    """Open the dialog from the first run and fill in what needs no images."""
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name", exact=True).fill(name)
    classes = page.get_by_role("combobox", name="Classes")
    classes.click()
    classes.press_sequentially("red,blue,")
    # The histogram of colours needs no network, which takes seconds to load.
    page.get_by_role("combobox", name="Backbone").click()
    page.get_by_role("option", name="color-histogram").click()


def create(page: Page) -> None:
    """Create the project; its gallery opens."""
    page.get_by_role("button", name="Create project").click()
    expect(page).to_have_url(re.compile("/gallery$"))


def paths_in(workspace: Path, name: str) -> set[str]:
    """Names of the image files of a project that no server has open."""
    with labelgraft.open(workspace) as bench:
        return {Path(path).name for path in bench.project(name).paths().values()}


def pictures_of(folder: Path) -> set[str]:
    """Names of the pictures, the copy left out: the same pixels are one image, under the name that comes first."""
    return {path.name for path in folder.rglob("*.png")} - {"red 0.png"}


def imported(page: Page) -> None:
    """Wait for the end of the import."""
    expect(page.get_by_text(re.compile(r"^Finished: ([\d,]+|no) images? added"))).to_be_visible(
        timeout=60_000
    )


def test_a_folder_of_the_machine_becomes_a_project_whose_gallery_fills(
    photos: Path, tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(tmp_path / "workspace", root=photos)
    page = signed_in(server)
    expect(page.get_by_role("heading", name="Label your images in groups")).to_be_visible()
    begin(page, "colours")
    page.get_by_role("button", name="photos").first.click()
    expect(page.get_by_text("This folder")).to_be_visible()
    create(page)
    imported(page)
    page.get_by_role("link", name="Labelgraft, all projects").click()
    expect(page.get_by_role("link", name="colours")).to_contain_text(f"0 of {COUNT} images labelled")
    server.stop()
    assert len(paths_in(tmp_path / "workspace", "colours")) == COUNT


def test_an_uploaded_folder_arrives_whole_although_the_network_breaks_in_between(
    photos: Path, tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(tmp_path / "workspace", root=tmp_path)
    page = signed_in(server)
    broken = 0

    def now_and_then(route: Route) -> None:
        nonlocal broken
        broken += 1
        if broken % 3 == 0:
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/uploads/*/files/*", now_and_then)
    begin(page, "uploaded")
    page.get_by_text("Upload", exact=True).click()
    page.get_by_test_id("folder-input").set_input_files(photos)
    expect(page.get_by_text(f"{COUNT + 1} images,", exact=False)).to_be_visible()
    create(page)
    imported(page)
    server.stop()
    assert paths_in(tmp_path / "workspace", "uploaded") in (
        pictures_of(photos),
        pictures_of(photos) - {"copy.png"} | {"red 0.png"},
    )


def test_a_zip_and_a_photo_beside_it_are_uploaded_together_and_imported_each_by_itself(
    photos: Path, tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "colours"), "zip", photos))
    alone = tmp_path / "alone.png"
    Image.new("RGB", (60, 40), (1, 2, 3)).save(alone)
    server = serving(tmp_path / "workspace", root=tmp_path)
    page = signed_in(server)
    begin(page, "zipped")
    page.get_by_text("Upload", exact=True).click()
    page.get_by_test_id("file-input").set_input_files([archive, alone])
    expect(page.get_by_text("1 image and 1 zip archive,", exact=False)).to_be_visible()
    create(page)
    imported(page)
    expect(page.get_by_text(f"{COUNT + 1} images", exact=False).first).to_be_visible(timeout=60_000)
    server.stop()
    assert len(paths_in(tmp_path / "workspace", "zipped")) == COUNT + 1


def test_labels_that_come_with_the_images_are_found_and_told_before_anything_is_done(
    photos: Path, tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        bench.new_project("colours", classes=["red", "blue"], backbone="color-histogram")
    server = serving(tmp_path / "workspace", root=photos)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1")
    page.get_by_test_id("next").click()
    page.get_by_role("button", name="photos").first.click()
    page.get_by_label("These images have labels already").check()
    expect(page.get_by_text("Labels: blue 12, red 13.", exact=False)).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Add images").click()
    imported(page)
    server.stop()
    with labelgraft.open(tmp_path / "workspace") as bench:
        assert bench.project("colours").status().per_class == {"red": 12, "blue": 12}


def test_a_name_that_is_taken_is_said_at_the_name_and_a_project_goes_only_when_its_name_is_typed(
    tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        bench.new_project("pets")
    server = serving(tmp_path / "workspace", root=tmp_path)
    page = signed_in(server)
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name", exact=True).fill("pets")
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="More about pets").click()
    page.get_by_role("menuitem", name="Delete").click()
    delete = page.get_by_role("button", name="Delete project")
    expect(delete).to_be_disabled()
    page.get_by_label("Type pets to go on").fill("pets")
    delete.click()
    expect(page.get_by_role("heading", name="Label your images in groups")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_in_the_new_project_dialog_keeps_anybody_out(
    dark: bool, tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    page = signed_in(serving(tmp_path / "workspace", root=tmp_path), dark=dark)
    expect(page.get_by_role("button", name="New project")).to_be_visible()
    assert broken_rules(page) == []
    page.get_by_role("button", name="New project").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.wait_for_timeout(300)
    assert broken_rules(page) == []
