"""Fixtures that every room's tests may use."""

from __future__ import annotations

import signal
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from tests.postgres import new_postgres_url, postgres_socket

__all__ = ["new_postgres_url", "postgres_socket"]

# Started in the background, as CI may do, a process ignores Ctrl+C and so would those that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is no fault of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of an unpacked data set by its name; skips where the shared data are absent."""
    unpacked: dict[str, Path] = {}

    def unpack(name: str) -> Path:
        archive = SHARED / f"{name}.tar"
        if not archive.exists():
            pytest.skip(f"real data set {name} is not on this machine ({archive.name} absent)")
        if name not in unpacked:
            folder = tmp_path_factory.mktemp(name)
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
            unpacked[name] = folder
        return unpacked[name]

    return unpack


@pytest.fixture(scope="session")
def shared_weights() -> Path:
    """The folder of small pretrained weights; skips where the shared data are absent."""
    folder = SHARED / "weights"
    if not folder.exists():
        pytest.skip("shared weights are not on this machine")
    return folder
