"""A written folder is whole or absent, whatever happens in between."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.errors import AlreadyExists, BadInput
from labelgraft.formats import registry
from labelgraft.formats.folder_write import new_folder, write_file

EXPORT = """
import sys
from pathlib import Path
from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.formats import registry
name, source, target, overwrite = sys.argv[1:]
shape = Keypoints([[4, 4]], [2]) if name == "deeplabcut" else Box(1, 1, 5, 5)
said = {"width_px": 10, "height_px": 10, "instances": (DatasetInstance("cat", shape),), "finished": True}
images = tuple(DatasetImage(f"{n}.jpg", ("cat",), source=source, **said) for n in range(4_000))
print("ready", flush=True)
registry.get(name).write(Dataset(("cat",), images), Path(target), overwrite=overwrite == "yes")
"""


def small(tmp_path: Path, name: str = "csv") -> Dataset:
    source = tmp_path / "source.jpg"
    source.write_bytes(b"x" * 2000)
    shape = Keypoints([[4, 4]], [2]) if name == "deeplabcut" else Box(1, 1, 5, 5)
    drawn = (DatasetInstance("cat", shape),)
    images = (
        DatasetImage(
            f"{n}.jpg",
            ("cat",),
            source=str(source),
            width_px=10,
            height_px=10,
            instances=drawn,
            finished=True,
        )
        for n in range(3)
    )
    return Dataset(("cat",), tuple(images))


def kill_while_writing(child: subprocess.Popen[bytes], places: Path) -> None:
    """Kills the writer as soon as its first image lies in the hidden folder."""
    deadline = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < deadline:
        if list(places.glob(".out.writing-*/**/*.jpg")):
            break
        time.sleep(0.005)
    os.kill(child.pid, signal.SIGKILL)


def fail_inside(target: Path) -> None:
    with new_folder(target, overwrite=True) as fresh:
        write_file(fresh / "half.csv", [b"half"])
        raise ZeroDivisionError


def contents(folder: Path) -> list[str]:
    return sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file())


@pytest.mark.parametrize("name", [known.name for known in registry.ALL])
def test_a_writer_killed_in_the_middle_leaves_nothing_and_the_next_one_sweeps(
    tmp_path: Path, name: str
) -> None:
    dataset = small(tmp_path, name)
    places = tmp_path / "exports"
    places.mkdir()
    command = [sys.executable, "-c", EXPORT, name, dataset.images[0].source, str(places / "out"), "no"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        deadline = time.monotonic() + 60
        while (
            not list(places.glob(".out.writing-*/**/*.jpg"))
            and child.poll() is None
            and time.monotonic() < deadline
        ):
            time.sleep(0.005)
        os.kill(child.pid, signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert not (places / "out").exists()
    assert len(list(places.iterdir())) == 1
    registry.get(name).write(dataset, places / "out")
    assert [entry.name for entry in places.iterdir()] == ["out"]
    assert len(registry.get(name).read(places / "out").images) == 3


def test_a_kill_while_overwriting_leaves_the_old_folder(tmp_path: Path) -> None:
    dataset = small(tmp_path)
    target = tmp_path / "exports" / "out"
    registry.get("csv").write(dataset, target)
    before = contents(target)
    command = [sys.executable, "-c", EXPORT, "csv", dataset.images[0].source, str(target), "yes"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        deadline = time.monotonic() + 60
        while (
            not list(target.parent.glob(".out.writing-*/*.jpg"))
            and child.poll() is None
            and time.monotonic() < deadline
        ):
            time.sleep(0.005)
        os.kill(child.pid, signal.SIGKILL)
    assert contents(target) == before


def test_an_overwrite_killed_between_its_two_renames_is_undone_by_the_next_writer(tmp_path: Path) -> None:
    dataset = small(tmp_path)
    registry.get("csv").write(dataset, tmp_path / "out")
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    (tmp_path / "out").rename(tmp_path / f".out.replaced-{dead.pid}")
    with pytest.raises(AlreadyExists):
        registry.get("csv").write(dataset, tmp_path / "out")
    assert len(registry.get("csv").read(tmp_path / "out").images) == 3


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    dataset = small(tmp_path)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
    try:
        with pytest.raises(BadInput, match=r"File too large.*Nothing was written there"):
            registry.get("csv").write(dataset, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert contents(tmp_path) == ["source.jpg"]


def test_an_error_inside_leaves_the_old_folder_and_no_leftovers(tmp_path: Path) -> None:
    registry.get("csv").write(small(tmp_path), tmp_path / "out")
    before = contents(tmp_path)
    with pytest.raises(ZeroDivisionError):
        fail_inside(tmp_path / "out")
    assert contents(tmp_path) == before


def test_a_place_that_is_a_file_or_a_link_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for place in ("file", "link"):
        with pytest.raises(AlreadyExists, match="is not a folder"):
            registry.get("csv").write(Dataset((), ()), tmp_path / place, overwrite=True)
    assert (tmp_path / "file").read_text() == "precious"


def test_a_running_writer_is_not_swept(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        theirs = tmp_path / f".out.writing-{other.pid}"
        theirs.mkdir()
        registry.get("csv").write(small(tmp_path), tmp_path / "out")
        assert theirs.is_dir()
        other.communicate(b"\n")
