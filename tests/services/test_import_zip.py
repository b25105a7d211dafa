"""A zip is imported like the folder that was packed: by a process of its own, whole or not at all, and only once."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.services.import_bench import Bench

from labelgraft.domain.image import ImageFilter
from labelgraft.errors import BadFormat, TooLarge, UnknownName, UnknownPlace, WorkspaceUnwritable
from labelgraft.formats.zip_archive import ArchiveLimits
from labelgraft.services import unpack_archive, unpack_worker
from labelgraft.services.preview_import import preview_import
from labelgraft.services.read_source import ImportRequest
from labelgraft.services.unpack_archive import unpacked
from labelgraft.storage import images
from labelgraft.storage.uploads import UploadStore, sweep


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Four pictures in folders of classes, one damaged, an archive in the archive."""
    path = tmp_path / "pets.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(4):
            name = f"{'cat' if number % 2 else 'dog'}-{number}.png"
            Image.new("RGB", (20, 20), (number * 60, 0, 9)).save(tmp_path / name)
            archive.write(tmp_path / name, f"pets/{name[:3]}/{name}")
        archive.writestr("pets/cat/broken.jpg", b"\xff\xd8\xff no picture")
        archive.writestr("pets/inner.zip", b"PK")
    return path


def paths(bench: Bench) -> list[str]:
    with bench.workspace.database.reading() as connection:
        return [
            each.path for each in images.page(connection, bench.project_id, ImageFilter(), None, 99).images
        ]


def test_a_zip_gives_the_images_and_labels_of_the_folder_that_was_packed(bench: Bench, packed: Path) -> None:
    report = bench.add(packed)
    assert (report.added, report.labelled, report.format_name) == (4, 4, "image-folder")
    reasons = {Path(each.path).name: each.reason for each in report.refused}
    assert set(reasons) == {"broken.jpg", "inner.zip"}
    assert "archive inside of the archive" in reasons["inner.zip"]
    assert all(path.startswith(str(bench.workspace.uploads_folder)) for path in paths(bench))
    assert {Path(path).parent.name for path in paths(bench)} == {"cat", "dog"}


def test_a_zip_that_is_added_again_also_under_another_name_is_not_unpacked_again(
    bench: Bench, packed: Path, tmp_path: Path
) -> None:
    bench.add(packed, lives=2)
    before = paths(bench)
    again = bench.add(packed, key="two")
    other = Path(shutil.copy(packed, tmp_path / "other.zip"))
    third = bench.add(other, key="three")
    assert [(each.added, each.known) for each in (again, third)] == [(0, 4), (0, 4)]
    assert {Path(each.path).name for each in third.refused} == {"broken.jpg", "inner.zip"}
    assert paths(bench) == before
    assert UploadStore(bench.workspace.uploads_folder).numbers() == [1]


def test_a_zip_that_was_changed_is_unpacked_anew(bench: Bench, packed: Path, tmp_path: Path) -> None:
    bench.add(packed)
    with zipfile.ZipFile(packed, "a") as archive:
        Image.new("RGB", (20, 20), (1, 2, 3)).save(tmp_path / "new.png")
        archive.write(tmp_path / "new.png", "pets/cat/new.png")
    report = bench.add(packed, key="two")
    assert (report.added, len(report.duplicates)) == (1, 4)


def test_a_look_at_a_zip_tells_what_is_in_it_and_writes_nothing(bench: Bench, packed: Path) -> None:
    request = bench.request(packed)
    found = preview_import(bench.workspace, request)
    assert (found.format_name, found.images, found.refused_count) == ("zip", 5, 1)
    assert found.rows[0].path == "pets/dog/dog-0.png"
    assert list(bench.workspace.uploads_folder.iterdir()) == []


