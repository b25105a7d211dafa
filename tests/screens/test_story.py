"""The whole story through the screens alone, on a thousand real photos: from a folder to exported labels."""

from __future__ import annotations

import csv
import io
import math
import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.screens.serving import Serving

import labelgraft

PATIENT_MS = 240_000
"""For what computes: import, map, training on a busy machine."""
KEYS = {"cat": "1", "dog": "2"}
FROM_QUEUE = 50


@dataclass
class Person:
    """Somebody who knows cats from dogs and has nothing but the screens."""

    page: Page
    pictures: Path | None
    seen: list[str] = field(default_factory=list)

    def look(self, name: str) -> None:
        """Keeps pictures of the screen, light and dark, where the environment says so."""
        self.seen.append(name)
        if self.pictures is None:
            return
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.page.wait_for_timeout(400)
            self.page.screenshot(path=self.pictures / f"{len(self.seen):02d}-{name}-{scheme}.png")
        self.page.emulate_media(color_scheme="light")

    def go(self, screen: str) -> None:
        self.page.get_by_role("link", name=screen, exact=True).click()

    def tray(self) -> Locator:
        return self.page.get_by_role("complementary", name="Selection")


def kind_of(file_name: str) -> str:
    """What a person sees in the picture."""
    return Path(file_name).name.split(".")[0]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_person_labels_a_thousand_photos_through_the_screens_and_at_least_98_percent_are_right(
    tmp_path: Path,
    shared_data: Callable[[str], Path],
    serving: Callable[..., Serving],
    signed_in: Callable[..., Page],
) -> None:
    photos = shared_data("catsdogs") / "images"
    with labelgraft.open(tmp_path / "workspace", create=True):
        pass
    kept = os.environ.get("LABELGRAFT_SCREENSHOTS")
    pictures = Path(kept) if kept else None
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    person = Person(signed_in(serving(tmp_path / "workspace", root=photos)), pictures)
    begin_a_project(person)
    label_by_lasso(person)
    label_from_the_queue(person, FROM_QUEUE)
    train(person)
    lay_out_again(person)
    propose(person)
    accept_by_threshold(person)
    accept_an_island(person)
    review_the_rest(person)
    labels = exported(person)
    right = sum(kind_of(path) == name for path, name in labels.items())
    assert all(labels.values())
    assert right / 1000 >= 0.98, f"{right} of {len(labels)} exported labels are right"


def begin_a_project(person: Person) -> None:
    page = person.page
    person.look("first")
    page.get_by_role("button", name="New project").first.click()
    dialog = page.get_by_role("dialog", name="New project")
    dialog.get_by_role("button", name="images 1,000 images").click()
    dialog.get_by_role("textbox", name="Name").fill("pets")
    dialog.get_by_role("combobox", name="Classes").press_sequentially("cat,dog,")
    person.look("new-project")
    dialog.get_by_role("button", name="Create project").click()
    page.wait_for_url("**/gallery")
    expect(page.get_by_role("gridcell").first).to_be_visible(timeout=PATIENT_MS)
    person.look("gallery-fills")
    person.go("Map")
    expect(page.get_by_role("button", name="New round")).to_be_visible(timeout=PATIENT_MS)


