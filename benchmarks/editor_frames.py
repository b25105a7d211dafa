"""Frames a second of the editor, without a graphics card: 5,000 boxes, a polygon of 6,000 vertices, a mask of 20 Mpx.

    python -m benchmarks.editor_frames [--seconds 3] [--times 3]

Chromium without a screen, everything painted by the processor; the page holds the editor alone (web/checks/editor), under
the policy of the real one, over a picture of 3200 x 2400 px. The pointer moves once per frame. Median of the repetitions;
wanted: 30 frames a second while the view moves. The load is printed: browser and everything else share the cores.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table
from tests.screens.conftest import CHROMIUM
from tests.screens.editor_page import EditorPage, served

BY_PROCESSOR = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-gpu",
]  # fmt: skip
DRIVER = Path(__file__).with_name("drive_editor.js")
WANTED = 30.0
MASK = {"width": 5477, "height": 3652}


@dataclass(frozen=True)
class Scene:
    """What is on the image, what is done with it, and what has to be done before."""

    name: str
    asked: Mapping[str, Any]
    tool: str
    drive: str
    zoomed: float = 1.0
    picks: tuple[float, float] | None = None
    """A place of the image to click first."""
    grips: tuple[float, float] | None = None
    """A place of the image where the drag begins; else the middle of the screen."""


BOXES = {"boxes": 5000}
LARGE = {"kind": "box", "box": [1800, 1300, 2200, 1700]}
"""In the middle of the image, so that the pointer is on something there."""
VERTICES = {"polygon": 6000}
SCENES = (
    Scene("picture alone, pan", {}, "pan", "drag"),
    Scene("picture alone, zoom", {}, "pan", "zoom"),
    Scene("5,000 boxes, pan, all in view", BOXES, "pan", "drag"),
    Scene("5,000 boxes, pan, enlarged", BOXES, "pan", "drag", zoomed=3.0),
    Scene("5,000 boxes, zoom", BOXES, "pan", "zoom"),
    Scene("5,000 boxes, one is moved", {**BOXES, "shapes": [LARGE]}, "select", "drag"),
    Scene("6,000 vertices, pan", VERTICES, "pan", "drag"),
    Scene("6,000 vertices, zoom", VERTICES, "pan", "zoom"),
    Scene("6,000 vertices, one is moved", VERTICES, "select", "drag", 1.0, (2000, 1500), (3400, 1500)),
    Scene("mask of 20 Mpx, pan", {"mask": 1, **MASK}, "pan", "drag"),
    Scene("mask of 20 Mpx, zoom", {"mask": 1, **MASK}, "pan", "zoom"),
    Scene("mask of 20 Mpx, brush", {"mask": 1, **MASK}, "brush", "drag", 1.0, (2700, 1800)),
    Scene("mask of 20 Mpx, brush, enlarged", {"mask": 1, **MASK}, "brush", "drag", 4.0, (2700, 1800)),
    Scene("mask of 20 Mpx, eraser", {"mask": 1, **MASK}, "eraser", "drag", 1.0, (2700, 1800)),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement (default 3)")
    parser.add_argument("--times", type=int, default=3, help="repetitions (default 3)")
    given = parser.parse_args()
    console = Console(width=118)
    table = Table("", "frames a second", "longest frame, ms", "release, ms", "")
    kept = True
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as address,
        sync_playwright() as chromium,
    ):
        browser = chromium.chromium.launch(executable_path=CHROMIUM, args=BY_PROCESSOR)
        for scene in SCENES:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            told = [
                measured(EditorPage(page, address, scene.asked), scene, given.seconds)
                for _ in range(given.times)
            ]
            page.close()
            rate = statistics.median(each["rate"] for each in told)
            kept &= rate >= WANTED
            release = [each["release"] for each in told if "release" in each and scene.tool != "pan"]
            table.add_row(
                scene.name,
                f"{rate:.0f}",
                f"{statistics.median(each['worst'] for each in told):.0f}",
                f"{statistics.median(release):.0f}" if release else "",
                "" if rate >= WANTED else f"wanted {WANTED:.0f}",
            )
        console.print(f"Chromium {browser.version}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        browser.close()
    console.print(table)
    return 0 if kept else 1


def measured(editor: EditorPage, scene: Scene, seconds: float) -> dict[str, float]:
    """Frames a second, longest frame and milliseconds of script when the button is let go."""
    if scene.picks is not None:
        editor.click(*scene.picks)
        assert editor.selected(), f"{scene.name}: nothing lies at {scene.picks}"
    editor.use(scene.tool)
    editor.ask(f"zoom({scene.zoomed})")
    editor.page.evaluate(DRIVER.read_text("utf-8"))
    editor.page.evaluate("() => driven.rest(400)")
    grips = (640.0, 400.0) if scene.grips is None else editor.screen(*scene.grips)
    told: dict[str, float] = editor.page.evaluate(
        "([drive, ms, x, y]) => driven[drive](ms, x, y)", [scene.drive, seconds * 1000, *grips]
    )
    if scene.tool != "pan":
        assert editor.edits(), f"{scene.name}: nothing was drawn"
    return told


if __name__ == "__main__":
    sys.exit(main())
