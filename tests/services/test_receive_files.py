"""Uploads: whole or not at all, by their bytes, under names that every disk holds, within their limits."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from labelgraft.domain.ids import ContentHash
from labelgraft.domain.image import NewImage
from labelgraft.domain.project import Task
from labelgraft.errors import AlreadyExists, BadInput, TooLarge, UnknownName, WorkspaceUnwritable
from labelgraft.formats.paths import folded
from labelgraft.services import receive_files
from labelgraft.services.incoming_file import Incoming, Offered
from labelgraft.services.receive_files import UploadLimits, Uploads
from labelgraft.storage import images, projects
from labelgraft.storage.uploads import ABANDONED_DAYS, ReceivedFile
from labelgraft.storage.workspace import Workspace

LIMITS = UploadLimits(image_bytes=1000, files=20, total_bytes=10_000)


def hash_of(content: bytes) -> ContentHash:
    return ContentHash(hashlib.sha256(content).hexdigest())


def send(uploads: Uploads, number: int, path: str, content: bytes) -> ReceivedFile:
    begun = uploads.receive(number, Offered(hash_of(content), path), announced_bytes=len(content))
    if isinstance(begun, ReceivedFile):
        return begun
    try:
        begun.write(content[:3])
        begun.write(content[3:])
        return begun.finish()
    finally:
        begun.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def uploads(folder: Path) -> Uploads:
    return Uploads(folder, LIMITS)


def tree(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def test_files_keep_their_folders_and_a_new_start_knows_what_is_there(uploads: Uploads, folder: Path) -> None:
    number = uploads.begin("pets")
    send(uploads, number, "pets/cat/1.jpg", b"one")
    send(uploads, number, "pets/dog/2.jpg", b"two")
    again = Uploads(folder, LIMITS)
    new = Offered(hash_of(b"three"), "pets/3.jpg")
    there = [Offered(hash_of(b"one"), "pets/cat/1.jpg"), Offered(hash_of(b"two"), "pets/dog/2.jpg")]
    assert again.offer(number, [there[0], new, there[1]]) == [new]
    assert again.source(number) == (folder / "1" / "files" / "pets", folder / "1" / "files")
    assert tree(folder / "1" / "files") == {"pets/cat/1.jpg", "pets/dog/2.jpg"}
    assert again.name_of(number) == "pets"


def test_bytes_that_are_there_are_not_sent_again_whatever_they_are_called(
    uploads: Uploads, folder: Path
) -> None:
    first, second = uploads.begin("a"), uploads.begin("b")
    send(uploads, first, "1.jpg", b"one")
    offered = [Offered(hash_of(b"one"), "x/copy.jpg"), Offered(hash_of(b"two"), "2.jpg")]
    assert uploads.offer(second, offered) == [offered[1]]
    assert uploads.offer(second, offered) == [offered[1]]
    (folder / "1" / "files" / "1.jpg").unlink()
    assert (folder / "2" / "files" / "x" / "copy.jpg").read_bytes() == b"one"


def test_other_bytes_than_announced_leave_nothing_behind(uploads: Uploads, folder: Path) -> None:
    number = uploads.begin("a")
    begun = uploads.receive(number, Offered(hash_of(b"one"), "1.jpg"), announced_bytes=None)
    assert isinstance(begun, Incoming)
    begun.write(b"another")
    with pytest.raises(BadInput, match="Send it again"):
        begun.finish()
    begun.close()
    assert tree(folder / "1") == {"upload.json"}


@pytest.mark.parametrize(
    "path",
    ["../a.jpg", "a/../../b.jpg", "/etc/a.jpg", "C:\\a.jpg", "C:a.jpg", "\\\\server\\a.jpg", "..\\a.jpg", "", "a\0.jpg"],
)  # fmt: skip
def test_paths_that_lead_out_are_refused_before_anything_is_written(
    path: str, uploads: Uploads, folder: Path
) -> None:
    number = uploads.begin("a")
    with pytest.raises(BadInput, match="was not taken"):
        send(uploads, number, path, b"one")
    assert tree(folder / "1") == {"upload.json"}


def test_hostile_names_become_safe_ones_and_none_takes_the_place_of_another(
    uploads: Uploads, folder: Path
) -> None:
    number = uploads.begin("<img onerror=x>")
    asked = [
        "CON/nul.jpg", "trailing./a .jpg", "Caf\u00e9/1.jpg", "Cafe\u0301/1.jpg", "cat/A.jpg", "cat/a.jpg", "CAT/a.jpg",
        "\u202egpj.exe", "new\nline.jpg", "<img onerror=x>.jpg", "x" * 300 + ".jpg", ".hidden/1.jpg", "a", "a/b.jpg",
        "torn.part", "torn.part/a.jpg", "back\\slash.jpg",
    ]  # fmt: skip
    stored = [send(uploads, number, path, path.encode()).stored for path in asked]
    assert len({folded(path) for path in stored}) == len(asked)
    assert tree(folder / "1" / "files") == set(stored)
    for path, name in zip(asked, stored, strict=True):
        assert (folder / "1" / "files" / name).read_bytes() == path.encode()
        assert not {"CON", "nul.jpg"} & set(name.split("/"))
    again = Uploads(folder, LIMITS)
    assert [send(again, number, path, path.encode()).stored for path in asked] == stored
    assert len(tree(folder / "1" / "files")) == len(asked)


def test_another_file_of_the_same_path_is_refused_and_the_first_stays(uploads: Uploads, folder: Path) -> None:
    number = uploads.begin("a")
    send(uploads, number, "1.jpg", b"one")
    with pytest.raises(AlreadyExists):
        send(uploads, number, "1.jpg", b"two")
    assert (folder / "1" / "files" / "1.jpg").read_bytes() == b"one"


def test_too_large_a_file_is_refused_when_announced_and_when_it_lied(uploads: Uploads, folder: Path) -> None:
    number = uploads.begin("a")
    big = b"x" * (LIMITS.image_bytes + 1)
    with pytest.raises(TooLarge, match="max_image_mb"):
        send(uploads, number, "1.jpg", big)
    begun = uploads.receive(number, Offered(hash_of(big), "1.jpg"), announced_bytes=5)
    assert isinstance(begun, Incoming)
    with pytest.raises(TooLarge):
        begun.write(big)
    begun.close()
    assert tree(folder / "1") == {"upload.json"}
    assert send(uploads, number, "labels.csv", big).file_bytes == len(big)


def test_the_count_the_total_and_the_room_on_the_disk_have_limits(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = uploads.begin("a")
    for each in range(LIMITS.files):
        send(uploads, number, f"{each}.jpg", str(each).encode() * 100)
    with pytest.raises(TooLarge, match="20 files already"):
        send(uploads, number, "more.jpg", b"more")
    other = uploads.begin("b")
    for each in range(7):
        send(uploads, other, f"{each}.jpg", bytes([each]) * 999)
    with pytest.raises(TooLarge, match="max_upload_gb"):
        send(uploads, other, "more.jpg", b"y" * 999)
    monkeypatch.setattr(receive_files, "FREE_BYTES", 10**18)
    with pytest.raises(WorkspaceUnwritable, match="Make room"):
        send(uploads, other, "small.jpg", b"z")


def test_a_full_disk_is_told_and_leaves_nothing_and_the_next_try_works(
    uploads: Uploads, folder: Path
) -> None:
    resource = pytest.importorskip("resource")
    number = uploads.begin("a")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
    try:
        with pytest.raises(WorkspaceUnwritable, match="send it again"):
            send(uploads, number, "1.jpg", b"x" * 900)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert tree(folder / "1") == {"upload.json"}
    assert send(uploads, number, "1.jpg", b"x" * 900).file_bytes == 900


def test_many_at_once_and_the_same_file_twice_at_once(uploads: Uploads, folder: Path) -> None:
    roomy = Uploads(folder, UploadLimits(1000, 10_000, 10**9))
    number = roomy.begin("a")
    start = threading.Barrier(8)

    def some(thread: int) -> None:
        start.wait()
        for each in range(40):
            send(roomy, number, f"{each}/Photo {each}.jpg", str(each).encode())
            send(roomy, number, f"own/{thread}-{each}.jpg", str(thread * each).encode())

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(some, range(8)))
    assert len(tree(folder / "1" / "files")) == 40 + 8 * 40
    assert tree(folder / "1") - {f"files/{each}" for each in tree(folder / "1" / "files")} == {
        "upload.json",
        "received.jsonl",
    }
    assert len(Uploads(folder, LIMITS).received(number)) == 40 + 8 * 40


def test_a_line_torn_by_a_kill_costs_one_file_and_a_file_cut_short_is_missing(
    uploads: Uploads, folder: Path
) -> None:
    number = uploads.begin("a")
    for name in ("1", "2", "3"):
        send(uploads, number, f"{name}.jpg", name.encode())
    log = folder / "1" / "received.jsonl"
    log.write_bytes(log.read_bytes()[:-20])
    (folder / "1" / "files" / "1.jpg").write_bytes(b"")
    again = Uploads(folder, LIMITS)
    offered = [Offered(hash_of(name.encode()), f"{name}.jpg") for name in ("1", "2", "3")]
    assert again.offer(number, offered) == [offered[0], offered[2]]
    for name in ("1", "3", "4"):
        send(again, number, f"{name}.jpg", name.encode())
    assert {each.asked for each in Uploads(folder, LIMITS).received(number)} == {
        f"{n}.jpg" for n in (1, 2, 3, 4)
    }
    assert tree(folder / "1" / "files") == {f"{n}.jpg" for n in (1, 2, 3, 4)}


def test_unknown_uploads_and_broken_hashes_are_told(uploads: Uploads) -> None:
    with pytest.raises(UnknownName):
        uploads.offer(7, [Offered(hash_of(b"one"), "1.jpg")])
    number = uploads.begin("a")
    with pytest.raises(BadInput, match="64 hexadecimal"):
        uploads.offer(number, [Offered(ContentHash("../../etc/passwd"), "1.jpg")])
    with pytest.raises(BadInput, match="no file yet"):
        uploads.source(number)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w", create=True) as opened:
        yield opened


def test_at_open_abandoned_uploads_go_and_those_that_images_need_stay(
    workspace: Workspace, tmp_path: Path
) -> None:
    uploads = Uploads(workspace.uploads_folder, LIMITS)
    numbers = [uploads.begin(name) for name in ("used", "abandoned", "fresh")]
    for number in numbers:
        send(uploads, number, "x.part", str(number).encode())
    (workspace.uploads_folder / "1" / "half.part").write_bytes(b"half")
    with workspace.database.writing() as c:
        project = projects.create(
            c, name="p", task=Task.CLASSIFICATION, multi_label=False, backbone="color-histogram"
        )
        # As if the workspace had been moved since: the end of the path is what counts.
        image = NewImage(hash_of(b"1"), "/elsewhere/uploads/1/files/x.part", "", 1, 1, 1, 1)
        images.add(c, project.id, [image])
    long_ago = time.time() - 86_400 * (ABANDONED_DAYS + 1)
    for number in numbers[:2]:
        for each in (workspace.uploads_folder / str(number)).iterdir():
            os.utime(each, (long_ago, long_ago))
        os.utime(workspace.uploads_folder / str(number), (long_ago, long_ago))
    workspace.close()
    with Workspace.open(tmp_path / "w") as again:
        assert tree(again.uploads_folder) == {
            f"{number}/{name}"
            for number in (1, 3)
            for name in ("upload.json", "received.jsonl", "files/x.part")
        }
