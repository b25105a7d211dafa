"""Which places a request from outside of this process may read: the roots given at start, and what lies below.

A link counts as the place that it leads to, and every reason to say no sounds the same, so that nobody learns from here
what else is on the machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from labelgraft.errors import UnknownPlace

NEVER = ("/proc", "/sys", "/dev")
"""What lies here is no file of anybody, even where the whole disk is a root."""


class Roots:
    """Folders, as the links in their own paths lead to them; a place is "in" them if it lies at or below one."""

    def __init__(self, folders: Iterable[Path | str]) -> None:
        self.folders = tuple(os.path.realpath(folder) for folder in folders)
        self._known: dict[str, bool] = {}

    def __contains__(self, path: object) -> bool:
        """Whether a path lies at or below a root once every link is followed; quick for many files of a folder."""
        if not isinstance(path, str):
            return False
        if _is_link(path):
            return self._is_below(os.path.realpath(path))
        folder = os.path.dirname(path)  # noqa: PTH120  for a million files
        if folder not in self._known:
            self._known[folder] = self._is_below(os.path.realpath(folder))
        return self._known[folder] or self._is_below(os.path.realpath(path))

    def _is_below(self, real: str) -> bool:
        if any(_lies_in(real, never) for never in NEVER):
            return False
        return any(_lies_in(real, root) for root in self.folders)


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))  # noqa: PTH118


def _is_link(path: str) -> bool:
    try:
        return os.path.islink(path)  # noqa: PTH114  for a million files
    except ValueError:  # a path that no system has
        return True


def place(text: str, roots: Sequence[Path | str]) -> Path:
    """The folder or file that a request names, if it lies below a root.

    Raises UnknownPlace for anything else, in the same words whether it is missing, elsewhere, or no path at all: parts
    like `..`, a backslash where it parts no folders, a name of another machine, an escape that was not undone (it is
    never undone here).
    """
    known = Roots(roots)
    path = Path(text)
    odd = "\0" in text or text.startswith(("//", "\\\\")) or (os.sep == "/" and "\\" in text)
    odd = odd or any(_lies_in(text, never) for never in NEVER)
    if odd or not path.is_absolute() or not {".", ".."}.isdisjoint(text.replace("\\", "/").split("/")):
        raise UnknownPlace(text)
    try:
        there = text in known and (path.is_dir() or path.is_file())  # a pipe would be waited for without end
    except (OSError, ValueError):
        there = False
    if not there:
        raise UnknownPlace(text)
    return path


def outward_links(folder: Path, roots: Roots) -> Iterator[str]:
    """Links below a folder that lead out of the roots, to folders and to files alike; each folder is entered once."""
    waiting, entered = [os.fspath(folder)], set[str]()
    while waiting:
        top = waiting.pop()
        real = os.path.realpath(top)
        if real in entered:
            continue
        entered.add(real)
        for path, is_link, is_folder in _entries(top):
            if is_link and path not in roots:
                yield path
            elif is_folder:
                waiting.append(path)


def _entries(folder: str) -> list[tuple[str, bool, bool]]:
    try:
        with os.scandir(folder) as entries:
            return [(entry.path, entry.is_symlink(), entry.is_dir()) for entry in entries]
    except OSError:
        return []  # whoever reads the folder tells of that
