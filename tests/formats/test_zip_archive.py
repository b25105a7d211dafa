"""Zip archives from anywhere: what tries to leave its folder or lies about itself is refused before a byte is written."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.errors import BadFormat, LabelgraftError, TooLarge
from labelgraft.formats.zip_archive import ArchiveLimits, opened, unpack

LIMITS = ArchiveLimits(image_bytes=10_000_000, label_bytes=10_000, total_bytes=50_000_000, entries=200)


def pack(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def take(path: Path, folder: Path, limits: ArchiveLimits = LIMITS) -> tuple[dict[str, bytes], dict[str, str]]:
    """What was written, and what was refused alone."""
    folder.mkdir()
    with opened(path, limits) as (archive, contents):
        _, damaged = unpack(archive, contents, folder)
    found = {
        each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()
    }
    return found, {each.path: each.reason for each in [*contents.refused, *damaged]}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Where archives are unpacked; nothing may appear beside it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    yield outside / "inside"
    assert {each.name for each in outside.iterdir()} <= {"inside"}


def linked(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    return info


def named(raw: bytes) -> Callable[[Path], Path]:
    """An archive with a name that Python would not write."""

    def write(path: Path) -> Path:
        stand_in = b"N" * len(raw)
        pack(path, (stand_in.decode(), b"x"), ("good.jpg", b"good"))
        path.write_bytes(path.read_bytes().replace(stand_in, raw))
        return path

    return write


def entries(*pairs: tuple[str | zipfile.ZipInfo, bytes]) -> Callable[[Path], Path]:
    return lambda path: pack(path, *pairs)


def encrypted(path: Path) -> Path:
    data = bytearray(pack(path, ("good.jpg", b"x")).read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    path.write_bytes(data)
    return path


def sharing(path: Path) -> Path:
    """Two names for one stretch of bytes, as the zip bombs of Fifield are built."""
    data = pack(path, ("a.jpg", b"x" * 100), ("b.jpg", b"x" * 100)).read_bytes()
    at = data.rindex(b"PK\x01\x02")
    path.write_bytes(data[: at + 42] + struct.pack("<I", 0) + data[at + 46 :])
    return path


def cut_off(path: Path) -> Path:
    data = pack(path, ("a.jpg", b"x" * 100)).read_bytes()
    path.write_bytes(data[:-30])
    return path


HOSTILE = {
    "parent folder": (entries(("../evil.jpg", b"x"), ("good.jpg", b"x")), "leads out of its folder"),
    "parent in the middle": (entries(("a/../../evil.jpg", b"x")), "leads out of its folder"),
    "parent, then only a folder": (entries(("../evil/", b"")), "leads out of its folder"),
    "hidden, and out": (entries((".hidden/../../evil", b"x")), "leads out of its folder"),
    "absolute": (entries(("/etc/evil.jpg", b"x")), "absolute path"),
    "drive": (entries(("C:/evil.jpg", b"x")), "absolute path"),
    "drive without a slash": (entries(("C:evil.jpg", b"x")), "absolute path"),
    "backslash": (named(rb"..\w.jpg"), "backslash"),
    "drive with a backslash": (named(rb"C:\x.jpg"), "backslash"),
    "NUL": (named(b"a.jpg\0.."), "backslash or a NUL"),
    "link": (entries((linked("a.jpg", stat.S_IFLNK), b"/etc/passwd")), "is a link or a device"),
    "pipe": (entries((linked("a.jpg", stat.S_IFIFO), b"")), "is a link or a device"),
    "same name twice": (named(b"good.jpg"), "are the same name"),
    "same name but for case": (entries(("a/Cat.jpg", b"1"), ("a/cat.JPG", b"2")), "differ only in case"),
    "same name but for accents": (entries(("\u00e9.jpg", b"1"), ("e\u0301.jpg", b"2")), "differ only in case"),
    "same name but for dots": (entries(("a/b.jpg", b"1"), ("./a//b.jpg", b"2")), "are the same name"),
    "file and folder": (entries(("a.jpg", b"1"), ("a.jpg/b.jpg", b"2")), "is a file and a folder"),
    "encrypted": (encrypted, "is encrypted"),
    "shared bytes": (sharing, "shares its bytes"),
    "cut off": (cut_off, "is no zip archive, or is cut off"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_that_cannot_be_trusted_is_refused_whole_before_a_byte_is_written(
    case: str, tmp_path: Path, place: Path
) -> None:
    build, said = HOSTILE[case]
    with pytest.raises(BadFormat, match=said) as refused:
        take(build(tmp_path / "photos.zip"), place)
    assert str(refused.value).startswith("photos.zip")
    assert "Nothing was imported." in str(refused.value)
    assert list(place.iterdir()) == []


def test_a_file_that_is_no_archive_says_so(tmp_path: Path, place: Path) -> None:
    path = tmp_path / "photos.zip"
    for content in (b"", b"PK\x05\x06", b"\x89PNG" * 100, b"PK\x03\x04" + b"\0" * 500):
        path.write_bytes(content)
        with pytest.raises(BadFormat), opened(path, LIMITS):
            pass


def test_more_names_than_are_taken_are_counted_before_the_list_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(tmp_path / "many.zip", *((f"{n}.jpg", b"") for n in range(LIMITS.entries + 1)))
    lying = bytearray(path.read_bytes())
    end = lying.rindex(b"PK\x05\x06")
    monkeypatch.setattr(zipfile, "ZipFile", None)  # calling it would fail otherwise
    with pytest.raises(TooLarge, match="more than 200 entries"), opened(path, LIMITS):
        pass
    lying[end + 8 : end + 12] = struct.pack("<HH", 3, 3)
    path.write_bytes(lying)
    with pytest.raises(TooLarge, match="more than 200 entries"), opened(path, LIMITS):
        pass
    with (
        pytest.raises(BadFormat, match="says that it has 3 entries and lists 201"),
        opened(path, ArchiveLimits()),
    ):
        pass


def test_a_bomb_is_refused_by_what_it_says_of_itself(tmp_path: Path, place: Path) -> None:
    zeros = io.BytesIO(bytes(30_000_000)).getvalue()
    path = pack(tmp_path / "bomb.zip", *((f"{n}.png", zeros) for n in range(5)))
    assert path.stat().st_size < 200_000
    with pytest.raises(BadFormat, match="over 200 times as many"):
        take(path, place, ArchiveLimits())
    assert list(place.iterdir()) == []


def test_more_than_there_is_room_for_is_not_begun(tmp_path: Path, place: Path) -> None:
    path = pack(tmp_path / "large.zip", ("a.jpg", b"x" * 6000), ("b.jpg", b"x" * 6000))
    with pytest.raises(TooLarge, match="would be"):
        take(path, place, ArchiveLimits(total_bytes=10_000))
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("said", [10, 1_000_000])
def test_sizes_that_lie_cost_that_file_and_no_byte_more_than_announced(
    said: int, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(tmp_path / "liar.zip", ("liar.jpg", b"x" * 5_000_000), ("good.jpg", b"good"))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature)
        data[at + offset : at + offset + 4] = struct.pack("<I", said)
    path.write_bytes(data)
    asked: list[int] = []
    read = zipfile.ZipExtFile.read

    def counted(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        chunk = read(self, n)
        asked.append(len(chunk))
        return chunk

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    written, refused = take(path, place)
    assert written == {"good.jpg": b"good"}
    assert "size" in refused["liar.jpg"]
    assert sum(asked) <= said + 4


def test_files_that_cannot_be_used_are_refused_alone_with_their_reason(tmp_path: Path, place: Path) -> None:
    inner = pack(tmp_path / "inner.zip", ("a.jpg", b"x")).read_bytes()
    path = pack(
        tmp_path / "mixed.zip", ("a/good.jpg", b"good"), ("inner.zip", inner), ("rows.tar.gz", b"x"),
        ("large.png", bytes(10_000_001)), ("labels.csv", b"path,label\n"), ("long.csv", bytes(10_001)),
        ("notes.txt", b"x"), (".DS_Store", b"x"), ("__MACOSX/a/._good.jpg", b"x"), ("run.exe", b"MZ"),
    )  # fmt: skip
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("odd.jpg", b"x" * 100)
    written, refused = take(path, place)
    assert written == {"a/good.jpg": b"good", "labels.csv": b"path,label\n"}
    assert set(refused) == {"inner.zip", "rows.tar.gz", "large.png", "long.csv", "odd.jpg"}
    assert "archive inside of the archive" in refused["inner.zip"]
    assert "the limit is 10 MB" in refused["large.png"]
    assert "packed by a method" in refused["odd.jpg"]


def test_a_damaged_file_is_refused_and_the_others_are_taken(tmp_path: Path, place: Path) -> None:
    noise = bytes(n * 97 % 251 for n in range(5000))
    path = pack(tmp_path / "damaged.zip", ("bad.jpg", noise), ("good.jpg", noise))
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    path.write_bytes(data)
    written, refused = take(path, place)
    assert written == {"good.jpg": noise}
    assert list(refused) == ["bad.jpg"]


def test_names_that_no_disk_holds_get_safe_ones_and_all_stay_apart(tmp_path: Path, place: Path) -> None:
    names = [
        "CON.jpg",
        "a/trailing./x.jpg",
        "\u202egnp.jpg",
        "<img onerror=1>.jpg",
        "\U0001f431/1.jpg",
        "n" * 300 + ".jpg",
    ]
    written, refused = take(pack(tmp_path / "odd.zip", *((name, name.encode()) for name in names)), place)
    assert refused == {}
    assert sorted(written.values()) == sorted(name.encode() for name in names)
    assert written["\U0001f431/1.jpg"]


def test_an_archive_behind_other_bytes_and_before_a_comment_is_read(tmp_path: Path, place: Path) -> None:
    path = pack(tmp_path / "sfx.zip", ("a.jpg", b"good"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"PK not an end record" * 20
    path.write_bytes(b"#!/bin/sh\n" * 50 + path.read_bytes())
    assert take(path, place)[0] == {"a.jpg": b"good"}


def test_a_large_archive_of_the_64_bit_kind_is_read(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    path = pack(tmp_path / "wide.zip", *((f"{n}.jpg", b"good") for n in range(5)))
    assert b"PK\x06\x06" in path.read_bytes()
    assert len(take(path, place)[0]) == 5


@settings(max_examples=100, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 400),
)
def test_whatever_happens_to_its_bytes_an_archive_gives_files_below_its_folder_or_an_error_of_ours(
    edits: list[tuple[int, int]], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    path = pack(root / "x.zip", ("a/1.jpg", b"one" * 50), ("b/2.png", b"two" * 50), ("labels.csv", b"x" * 20))
    data = bytearray(path.read_bytes())
    for at, value in edits:
        data[at % len(data)] = value
    path.write_bytes(data[: len(data) - cut % 3 * 40])
    try:
        written, _ = take(path, root / "inside")
    except LabelgraftError:
        assert not any((root / "inside").rglob("*.*"))
    else:
        assert sum(map(len, written.values())) <= LIMITS.total_bytes
    assert {each.name for each in root.iterdir()} <= {"x.zip", "inside"}