def islands(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Select island"))


def label_by_lasso(person: Person) -> None:
    """A small lasso on each island; what does not belong is thrown out by its picture."""
    page = person.page
    expect(islands(page).first).to_be_visible()
    places = [each.bounding_box() for each in islands(page).all()]
    for number, place in enumerate(places):
        assert place is not None
        draw_round(page, place["x"] + place["width"] / 2, place["y"] + place["height"] / 2, radius=36)
        common = throw_out_the_odd_ones(person)
        if number == 0:
            person.look("lasso")
        page.keyboard.press(KEYS[common])
        page.keyboard.press("Escape")
    saved(page)


def throw_out_the_odd_ones(person: Person) -> str:
    """Clicks the pictures of the tray that are not of its commonest kind; gives that kind."""
    names = names_in_tray(person)
    common = Counter(map(kind_of, names)).most_common(1)[0][0]
    for name in names:
        if kind_of(name) != common:
            person.tray().get_by_role("button", name=name, exact=True).click()
    return common


def names_in_tray(person: Person) -> list[str]:
    """The pictures of the selection that are seen without scrolling, once the odd ones stand first."""
    thumbs = person.tray().get_by_role("group", name="Selected images").get_by_role("button")
    names: list[str] = []
    for _ in range(60):
        before, names = names, [each.get_attribute("aria-label") or "" for each in thumbs.all()]
        if names and names == before and all(re.match(r"(cat|dog)\.", name) for name in names):
            return names
        person.page.wait_for_timeout(400)
    raise AssertionError(f"the tray does not come to rest: {names}")


def draw_round(page: Page, x: float, y: float, *, radius: float) -> None:
    page.keyboard.press("l")
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for step in range(1, 25):
        angle = step / 24 * 2 * math.pi
        page.mouse.move(x + radius * math.cos(angle), y + radius * math.sin(angle))
    page.mouse.up()


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def shown_name(page: Page) -> Locator:
    """The file name above the image."""
    return page.get_by_text(re.compile(r"^(cat|dog)\.\d+\.jpg$"))


def label_from_the_queue(person: Person, count: int) -> None:
    page = person.page
    person.go("Annotate")
    for number in range(count):
        expect(page.get_by_text(f"{number} decided in this sitting")).to_be_visible()
        if number == 3:
            person.look("annotate")
        decide(page)
    expect(page.get_by_text(f"{count} decided in this sitting")).to_be_visible()
    saved(page)


def decide(page: Page) -> None:
    """Gives the image that is shown its class; a key before the picture is there decides nothing, so it comes again."""
    name = shown_name(page).first.inner_text()
    for _ in range(50):
        page.keyboard.press(KEYS[kind_of(name)])
        page.wait_for_timeout(60)
        if shown_name(page).count() == 0 or shown_name(page).first.inner_text() != name:
            return
    raise AssertionError(f"{name} stays on the screen")


def train(person: Person) -> None:
    page = person.page
    person.go("Models")
    page.get_by_role("button", name="New model").first.click()
    dialog = page.get_by_role("dialog", name="New model")
    person.look("new-model")
    dialog.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Propose classes")).to_be_visible(timeout=PATIENT_MS)
    person.look("model")


def lay_out_again(person: Person) -> None:
    page = person.page
    person.go("Map")
    page.get_by_role("button", name="New round").click()
    page.get_by_role("menuitem", name="From the model in use, keeping places").click()
    expect(page.get_by_text(re.compile("^Round 2"))).to_be_visible(timeout=PATIENT_MS)


def propose(person: Person) -> None:
    page = person.page
    person.go("Models")
    page.get_by_role("button", name="Propose classes").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(12, timeout=PATIENT_MS)
    person.look("try-on-twelve")
    dialog.get_by_role("button", name="Propose for all images").click()
    person.go("Overview")
    expect(page.get_by_role("button", name=re.compile("^Accept .* sure"))).to_be_visible(timeout=PATIENT_MS)
    person.look("overview")


def accept_an_island(person: Person) -> None:
    page = person.page
    person.go("Map")
    expect(page.get_by_text(re.compile("^Round 2"))).to_be_visible()
    islands(page).first.click()
    throw_out_the_odd_ones(person)
    person.look("island")
    person.tray().get_by_role("button", name="Accept proposals").click()
    saved(page)


def accept_by_threshold(person: Person) -> None:
    page = person.page
    person.go("Gallery")
    page.get_by_role("button", name="Accept sure ones").click()
    page.get_by_role("button", name=re.compile(r"^Accept [\d,]+$")).click()
    saved(page)
    person.look("gallery")


def review_the_rest(person: Person) -> None:
    """What is left has doubtful proposals: the person gives each its class."""
    page = person.page
    person.go("Annotate")
    page.get_by_text("Review proposals").click()
    expect(page.get_by_text("A proposal to review")).to_be_visible()
    for _ in range(300):
        if shown_name(page).count() == 0:
            break
        decide(page)
    saved(page)


def exported(person: Person) -> dict[str, str]:
    """Class names by path, from the file that the browser gets."""
    page = person.page
    person.go("Export")
    page.get_by_role("radio", name=re.compile("csv", re.IGNORECASE)).click()
    person.look("export")
    page.get_by_role("button", name=re.compile("^Export")).click()
    link = page.get_by_role("link", name=re.compile("^Download")).or_(
        page.get_by_role("button", name=re.compile("^Download"))
    )
    expect(link.first).to_be_visible(timeout=PATIENT_MS)
    with page.expect_download() as download:
        link.first.click()
    content = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    name = next(each for each in content.namelist() if each.endswith(".csv"))
    rows = csv.DictReader(io.TextIOWrapper(content.open(name), "utf-8"))
    return {row["path"]: row["label"] for row in rows}
