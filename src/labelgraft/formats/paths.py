"""Paths inside a data set: how foreign ones are understood, and names that every file system can hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from labelgraft.domain.image import Split

IMAGE_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .webp .gif .bmp .tif .tiff .avif .heic .heif .ppm .pgm .pbm .pnm .jp2".split()  # noqa: SIM905
)

DECODED_SUFFIXES = frozenset(
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".dib",
        ".avif", ".avifs", ".jp2", ".j2k", ".jpx", ".psd", ".ico", ".mpo", ".ppm", ".pgm", ".pbm", ".pnm",
    }
)  # fmt: skip
"""Files with these suffixes, in any case, are taken for images where a folder is listed; decoding shows what they hold."""

_SKIPPED_FOLDERS = frozenset({"__MACOSX", "@eaDir", "$RECYCLE.BIN"})

# Validation images were held out by whoever made the split: we never train on them either.
_SPLITS = {
    "train": Split.TRAIN,
    "training": Split.TRAIN,
    "test": Split.TEST,
    "testing": Split.TEST,
    "val": Split.TEST,
    "valid": Split.TEST,
    "validation": Split.TEST,
    "dev": Split.TEST,
}

_ADDRESS = re.compile(r"^(?:data:|[a-z][a-z0-9+.-]+://)", re.IGNORECASE)
_FORBIDDEN = frozenset('<>:"/\\|?*')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{p}{n}" for p in ("com", "lpt") for n in "0123456789¹²³"]
)
# Most names are plain, and need no look at each character: a tenth of the time for a hundred thousand files.
_PLAIN_PART = r"[A-Za-z0-9](?:[A-Za-z0-9 _.+=,()@-]*[A-Za-z0-9_)-])?"
_PLAIN = re.compile(rf"{_PLAIN_PART}(?:/{_PLAIN_PART})*")
_LIKE_A_DEVICE = re.compile(r"(?:^|/)(?:con|prn|aux|nul|com|lpt)", re.IGNORECASE)
# Longer names are cut to less than the limit, so that one with a number after it is not cut again.
_MAX_PART_BYTES = 200
_SHORT_PART_BYTES = 180
_MAX_PATH_BYTES = 900


def split_of(word: str) -> Split | None:
    """The split that a folder or cell means; None if the word is not about splits."""
    return _SPLITS.get(word.strip().lower())


def is_passed_over(name: str) -> bool:
    """True for hidden files and folders, and for those that systems keep for themselves."""
    return name.startswith(".") or name in _SKIPPED_FOLDERS


def is_address(path: str) -> bool:
    """True for URLs and data URIs: there is no file to copy."""
    return _ADDRESS.match(path) is not None


def is_image_name(path: str) -> bool:
    """True if the end of the name says that it is an image."""
    return PurePosixPath(path.replace("\\", "/")).suffix.lower() in IMAGE_SUFFIXES


def normal_path(path: str) -> str:
    """The posix spelling of a path from anywhere: `.\\a\\b.jpg` and `./a//b.jpg` are `a/b.jpg`; URLs stay."""
    if is_address(path):
        return path
    slashed = path.replace("\\", "/")
    lead = re.match(r"/*", slashed)
    root = "" if lead is None else ("//" if lead.group() == "//" else lead.group()[:1])
    return root + "/".join(part for part in slashed.split("/") if part not in ("", "."))


def is_absolute(path: str) -> bool:
    """True for posix and Windows absolute paths (`/a`, `C:/a`, `//server/a`), whatever this machine runs."""
    return path.startswith("/") or re.match(r"^[A-Za-z]:/", path) is not None


def find_file(path: str, bases: Iterable[Path]) -> str:
    """The absolute path of the file that `path` means, "" if it is not there.

    An absolute path from another machine is looked for by its longest tail that exists under a base:
    label files travel together with their images more often than they stay.
    """
    if is_address(path) or "\0" in path:
        return ""
    parts = PurePosixPath(path).parts
    if is_absolute(path):
        if _is_file(Path(path)):
            return str(Path(path))
        tails = [PurePosixPath(*parts[start:]) for start in range(1, len(parts))]
        tails = [tail for tail in tails if ".." not in tail.parts]
    else:
        tails = [PurePosixPath(path)]
    for tail in tails:
        for base in bases:
            if _is_file(base / tail):
                return str((base / tail).absolute())
    return ""


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system holds
        return False


def folded(path: str) -> str:
    """Equal for two names that some file system takes for the same (case, NFC and NFD)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def portable_part(name: str, *, empty: str = "unnamed") -> str:
    """One folder or file name that Linux, macOS, Windows and the common loaders all keep; safe names stay.

    Loaders skip names with a leading dot or two underscores; Windows drops trailing dots and spaces.
    """
    part = "".join("_" if _is_hostile(c) else c for c in name)
    stem, suffix = _split_suffix(part.strip().rstrip(". "))
    if stem.startswith((".", "__")):
        stem = "_" + stem.lstrip("._")
    stem = stem or empty
    if stem.split(".")[0].strip().casefold() in _DEVICES:
        stem = "_" + stem
    if len((stem + suffix).encode()) > _MAX_PART_BYTES:
        room = _SHORT_PART_BYTES - len(suffix.encode())
        stem = stem.encode()[:room].decode(errors="ignore")
    return (stem + suffix) if suffix else stem.rstrip(". ") or empty


