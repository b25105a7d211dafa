"""labelgraft.json beside an export: marks the folder as ours and keeps what label files have no place for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labelgraft.domain.dataset import Dataset
from labelgraft.errors import BadFormat
from labelgraft.formats.folder_write import MARKER
from labelgraft.formats.json_text import MEND, NOTHING, read_document, render_document

VERSION = 1


@dataclass(frozen=True, slots=True)
class Sidecar:
    """format: the name of the format that wrote it. notes: what that format keeps for itself."""

    format: str
    class_names: tuple[str, ...]
    multi_label: bool
    notes: Mapping[str, Any] = field(default_factory=dict)


def render(format_name: str, dataset: Dataset, notes: Mapping[str, object]) -> bytes:
    """The text of the sidecar."""
    known = {
        "format": format_name,
        "class_names": list(dataset.class_names),
        "multi_label": dataset.multi_label,
    }
    return render_document({"labelgraft": VERSION, **known, **notes})


def read(folder: Path, format_name: str | None = None) -> Sidecar | None:
    """The sidecar of a folder, None if there is none or another format wrote it. Raises: BadFormat."""
    path = folder / MARKER
    if not path.is_file():
        return None
    found = read_document(path)
    names, version = found.get("class_names"), found.get("labelgraft")
    sound = (
        isinstance(names, list)
        and all(isinstance(name, str) and name for name in names)
        and len(set(names)) == len(names)
        and isinstance(found.get("multi_label"), bool)
        and isinstance(found.get("format"), str)
    )
    if not sound or names is None or version != VERSION:
        raise BadFormat(
            f"{path}: found version {version!r} or fields of the wrong kind, expected version {VERSION} "
            "with format, "
            f"class_names and multi_label. {NOTHING} {MEND} Without this file the folder is read like a "
            "foreign one."
        )
    if format_name is not None and found["format"] != format_name:
        return None
    ours = ("labelgraft", "format", "class_names", "multi_label")
    notes = {key: value for key, value in found.items() if key not in ours}
    return Sidecar(found["format"], tuple(names), found["multi_label"], notes)


def class_order(sidecar: Sidecar | None, found: set[str]) -> tuple[str, ...]:
    """All classes: those of the sidecar in its order, then others by name."""
    listed = sidecar.class_names if sidecar else ()
    return (*listed, *sorted(found.difference(listed)))
