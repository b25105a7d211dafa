"""Labels out through the browser."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.screens.pets import kept_in
from tests.screens.serving import Serving
from tests.screens.test_every_screen import broken_rules

import labelgraft

Serve = Callable[..., Serving]
Enter = Callable[..., Page]


def test_the_downloaded_zip_holds_exactly_the_labels_of_the_database(
    pets: Path, tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    server = serving(pets)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/export")
    page.get_by_role("radio", name="CSV table").click()
    expect(page.get_by_text("Nothing is lost.")).to_be_visible()
    page.get_by_role("button", name="Export as CSV table").click()
    with page.expect_download() as got:
        page.get_by_role("link", name="Download zip").click()
    packed = zipfile.ZipFile(io.BytesIO(got.value.path().read_bytes()))
    expect(page.get_by_role("link", name="Download CSV table")).to_be_visible()
    folder = Path(page.locator("[title*='exports']").inner_text())
    server.stop()
    (name,) = [each for each in packed.namelist() if each.endswith("labels.csv")]
    assert packed.read(name) == (folder / "labels.csv").read_bytes()
    rows = {row["path"]: row["label"] for row in csv.DictReader(io.StringIO(packed.read(name).decode()))}
    with labelgraft.open(pets) as bench:
        paths = bench.project("pets").paths()
    kept = kept_in(pets)
    assert rows == {paths[image]: "".join(names) for image, names in kept.labels.items()}  # type: ignore[index]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_a_format_cannot_hold_is_told_before_and_options_follow_the_format(
    pets: Path, serving: Serve, signed_in: Enter, dark: bool
) -> None:
    server = serving(pets)
    page = signed_in(server, dark=dark)
    page.goto(f"{server.base}/projects/1/export")
    page.get_by_role("radio", name="Folders by class").click()
    expect(page.get_by_text("40 × images left out")).to_be_visible()
    expect(page.get_by_role("radio", name="Only named")).to_be_disabled()
    expect(page.get_by_role("radio", name="Linked")).to_be_checked()
    assert broken_rules(page) == []
    page.get_by_role("switch", name="Unlabelled images").click()
    expect(page.get_by_text("images left out")).to_be_hidden()


def test_a_project_without_labels_says_so_and_leads_to_labelling(
    tmp_path: Path, serving: Serve, signed_in: Enter
) -> None:
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        bench.new_project("pets", classes=["cat"])
    server = serving(tmp_path / "workspace")
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/export")
    expect(page.get_by_role("heading", name="Nothing to export yet")).to_be_visible()
    page.get_by_role("link", name="Label images").click()
    page.wait_for_url("**/annotate")
