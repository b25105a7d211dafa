"""One open workspace for all verbs: its processes start once, and photos that it has embedded are known ever after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import labelgraft
from labelgraft.workbench.front_door import Workbench

PER_CLASS = 40


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """Each test makes projects of its own in it, under names of its own."""
    with labelgraft.open(tmp_path_factory.mktemp("workspace") / "w", create=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def photos(shared_data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with forty photos of cats and forty of dogs, named cat.* and dog.*."""
    source = shared_data("catsdogs") / "images"
    folder = tmp_path_factory.mktemp("photos")
    for name in ("cat", "dog"):
        for photo in sorted(source.glob(f"{name}.*"))[:PER_CLASS]:
            (folder / photo.name).symlink_to(photo)
    return folder
