"""The editor alone on a page, served under the page's policy, for tests and for the benchmark."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from labelgraft.server.security import POLICY

WEB = Path(__file__).parents[2] / "web"
CONFIG = "checks/editor/vite.config.ts"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class UnderPolicy(http.server.SimpleHTTPRequestHandler):
    """Files with the headers that our server gives its own page."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said of each file."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Builds the page into a folder and serves it; gives its address."""
    npx = shutil.which("npx")
    if npx is None:
        raise FileNotFoundError("npx, which builds the page, is not on this machine: make system")
    command = [npx, "vite", "build", "--config", CONFIG, "--outDir", str(folder), "--emptyOutDir"]
    subprocess.run(command, cwd=WEB, check=True, stdout=subprocess.DEVNULL)
    blots = np.random.default_rng(0).integers(0, 255, (30, 40, 3), dtype=np.uint8)
    Image.fromarray(blots).resize((3200, 2400), Image.Resampling.BICUBIC).save(folder / "picture.webp")
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(UnderPolicy, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/index.html"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class EditorPage:
    """The page as a hand uses it; places are pixels of the image."""

    def __init__(self, page: Page, address: str, asked: Mapping[str, Any]) -> None:
        self.page = page
        self.width_px = float(asked.get("width", 4000))
        self.height_px = float(asked.get("height", 3000))
        texts = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in asked.items()
        }
        page.goto(f"{address}?{urlencode(texts)}")
        self.until("window.seen?.picture === true && window.seen.handle !== null")
        page.evaluate(TWO_FRAMES)

    def until(self, expression: str) -> None:
        """Waits for something that JavaScript says; the policy forbids Playwright's own way, which is eval."""
        end = time.monotonic() + 20
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.02)

    def seen(self, expression: str) -> Any:
        """What the page's little store has."""
        return self.page.evaluate(f"window.seen.{expression}")

    def edits(self) -> list[dict[str, Any]]:
        """Every edit so far."""
        edits: list[dict[str, Any]] = self.seen("edits.map((each) => ({...each.edit, words: each.words}))")
        return edits

    def selected(self) -> list[str]:
        """Keys, in no order that matters."""
        keys: list[str] = self.seen("selected.size === 0 ? [] : [...window.seen.selected]")
        return keys

    def use(self, tool: str) -> None:
        """Takes a tool, and waits until the page has it in hand."""
        self.page.evaluate("(tool) => window.seen.tool(tool)", tool)
        self.page.evaluate(TWO_FRAMES)

    def ask(self, call: str) -> Any:
        """Calls the handle, as a key would: ask("finish()")."""
        answer = self.page.evaluate(f"window.seen.handle.{call}")
        self.page.evaluate(TWO_FRAMES)
        return answer

    def screen(self, x: float, y: float) -> tuple[float, float]:
        """Where a pixel of the image is on the screen just now."""
        place = self.page.evaluate(
            """() => {
                const box = document.querySelector("[role=application] img").getBoundingClientRect();
                return [box.left, box.top, box.width, box.height];
            }"""
        )
        left, top, width, height = place
        return left + x / self.width_px * width, top + y / self.height_px * height

    def click(self, x: float, y: float, **how: Any) -> None:
        """A click on a pixel of the image."""
        self.page.mouse.click(*self.screen(x, y), **how)

    def drag(self, *places: tuple[float, float], button: Any = "left") -> None:
        """Press at the first place, along the others, release at the last."""
        self.page.mouse.move(*self.screen(*places[0]))
        self.page.mouse.down(button=button)
        for place in places[1:]:
            self.page.mouse.move(*self.screen(*place), steps=4)
        self.page.mouse.up(button=button)
