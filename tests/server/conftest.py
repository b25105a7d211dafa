"""A small real workspace, and a client that has a session in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from tests.server.running import Running, run_server
from tests.server.served import ORIGIN, Served

import labelgraft
from labelgraft.server.app import make_app
from labelgraft.server.options import ServerOptions
from labelgraft.workbench.front_door import Workbench

PER_CLASS = 15


def photos(shared: Path, folder: Path) -> Path:
    """Thirty of the real photos of cats and dogs."""
    folder.mkdir()
    for name in ("cat", "dog"):
        for source in sorted(shared.glob(f"**/{name}.*.jpg"))[:PER_CLASS]:
            shutil.copy(source, folder / source.name)
    return folder


def digits(folder: Path) -> Path:
    """Thirty handwritten digits, where the photos are not at hand; the names stay `cat` and `dog`."""
    from sklearn.datasets import load_digits

    folder.mkdir()
    found = load_digits()
    for name, digit in (("cat", 0), ("dog", 1)):
        for number, pixels in enumerate(found.images[found.target == digit][:PER_CLASS]):
            grey = (pixels * 15.9).astype(np.uint8)
            Image.fromarray(grey).resize((96, 96)).save(folder / f"{name}.{number}.png")
    return folder


@pytest.fixture(scope="session")
def served_pictures(shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty pictures named cat.* and dog.*."""
    folder = tmp_path_factory.mktemp("pictures") / "photos"
    try:
        return photos(shared_data("catsdogs"), folder)
    except pytest.skip.Exception:
        return digits(folder)


@pytest.fixture(scope="session")
def served_workspace(served_pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed workspace with the thirty pictures, embedded by the default backbone; copy it, do not change it."""
    folder = tmp_path_factory.mktemp("served") / "workspace"
    with labelgraft.open(folder, create=True) as bench:
        bench.new_project("pets", classes=["cat", "dog"]).add_images(served_pictures)
    return folder


@pytest.fixture
def running(served_workspace: Path, tmp_path: Path) -> Iterator[tuple[Running, Workbench]]:
    """A copy of that workspace behind a server that listens."""
    folder = shutil.copytree(served_workspace, tmp_path / "workspace")
    with labelgraft.open(folder) as bench, run_server(bench, ServerOptions(roots=(tmp_path,))) as server:
        yield server, bench


@pytest.fixture
def served(served_workspace: Path, tmp_path: Path) -> Iterator[Served]:
    """A copy of that workspace behind the server; each test may change it."""
    with serving(served_workspace, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def served_together(served_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same for all tests of a file that want the compute processes, whose start takes seconds."""
    with serving(served_workspace, tmp_path_factory.mktemp("together")) as opened:
        yield opened


@contextmanager
def serving(original: Path, root: Path) -> Iterator[Served]:
    folder = shutil.copytree(original, root / "workspace")
    options = ServerOptions(roots=(root,))
    with labelgraft.open(folder) as bench:
        app = make_app(bench, options)
        with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
            answer = client.get("/start", params={"token": options.start_token}, follow_redirects=False)
            assert answer.status_code == 303
            yield Served(bench, bench.project("pets"), client, options)