def test_a_zip_outside_of_the_roots_is_not_opened(bench: Bench, packed: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.zip").symlink_to(packed)
    for source in (packed, inside / "link.zip"):
        request = ImportRequest(bench.project_id, source, None, True, "key", (str(inside),))
        for read in (lambda asked: preview_import(bench.workspace, asked), bench.plan):
            with pytest.raises(UnknownPlace):
                read(request)
    assert list(bench.workspace.uploads_folder.iterdir()) == []


def test_a_bad_archive_leaves_nothing_behind(bench: Bench, packed: Path) -> None:
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("../evil.jpg", b"x")
    with pytest.raises(BadFormat, match=r"pets\.zip: the entry '\.\./evil\.jpg' leads out of its folder"):
        bench.add(packed)
    assert list(bench.workspace.uploads_folder.iterdir()) == []
    assert paths(bench) == []


def test_an_archive_without_images_says_what_it_found(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "texts.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(BadFormat, match="has nothing that can be taken"):
        bench.add(path)
    assert list(bench.workspace.uploads_folder.iterdir()) == []


def test_what_is_unpacked_counts_against_the_setting_and_the_disk(
    bench: Bench, packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = bench.workspace.uploads_folder
    folder = unpacked(uploads, packed, ArchiveLimits()).folder
    used = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.jpg", b"x" * 50)
    with pytest.raises(TooLarge, match="max_upload_gb"):
        unpacked(uploads, other, ArchiveLimits(total_bytes=used + 49))
    monkeypatch.setattr(unpack_archive, "FREE_BYTES", 10**18)
    with pytest.raises(TooLarge, match="Make room"):
        unpacked(uploads, other, ArchiveLimits())
    assert [each.name for each in uploads.iterdir()] == ["1"]


def test_a_disk_that_refuses_is_told_and_nothing_stays(
    bench: Bench, packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = bench.workspace.uploads_folder
    monkeypatch.setattr(subprocess, "run", limited_to(20, subprocess.run))
    with pytest.raises(WorkspaceUnwritable, match="File too large"):
        unpacked(uploads, packed, ArchiveLimits())
    assert list(uploads.iterdir()) == []


def limited_to(file_bytes: int, run: Callable[..., Any]) -> Callable[..., Any]:
    """The real process, on a disk that takes only small files."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    return lambda *args, **about: run(*args, **about, preexec_fn=limit)


def test_a_list_of_names_that_needs_too_much_memory_ends_that_archive_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "names.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jpg", b"x")

    def hungry(*_args: object) -> None:
        raise MemoryError

    monkeypatch.setattr(unpack_worker, "look", hungry)
    told = unpack_worker.answer({"path": str(path), "folder": None, "limits": {}})
    assert told["error"]["kind"] == "TooLarge"
    assert "more memory" in told["error"]["text"]


def test_a_long_list_of_names_is_read_in_a_process_of_bounded_memory_and_a_longer_one_is_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_001):
            archive.writestr(zipfile.ZipInfo(f"a-folder-with-a-longer-name/image-{number:09}.jpg"), b"")
    assert unpack_archive.look_into(path, ArchiveLimits()).images == 20_001
    with pytest.raises(TooLarge, match="20,000 entries"):
        unpack_archive.look_into(path, ArchiveLimits(entries=20_000))


def test_an_unpacked_archive_stays_as_long_as_an_image_needs_it_and_takes_no_uploads(
    bench: Bench, packed: Path, tmp_path: Path
) -> None:
    bench.add(packed)
    uploads = bench.workspace.uploads_folder
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.jpg", b"nobody imports this")
    unpacked(uploads, other, ArchiveLimits())
    UploadStore(uploads).scratch()
    with pytest.raises(UnknownName):
        UploadStore(uploads).name_of(1)
    for number in (1, 2):
        for each in (uploads / str(number), uploads / str(number) / "upload.json"):
            os.utime(each, (0, 0))
    with bench.workspace.database.reading() as connection:
        sweep(connection, uploads)
    assert [each.name for each in uploads.iterdir()] == ["1"]
