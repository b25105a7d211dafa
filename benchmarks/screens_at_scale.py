"""What a person sees of 100,000 images: from a lasso to its thumbnails, and the gallery while it is scrolled fast.

    python -m benchmarks.screens_at_scale [--rows 100000] [--folder KEEP_HERE] [--data ../shared/data] [--gestures 24]

A workspace as an import leaves it (workspace_of_pictures.py; made once, some minutes, and kept), the real `labelgraft
serve`, and Chromium without a screen, WebGL painted by software. Measured in the page, frame by frame, on its elements:
watch_screens.js. Budgets: lasso released to the thumbnails of the tray on the screen < 150 ms; no cell in view without a
picture for more than 200 ms while scrolling; first paint < 1.5 s. Browser, server and this process share the cores: the load
is printed beside each figure, and figures of a busy machine say little.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.workspace_of_pictures import DATA, workspace_of
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table
from tests.screens.conftest import CHROMIUM, FLAGS
from tests.screens.serving import Serving

WATCHER = Path(__file__).with_name("watch_screens.js")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "labelgraft" / "benchmarks"
WIDTH, HEIGHT = 1280, 800
LASSO_BUDGET_MS, BLANK_BUDGET_MS, PAINT_BUDGET_MS = 150, 200, 1500
COVERED_PX = 258
"""Left part of the map that tools and legend lie on; the map is fitted beside it."""
SETTLE_MS = 1500
SCROLL_SECONDS = 5.0
Told = dict[str, Any]


class Screens:
    """One signed-in browser on one server."""

    def __init__(self, browser: Browser, server: Serving, console: Console) -> None:
        self.browser, self.server, self.console = browser, server, console
        self.dice = random.Random(5)
        context = browser.new_context()
        context.new_page().goto(server.start_url)
        self.session = context.storage_state()
        context.close()

    @contextmanager
    def page(self, path: str) -> Iterator[Page]:
        """A page of a browser that has a session and keeps nothing else."""
        context = self.browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, storage_state=self.session
        )
        context.add_init_script(path=WATCHER)
        page = context.new_page()
        page.goto(f"{self.server.base}{path}")
        yield page
        context.close()

    def table(self, title: str, *headings: str) -> Table:
        table = Table(title=f"{title} (load {os.getloadavg()[0]:.1f} when it began)")
        for number, heading in enumerate(headings):
            table.add_column(heading, justify="right" if number else "left")
        return table


def spread(times: list[float], budget: float | None = None) -> list[str]:
    """Median, 95th percentile, worst, and whether the 95th percentile keeps the budget."""
    median, p95, worst = (float(np.percentile(times, share)) for share in (50, 95, 100))
    kept = "" if budget is None else "yes" if p95 < budget else "NO"
    return [f"{median:.0f}", f"{p95:.0f}", f"{worst:.0f}", "" if budget is None else f"{budget:.0f}", kept]


def first_paint(screens: Screens) -> None:
    table = screens.table(
        "First paint, nothing in the browser's cache", "screen", "median ms", "p95", "worst", "budget", "kept"
    )
    for screen in ("/", "/projects/1/map", "/projects/1/gallery"):
        times = []
        for _ in range(7):
            with screens.page(screen) as page:
                page.wait_for_function(
                    "() => performance.getEntriesByName('first-contentful-paint').length > 0"
                )
                times.append(
                    page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
                )
        table.add_row(screen, *spread(times, PAINT_BUDGET_MS))
    screens.console.print(table)


def lassos(screens: Screens, gestures: int) -> None:
    """Freehand lassos at places all around the map, drawn in about half a second each."""
    with screens.page("/projects/1/map") as page:
        surface = page.locator("[role=application]").first
        surface.wait_for()
        page.wait_for_timeout(4000)
        screens.console.print(f"WebGL is painted by: {page.evaluate('watched.renderer()')}")
        table = screens.table(
            f"Lasso released, {gestures} of them", "until", "median ms", "p95", "worst", "budget", "kept"
        )
        box = surface.bounding_box()
        assert box is not None
        middle = (box["x"] + (box["width"] + COVERED_PX) / 2, box["y"] + box["height"] / 2)
        reach = 0.3 * min(box["width"] - COVERED_PX, box["height"])
        page.keyboard.press("l")
        told, counts, loads = [], [], []
        for number in range(gestures):
            angle, away = 2 * math.pi * number / gestures, reach * screens.dice.random()
            at = (middle[0] + away * math.cos(angle), middle[1] + away * math.sin(angle))
            told.append(one_lasso(page, at, screens.dice.uniform(20, 90)))
            counts.append(int(page.locator("aside h2").inner_text().split()[0].replace(",", "")))
            loads.append(os.getloadavg()[0])
            page.keyboard.press("Escape")
            page.wait_for_timeout(500)
    shown = [each["shown"] or math.inf for each in told]
    table.add_row("all thumbnails in view are there, by frames", *spread(shown, LASSO_BUDGET_MS))
    painted = [each["next_paint"] for each in told if each["next_paint"] is not None]
    if painted:
        table.add_row("the first frame after it, on the screen as the browser says", *spread(painted))
    table.add_row("the odd ones first, all there", *spread([each["settled"] or math.inf for each in told]))
    table.add_row("longest frame of the 3 s after", *spread([each["longest"] for each in told]))
    screens.console.print(table)
    screens.console.print(
        f"{min(counts):,} to {max(counts):,} images a lasso, median {int(np.median(counts)):,}; "
        f"{int(np.median([each['thumbs'] for each in told]))} thumbnails in view; "
        f"{int(np.median([each['requests'] for each in told]))} requests; load {min(loads):.1f} to {max(loads):.1f}"
    )


def one_lasso(page: Page, at: tuple[float, float], radius: float) -> Told:
    page.evaluate("window.told = watched.tray(), null")
    page.mouse.move(at[0] + radius, at[1])
    page.mouse.down()
    for step in range(1, 41):
        turn = 2 * math.pi * step / 40
        page.mouse.move(at[0] + radius * math.cos(turn), at[1] + radius * math.sin(turn))
        page.wait_for_timeout(8)
    page.mouse.up()
    found: Told = page.evaluate("window.told")
    return found


def wheel(px_per_second: float) -> Callable[[Page], None]:
    def turn(page: Page) -> None:
        began = last = time.perf_counter()
        while (now := time.perf_counter()) - began < SCROLL_SECONDS:
            page.mouse.wheel(0, px_per_second * (now - last))
            last = now
            page.wait_for_timeout(12)

    return turn


def page_down(times_per_second: float) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        began = time.perf_counter()
        while time.perf_counter() - began < SCROLL_SECONDS:
            page.keyboard.press("PageDown")
            page.wait_for_timeout(1000 / times_per_second)

    return press


def drag(page: Page) -> None:
    """The thumb of the scroll bar pulled evenly over a twentieth of everything."""
    page.evaluate(
        """async (seconds) => {
            const grid = document.querySelector("[role=grid]");
            const [from, began] = [grid.scrollTop, performance.now()];
            for (let at = 0; at < 1; at = (performance.now() - began) / (seconds * 1000)) {
                grid.scrollTop = from + at * 0.05 * grid.scrollHeight;
                await new Promise(requestAnimationFrame);
            }
        }""",
        SCROLL_SECONDS,
    )


MOTIONS: dict[str, Callable[[Page], None]] = {
    "wheel, 3,000 px/s": wheel(3000),
    "wheel, 8,000 px/s (10 views a second)": wheel(8000),
    "wheel, 20,000 px/s": wheel(20_000),
    "page down, 2 a second": page_down(2),
    "page down, 8 a second": page_down(8),
    "scroll bar pulled, 1,000 images a second": drag,
}


def scrolling(screens: Screens, order: str, gestures: int) -> None:
    title = f"Gallery in the order of {order}"
    table = screens.table(
        title, "motion", "worst blank ms", "share of time over 200 ms", "longest with any blank ms",
        "share of cells blank", "soft", "longest frame ms", "frames/s", "load", "kept",
    )  # fmt: skip
    with screens.page(f"/projects/1/gallery?sort={order}") as page:
        page.get_by_role("gridcell").first.wait_for()
        page.wait_for_timeout(3000)
        for name, motion in MOTIONS.items():
            all_told = [one_motion(page, motion, screens.dice.random() * 0.9) for _ in range(3)]
            told = {key: sum(each[key] for each in all_told) for key in all_told[0]}
            worst = {key: max(each[key] for each in all_told) for key in all_told[0]}
            blank = max(worst["worst_ms"], worst["bare_ms"])
            table.add_row(
                name, f"{blank:.0f}", f"{told['over_ms'] / told['ms']:.1%}", f"{worst['stretch_ms']:.0f}",
                f"{told['blank'] / told['looks']:.1%}", f"{told['soft'] / told['looks']:.0%}",
                f"{worst['longest_frame']:.0f}", f"{1000 * told['frames'] / told['ms']:.0f}",
                f"{os.getloadavg()[0]:.1f}", "yes" if blank <= BLANK_BUDGET_MS else "NO",
            )  # fmt: skip
        screens.console.print(table)
        table = screens.table(
            f"{title}: {gestures} jumps anywhere", "until", "median ms", "p95", "worst", "budget", "kept"
        )
        jumps = []
        for _ in range(gestures):
            jumps.append(page.evaluate("(share) => watched.jump(share)", screens.dice.random()))
            page.wait_for_timeout(SETTLE_MS / 3)
        for what, key in (
            ("every cell in view has a picture", "something"),
            ("every cell has its sharp picture", "sharp"),
        ):
            table.add_row(
                what,
                *spread(
                    [each[key] or math.inf for each in jumps], BLANK_BUDGET_MS if key == "something" else None
                ),
            )
        screens.console.print(table)


def one_motion(page: Page, motion: Callable[[Page], None], place: float) -> Told:
    """From a place where nothing is in the browser's memory, which gets time to fill."""
    page.evaluate("(share) => watched.jump(share)", place)
    # The keyboard goes where the eye is.
    page.mouse.click(WIDTH * 0.6, HEIGHT * 0.55)
    page.wait_for_timeout(SETTLE_MS)
    page.evaluate("watched.startGrid()")
    motion(page)
    told: Told = page.evaluate("watched.stopGrid()")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="images (default 100,000)")
    parser.add_argument("--folder", type=Path, default=None, help="where the workspace is kept between runs")
    parser.add_argument("--data", type=Path, default=DATA, help="data sets that pictures are cut out of")
    parser.add_argument("--gestures", type=int, default=24, help="lassos, and jumps (default 24)")
    parser.add_argument("--only", choices=("paint", "map", "gallery"), default=None, help="one part")
    chosen = parser.parse_args()
    folder = chosen.folder or CACHE / f"pictures-{chosen.rows}"
    began = time.perf_counter()
    workspace_of(folder, chosen.rows, chosen.data)
    console = Console(width=150)
    console.print(f"{chosen.rows:,} images in {folder} ({time.perf_counter() - began:.0f} s)")
    logs = Path(tempfile.mkdtemp(prefix="labelgraft-"))
    with Serving(folder, logs / "serve.log") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        screens = Screens(browser, server, console)
        console.print(f"Chromium {browser.version}, {os.cpu_count()} cores, {WIDTH} x {HEIGHT} px")
        if chosen.only in (None, "paint"):
            first_paint(screens)
        if chosen.only in (None, "map"):
            lassos(screens, chosen.gestures)
        if chosen.only in (None, "gallery"):
            scrolling(screens, "id", chosen.gestures)
            scrolling(screens, "confidence", chosen.gestures)
        browser.close()
    shutil.rmtree(logs)


if __name__ == "__main__":
    main()
