"""List folders to import from, below the roots that were given at start."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from labelgraft.domain.intake import PlaceFolder, Places
from labelgraft.errors import UnknownPlace
from labelgraft.formats.paths import DECODED_SUFFIXES, is_passed_over
from labelgraft.services.below_roots import Roots, place
from labelgraft.services.scan_files import is_text

MOST_FOLDERS = 1000
"""Folders listed of one place."""
SECONDS = 1.0
"""How long images are counted for one list; folders whose turn comes later have no count."""
DATA_SETS = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".zip"})
MODEL_FILES = frozenset({".onnx"})


def list_places(roots: Sequence[Path], text: str | None, suffixes: frozenset[str] = DATA_SETS) -> Places:
    """The folders at a place with their counts of images; the roots themselves for None. Raises UnknownPlace.

    suffixes: of the files that are named.

    Hidden folders and links that lead out of the roots are not listed.
    """
    known, deadline = Roots(roots), time.monotonic() + SECONDS
    if text is None:
        there = [root for root in roots if root.is_dir()]
        listed = tuple(
            PlaceFolder(root.name or str(root), str(root), count_images(str(root), known, deadline))
            for root in there
        )
        return Places(None, None, listed)
    chosen = place(text, roots)
    if not chosen.is_dir():
        raise UnknownPlace(text)
    folders, files = entries_of(str(chosen), known)
    shown = folders[:MOST_FOLDERS]
    parent = str(chosen.parent)
    return Places(
        path=str(chosen),
        parent=parent if parent in known and parent != str(chosen) else None,
        folders=tuple(
            PlaceFolder(os.path.basename(path), path, count_images(path, known, deadline))  # noqa: PTH119
            for path in shown
        ),
        images=sum(is_image(path) for path in files),
        files=tuple(path for path in files if os.path.splitext(path)[1].lower() in suffixes),  # noqa: PTH122
        left_out=len(folders) - len(shown),
    )


def count_images(folder: str, roots: Roots, deadline: float) -> int | None:
    """Image files in a folder and below, told by their names; None if the time is over."""
    count, waiting, entered = 0, [folder], set[str]()
    while waiting:
        if time.monotonic() > deadline:
            return None
        top = waiting.pop()
        real = os.path.realpath(top)
        if real in entered:
            continue
        entered.add(real)
        folders, files = entries_of(top, roots)
        count += sum(is_image(path) for path in files)
        waiting += folders
    return count


def is_image(path: str) -> bool:
    """True if the name ends like that of an image."""
    return os.path.splitext(path)[1].lower() in DECODED_SUFFIXES  # noqa: PTH122  for very many names


def entries_of(folder: str, roots: Roots) -> tuple[list[str], list[str]]:
    """Paths of the folders and of the files in a folder that an import would look at, each sorted by name."""
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_passed_over(entry.name) or (entry.is_symlink() and entry.path not in roots):
                    continue
                (folders if entry.is_dir() else files).append(entry.path)
    except OSError:  # it may not be read: then it holds nothing that could be imported
        return [], []
    printable = [[path for path in paths if is_text(path)] for paths in (folders, files)]
    return sorted(printable[0]), sorted(printable[1])
