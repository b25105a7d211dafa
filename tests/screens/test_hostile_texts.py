"""Names that are HTML stand on every screen as the text that they are; nothing in them runs (quality case 35)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.screens.serving import Serving
from tests.screens.test_every_screen import SCREENS

import labelgraft
from labelgraft.domain.training import TrainingSettings

EVIL = "<img src=x onerror=document.title='run'>"
SCRIPT = "</title><script>document.title='run'</script>"
NAMES = (EVIL, f"{SCRIPT}\u202e")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A workspace in which project, classes, folders, files, EXIF and a model are called like that."""
    folder = tmp_path / "photos" / "<svg onload=document.title='run'>"
    folder.mkdir(parents=True)
    for number in range(24):
        picture = Image.new("RGB", (60, 40), (200, number * 5, 0) if number % 2 else (0, number * 5, 200))
        exif = Image.Exif()
        exif[0x010E] = EVIL
        picture.save(folder / f"{number} <b onclick=document.title='run'>.jpg", exif=exif)
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        project = bench.new_project(f"{SCRIPT}{EVIL}", classes=NAMES, backbone="color-histogram")
        project.add_images(tmp_path / "photos")
        ids = sorted(project.paths())
        for remainder, name in enumerate(NAMES):
            project.label([i for i in ids[:20] if i % 2 == remainder], name)
        project.map()
        project.train(TrainingSettings(name=EVIL, description=SCRIPT))
        project.predict()
    return tmp_path / "workspace"


def test_html_in_any_name_is_text_on_every_screen(
    hostile: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> None:
    server = serving(hostile)
    page = signed_in(server)
    seen = set()
    for screen, path in SCREENS.items():
        page.goto(f"{server.base}{path}")
        page.wait_for_timeout(1500)
        assert "run" not in page.title().split(), screen
        assert page.locator("script:not([src]), img[src='x'], svg[onload], b[onclick]").count() == 0, screen
        if EVIL in page.locator("body").inner_text():
            seen.add(screen)
    assert {"projects", "overview", "classes", "models"} <= seen
    expect(page.locator("body")).to_be_visible()
