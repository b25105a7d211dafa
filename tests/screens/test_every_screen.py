"""Every screen in light and dark: no rule of accessibility broken, nothing refused by the page's policy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.screens.serving import Serving
from tests.screens.test_map import lasso

import labelgraft

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = {
    "projects": "/",
    "settings": "/settings",
    "overview": "/projects/1",
    "map": "/projects/1/map",
    "gallery": "/projects/1/gallery",
    "annotate": "/projects/1/annotate",
    "models": "/projects/1/models",
    "new-model": "/projects/1/models?new=true",
    "history": "/projects/1/history",
    "classes": "/projects/1/classes",
    "export": "/projects/1/export",
}
SETTLED_MS = 1500
MENUS = {
    "projects": ["More about pets"],
    "map": ["New round", "More for the selection"],
    "gallery": ["More for the chosen images"],
    "models": ["More for"],
    "classes": ["More about cat"],
}
"""Buttons that open a menu, by screen and by how their names begin."""


@pytest.fixture(scope="module")
def labelled_workspace(shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty real photos, embedded, on a map, half of them labelled, a model with proposals; closed."""
    photos = tmp_path_factory.mktemp("screens") / "photos"
    photos.mkdir()
    for name in ("cat", "dog"):
        for source in sorted(shared_data("catsdogs").glob(f"**/{name}.*.jpg"))[:30]:
            shutil.copy(source, photos / source.name)
    folder = photos.parent / "workspace"
    with labelgraft.open(folder, create=True) as bench:
        pets = bench.new_project("pets", classes=["cat", "dog"])
        pets.add_images(photos)
        for name in ("cat", "dog"):
            pets.label([int(i) for i, path in pets.paths().items() if f"/{name}." in path][:15], name)
        pets.map()
        pets.train()
        pets.predict()
    return folder


def broken_rules(page: Page) -> list[str]:
    """Rules of WCAG 2 AA that axe finds broken, each with the first element."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Left out: it wants the figures on an island letter by letter in its name, which says them in words.
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],"
        " rules: {'label-content-name-mismatch': {enabled: false}}})).violations"
    )
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:160]} ({each['nodes'][0]['failureSummary']})"
        for each in found
    ]


def broken_in_menus(page: Page, screen: str) -> list[str]:
    """Rules that are broken while a menu of the screen is open."""
    found = []
    if screen == "gallery":
        page.get_by_role("gridcell").first.click()
    if screen == "map":
        lasso(page, share=0.4)
    for button in MENUS.get(screen, []):
        page.get_by_role("button", name=re.compile(f"^{button}")).first.click()
        page.get_by_role("menu").wait_for()
        page.wait_for_timeout(200)
        found += [f"with the menu {button}: {each}" for each in broken_rules(page)]
        page.keyboard.press("Escape")
        page.get_by_role("menu").wait_for(state="hidden")
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_screen_breaks_a_rule_of_accessibility_or_of_the_pages_policy(
    dark: bool,
    labelled_workspace: Path,
    tmp_path: Path,
    serving: Callable[..., Serving],
    signed_in: Callable[..., Page],
) -> None:
    workspace = shutil.copytree(labelled_workspace, tmp_path / "workspace")
    server = serving(workspace)
    page = signed_in(server, dark=dark)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    broken: dict[str, list[str]] = {}
    for name, address in SCREENS.items():
        said.clear()
        page.goto(server.base + address)
        page.wait_for_timeout(SETTLED_MS)
        if problems := [*broken_rules(page), *broken_in_menus(page, name), *said]:
            broken[name] = problems
    assert not broken, "\n".join(f"{name}: {each}" for name, all_ in broken.items() for each in all_)
