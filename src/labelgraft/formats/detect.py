"""Which format a path holds, with the reason, so that the user can see and change it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labelgraft.errors import BadFormat, UnknownName
from labelgraft.formats import registry, sidecar
from labelgraft.formats.folder_write import MARKER
from labelgraft.formats.format import Format
from labelgraft.formats.json_text import NOTHING


@dataclass(frozen=True, slots=True)
class Detection:
    """The guess and a sentence for the user: what was found and how to say otherwise."""

    format: Format
    reason: str


def detect(path: Path) -> Detection:
    """The format of a file or folder. Raises: BadFormat if the path is missing or a file of no known kind."""
    if not path.exists():
        raise BadFormat(f"{path}: there is nothing at this path. {NOTHING} Check the spelling.")
    written = sidecar.read(path) if path.is_dir() else None
    if written is not None:
        try:
            return _said(registry.get(written.format), f"{MARKER} says so")
        except UnknownName as unknown:
            raise BadFormat(f"{path / MARKER}: {unknown} {NOTHING} Name the format.") from None
    for known in registry.ALL:
        reason = known.recognise(path)
        if reason is not None:
            return _said(known, reason)
    names = ", ".join(known.name for known in registry.ALL)
    raise BadFormat(
        f"{path}: found a file of no known kind, expected a folder, .csv, .jsonl or .json. {NOTHING} "
        f"Name its format ({names}) or give the folder."
    )


def _said(known: Format, reason: str) -> Detection:
    other = "image-folder" if known.name == "folder" else "folder"
    otherwise = (
        "to take its folders for classes" if known.name == "folder" else "to take the images without labels"
    )
    return Detection(known, f"Read as {known.name}, because {reason}; name the format {other!r} {otherwise}.")
