"""A real Chromium on a real server with real pictures."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.conftest import SHARED
from tests.screens import pets as small_workspace
from tests.screens.serving import Serving

import labelgraft

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
BUILT = Path(labelgraft.__file__).parent / "server" / "web" / "index.html"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]  # fmt: skip
WAIT_MS = 20_000
MAPPED_IMAGES = 80


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a screen; WebGL is painted by software.

    One for each file: the event loop of Playwright runs as long, and files of other rooms may follow in this process.
    """
    if CHROMIUM is None:
        pytest.skip("Chromium is not on this machine and `make system` could not install it")
    assert BUILT.exists(), f"The web application is not built ({BUILT} absent): make web"
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    """Starts servers: serving(workspace, root=FOLDER); all of them are ended with the test."""
    started: list[Serving] = []

    def start(workspace: Path, *, root: Path | None = None) -> Serving:
        started.append(Serving(workspace, tmp_path / f"serve-{len(started)}.log", root=root).start())
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def signed_in(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page that has a session: signed_in(server, dark=True); what it reports as an error fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def enter(server: Serving, *, dark: bool = False, width: int = 1280, height: int = 800) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(server.start_url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def built_pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty cats and dogs, a third labelled, the others with proposals; skips where the shared data are absent."""
    archive = SHARED / "catsdogs.tar"
    if not archive.exists():
        pytest.skip("real data set catsdogs is not on this machine (catsdogs.tar absent)")
    return small_workspace.build(archive, tmp_path_factory.mktemp("pets"))


@pytest.fixture
def pets(built_pets: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return small_workspace.copied(built_pets, tmp_path / "pets")


@pytest.fixture(scope="session")
def mapped(tmp_path_factory: pytest.TempPathFactory, shared_data: Callable[[str], Path]) -> Path:
    """A closed workspace: 80 photos of cats and dogs and two rounds of their map by colour. Copy it."""
    photos, workspace = tmp_path_factory.mktemp("photos"), tmp_path_factory.mktemp("mapped") / "workspace"
    files = sorted(shared_data("catsdogs").rglob("*.jpg"))
    for file in files[:: len(files) // MAPPED_IMAGES][:MAPPED_IMAGES]:
        shutil.copy(file, photos / file.name)
    with labelgraft.open(workspace, create=True) as bench:
        project = bench.new_project("photos", classes=["cat", "dog"], backbone="color-histogram")
        project.add_images(photos)
        project.map()
        project.map(rearrange=True, seed=1)
        project.change_class(project.classes()[0].id, key="k")
    return workspace
