"""Zip archives of images and label files: looked at whole before a byte is written, then unpacked within limits.

What tries to leave its folder, or to be more than it says, spoils the whole archive: an honest packer writes no such
thing. What merely cannot be used (a damaged picture, an archive in the archive) is refused alone, with its reason.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadFormat, TooLarge
from labelgraft.formats.json_text import NOTHING
from labelgraft.formats.paths import (
    DECODED_SUFFIXES,
    IMAGE_SUFFIXES,
    Names,
    folded,
    is_passed_over,
    normal_path,
    portable_path,
)

MOST_ENTRIES = 200_000
"""Names that one archive may list."""
DIRECTORY_BYTES = 64_000_000
"""The longest list of names that is read into memory."""
MOST_TIMES, BOMB_BYTES = 200, 100_000_000
"""An archive that says it holds more than this many times its own size, and more than so many bytes, is a bomb."""
PICTURE_SUFFIXES = IMAGE_SUFFIXES | DECODED_SUFFIXES
LABEL_SUFFIXES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson"})
ARCHIVE_SUFFIXES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"})
CHUNK_BYTES = 1 << 20

_END, _END_64, _LISTED, _LOCAL_BYTES = b"PK\x05\x06", b"PK\x06\x06", b"PK\x01\x02", 30
_SPOILED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What is taken out of an archive. image_bytes, label_bytes: of one file; total_bytes: of all; entries: names."""

    image_bytes: int = 256_000_000
    label_bytes: int = 1 << 30
    total_bytes: int = 100_000_000_000
    entries: int = MOST_ENTRIES


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds. wanted: what is unpacked, and where to; other_files: passed over, being no images."""

    wanted: tuple[tuple[zipfile.ZipInfo, str], ...]
    refused: tuple[RefusedFile, ...]
    other_files: int

    @property
    def total_bytes(self) -> int:
        """What unpacking writes, as the archive says."""
        return sum(info.file_size for info, _ in self.wanted)


def is_archive(path: Path) -> bool:
    """True for a file that is imported by unpacking it."""
    return path.suffix.lower() == ".zip" and path.is_file()


@contextmanager
def opened(path: Path, limits: ArchiveLimits) -> Iterator[tuple[zipfile.ZipFile, Contents]]:
    """An archive and what it holds, once nothing speaks against it. Raises BadFormat, TooLarge; writes nothing."""
    with path.open("rb") as file:
        _check_directory(path, file, limits)
        try:
            archive = zipfile.ZipFile(file)
        except (*_SPOILED, UnicodeDecodeError) as error:
            raise _refusal(path, f"is damaged ({error})", "Pack it again.") from None
        with archive:
            yield archive, _contents(path, archive, limits)


def unpack(
    archive: zipfile.ZipFile, contents: Contents, folder: Path, look_up: Callable[[], None] = lambda: None
) -> tuple[list[Path], list[RefusedFile]]:
    """Write what is wanted below a folder that is empty; gives the files, and what turned out to be damaged.

    look_up: called before each file, to stop by raising.
    """
    written, refused = list[Path](), list[RefusedFile]()
    for info, place in contents.wanted:
        look_up()
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            reason = _copy(archive, info, file)
        if reason is None:
            written.append(path)
        else:
            path.unlink()
            refused.append(RefusedFile(info.filename, reason))
    return written, refused


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, to: BinaryIO) -> str | None:
    """Unpack one file, counting its bytes; why it cannot be used, if so. Raises OSError of the disk."""
    count = 0
    try:
        with archive.open(info) as packed:
            while chunk := packed.read(CHUNK_BYTES):
                count += len(chunk)
                if count > info.file_size:
                    break
                to.write(chunk)
    except _SPOILED as error:
        return f"is damaged in the archive, or is not of the size that the archive says ({error})"
    if count != info.file_size:
        return f"is of another size than the {info.file_size:,} bytes that the archive says"
    return None


def _contents(path: Path, archive: zipfile.ZipFile, limits: ArchiveLimits) -> Contents:
    infos = archive.infolist()
    files = [info for info in infos if not info.filename.endswith("/")]
    for info in infos:
        _check_entry(path, info)
    _check_twins(path, files)
    _check_sizes(path, files)
    wanted, refused, names, other_files = list[tuple[zipfile.ZipInfo, str]](), list[RefusedFile](), Names(), 0
    for info in files:
        *_, name = parts = info.filename.split("/")
        if any(map(is_passed_over, parts)):
            continue
        suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122  for very many names
        if suffix not in PICTURE_SUFFIXES | LABEL_SUFFIXES | ARCHIVE_SUFFIXES:
            other_files += 1
        elif reason := _why_not(info, suffix, limits):
            refused.append(RefusedFile(info.filename, reason))
        else:
            wanted.append((info, names.give(portable_path(info.filename))))
    found = Contents(tuple(wanted), tuple(refused), other_files)
    if found.total_bytes > limits.total_bytes:
        raise TooLarge(
            f"{path.name}: would be {found.total_bytes / 1e9:,.1f} GB when unpacked, and there is room for "
            f"{limits.total_bytes / 1e9:,.1f}. {NOTHING} Make room, raise the setting max_upload_gb, or unpack it "
            "elsewhere and add the folder."
        )
    return found


def _why_not(info: zipfile.ZipInfo, suffix: str, limits: ArchiveLimits) -> str | None:
    """Why one file is left where it is; the rest is taken."""
    if suffix in ARCHIVE_SUFFIXES:
        return "is an archive inside of the archive, which is not opened; unpack it and add it by itself"
    most = limits.image_bytes if suffix in PICTURE_SUFFIXES else limits.label_bytes
    if info.file_size > most:
        return f"has {info.file_size / 1e6:,.1f} MB, the limit is {most / 1e6:,.0f} MB"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"is packed by a method ({info.compress_type}) that is not read; pack it with deflate"
    return None


def _check_entry(path: Path, info: zipfile.ZipInfo) -> None:
    """Raises BadFormat for a name that leads elsewhere, for what is no file, and for what nobody here can read."""
    name = info.orig_filename
    shown = f"{path.name}: the entry {name[:200]!r}"
    parts = name.rstrip("/").split("/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if name != info.filename or "\\" in name or "\0" in name:
        raise _refusal(
            shown, "has a backslash or a NUL in its name", "Pack it again with `/` between folders."
        )
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise _refusal(shown, "has an absolute path", "Pack the folder, not its whole path.")
    if ".." in parts:
        raise _refusal(shown, "leads out of its folder", "Pack it again.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refusal(shown, "is a link or a device, not a file", "Pack the files themselves.")
    if info.flag_bits & 0x1:
        raise _refusal(shown, "is encrypted", "Unpack it with its password and add the folder.")


def _check_twins(path: Path, files: list[zipfile.ZipInfo]) -> None:
    """Raises BadFormat for two files that some disk takes for one, and for a file that is a folder as well."""
    seen: dict[str, str] = {}
    for info in files:
        key = folded(normal_path(info.filename))
        if key in seen:
            raise _refusal(
                f"{path.name}: the entries {seen[key][:200]!r} and {info.filename[:200]!r}",
                "are the same name, or differ only in case or accents", "Rename one of them.",
            )  # fmt: skip
        seen[key] = info.filename
    folders = {key.rpartition("/")[0] for key in seen}
    above = {folder[: found.start()] for folder in folders for found in re.finditer("/", folder)}
    for key, name in seen.items():
        if key in folders or key in above:
            raise _refusal(
                f"{path.name}: the entry {name[:200]!r}", "is a file and a folder at once", "Pack it again."
            )


def _check_sizes(path: Path, files: list[zipfile.ZipInfo]) -> None:
    """Raises BadFormat for entries that share bytes, or promise a thousand times what they are packed in."""
    end = 0
    for info in sorted(files, key=lambda each: each.header_offset):
        if info.header_offset < end:
            raise _refusal(
                f"{path.name}: the entry {info.filename[:200]!r}",
                "shares its bytes with another",
                "Pack it again.",
            )
        end = info.header_offset + _LOCAL_BYTES + len(info.orig_filename) + info.compress_size
    packed, total = path.stat().st_size, sum(info.file_size for info in files)
    if end > packed:
        raise _refusal(path.name, "lists more bytes than it has", "It may be cut off: copy or pack it again.")
    if total > BOMB_BYTES and total > MOST_TIMES * packed:
        raise _refusal(
            path.name,
            f"says that its {packed / 1e6:,.1f} MB unpack to {total / 1e6:,.0f} MB, over {MOST_TIMES} times as many",
            "No archive of photos does. If you know it, unpack it and add the folder.",
        )  # fmt: skip


def _check_directory(path: Path, file: BinaryIO, limits: ArchiveLimits) -> None:
    """Raises before the list of names is read as a whole: TooLarge if it is long, BadFormat if there is none."""
    size = path.stat().st_size
    file.seek(max(0, size - 65_557))  # the longest comment stands behind the end record
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise _refusal(path.name, "is no zip archive, or is cut off", "Copy or pack it again.")
    told, length = struct.unpack_from("<HI", tail, at + 10)
    behind = size - len(tail) + at
    wide = tail[max(0, at - 76) : max(0, at - 20)]
    if wide.startswith(_END_64):
        told, length = struct.unpack_from("<QQ", wide, 32)
        behind -= 76
    if length > behind:
        raise _refusal(
            path.name, "is damaged: its list of names is longer than itself", "Copy or pack it again."
        )
    if told > limits.entries or length > DIRECTORY_BYTES:
        raise _too_many(path, limits)
    file.seek(behind - length)
    found = _count(path, file.read(length), limits)
    if found != told:
        raise _refusal(path.name, f"says that it has {told:,} entries and lists {found:,}", "Pack it again.")


def _count(path: Path, directory: bytes, limits: ArchiveLimits) -> int:
    at = count = 0
    while at < len(directory):
        if directory[at : at + 4] != _LISTED or at + 46 > len(directory):
            raise _refusal(path.name, "is damaged in its list of names", "Copy or pack it again.")
        at += 46 + sum(struct.unpack_from("<3H", directory, at + 28))
        count += 1
        if count > limits.entries:
            raise _too_many(path, limits)
    return count


def _too_many(path: Path, limits: ArchiveLimits) -> TooLarge:
    return TooLarge(
        f"{path.name}: has more than {limits.entries:,} entries, the most that are taken from one archive. {NOTHING} "
        "Unpack it and add the folder."
    )


def _refusal(what: Path | str, found: str, remedy: str) -> BadFormat:
    shown = what.name if isinstance(what, Path) else what
    return BadFormat(f"{shown} {found}. {NOTHING} {remedy}")