def portable_path(path: str) -> str:
    """A relative path of portable parts; safe relative paths stay, absolute ones keep their last name."""
    if len(path) <= _SHORT_PART_BYTES and _PLAIN.fullmatch(path) and not _LIKE_A_DEVICE.search(path):
        return path
    return _portable_path(path)


def _portable_path(path: str) -> str:
    normal = normal_path(path)
    parts = [p for p in PurePosixPath(normal).parts if p not in ("/", "//", "..")]
    if is_absolute(normal) or is_address(normal) or ".." in PurePosixPath(normal).parts:
        parts = parts[-1:]
    safe = [portable_part(p) for p in parts] or ["unnamed"]
    whole = "/".join(safe)
    return whole if len(whole.encode()) <= _MAX_PATH_BYTES else safe[-1]


def portable_image_path(path: str, source: str) -> str:
    """The portable path, with the ending of its source if it has none of an image: loaders go by the ending."""
    safe = portable_path(path)
    if is_image_name(safe) or not is_image_name(source):
        return safe
    return portable_path(safe + PurePosixPath(normal_path(source)).suffix)


class Names:
    """Gives each wanted path a name of its own: no two that any file system would take for one."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._files: set[str] = {folded(name) for name in reserved}
        self._folders: set[str] = set()
        self._next: dict[str, int] = {}

    def give(self, wanted: str) -> str:
        """`wanted` itself, or with -2, -3, ... before its suffix."""
        while self._parent_is_file(wanted):  # a file `a` was given before `a/b.jpg`: make it `a_b.jpg`
            parent, _, name = wanted.rpartition("/")
            above, slash, folder = parent.rpartition("/")
            wanted = above + slash + portable_part(f"{folder}_{name}")
        path, number = wanted, self._next.get(folded(wanted), 2)
        while self._is_taken(path):
            stem, suffix = _split_suffix(wanted.rsplit("/", 1)[-1])
            path = wanted[: len(wanted) - len(stem + suffix)] + f"{stem}-{number}{suffix}"
            number += 1
        self._next[folded(wanted)] = number
        key = folded(path)
        self._files.add(key)
        self._folders.update(key[:i] for i, c in enumerate(key) if c == "/")
        return path

    def _is_taken(self, path: str) -> bool:
        return folded(path) in self._files or folded(path) in self._folders

    def _parent_is_file(self, path: str) -> bool:
        key = folded(path)
        return any(key[:i] in self._files for i, c in enumerate(key) if c == "/")


def _is_hostile(c: str) -> bool:
    # Cc, Cf (also the right-to-left override), Cs and line separators: invisible, or not writable at all.
    return c in _FORBIDDEN or unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _split_suffix(name: str) -> tuple[str, str]:
    suffix = PurePosixPath(name).suffix if "/" not in name else ""
    return (name[: -len(suffix)], suffix) if suffix and len(suffix) <= 12 else (name, "")
