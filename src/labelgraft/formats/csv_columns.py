"""What the columns of a table mean: which is the path, which the label, which are ours, which foreign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labelgraft.errors import BadFormat
from labelgraft.formats.csv_text import neutralise, restore
from labelgraft.formats.json_text import NOTHING
from labelgraft.formats.paths import is_image_name

PATH_NAMES = (
    "path",
    "file_name",
    "filename",
    "file",
    "image",
    "image_path",
    "img",
    "filepath",
    "image_id",
    "id",
)
LABEL_NAMES = ("label", "labels", "class", "classes", "class_name", "category", "tag", "tags", "target")
PLURAL = ("labels", "classes", "tags")
_BOX_NAMES = ("xmin", "xtl", "bbox", "bbox_x")
# A foreign column called like one of ours is written with FOREIGN before its name.
OURS = ("path", "label", "split", "width", "height", "answer", "asked")
FOREIGN = "extra:"

Cells = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Columns:
    """names: per column one of OURS, or FOREIGN and its name. separators: characters between labels."""

    names: tuple[str, ...]
    separators: str = ""


def header_cell(name: str) -> str:
    """How a foreign column is called in our header."""
    taken = name.strip().lower() in (*OURS, *_BOX_NAMES) or name.startswith(FOREIGN)
    return FOREIGN + name if taken else neutralise(name)


def understand(
    path: Path,
    rows: Sequence[Cells],
    *,
    path_column: str | None,
    label_column: str | None,
    separator: str | None,
) -> tuple[Columns, Sequence[Cells]]:
    """The meaning of the columns, and the rows below the header. Raises: BadFormat if none holds paths."""
    if not rows:
        raise BadFormat(f"{path}: found no rows, expected a header such as path,label. {NOTHING}")
    line, header = rows[0]
    lower = [cell.strip().lower() for cell in header]
    if path_column is None and not set(lower) & set(PATH_NAMES) and any(map(is_image_name, header)):
        return Columns(_names_without_header(header), separator or ""), rows
    path_at = _find(header, lower, path_column, PATH_NAMES)
    if path_at is None and path_column is None:
        path_at = _column_of_images(rows[1:], len(header))
    label_at = _find(header, lower, label_column, LABEL_NAMES, besides=path_at)
    if label_at is None and label_column is None and path_at is not None and len(header) == 2:
        label_at = 1 - path_at
    if path_at is None or (label_at is None and label_column is not None):
        missing = (path_column or "path") if path_at is None else label_column
        raise BadFormat(
            f"{path}, line {line}: found the columns {', '.join(map(repr, header[:12]))}, expected one "
            "called "
            f"{missing!r}. {NOTHING} Say which column holds the paths of the images and which the labels."
        )
    if any(name in lower for name in _BOX_NAMES):
        raise BadFormat(
            f"{path}, line {line}: the columns tell of boxes; this format holds classes of whole images. "
            f"{NOTHING} "
            "Remove the box columns to import only the classes."
        )
    plural = label_at is not None and lower[label_at] in PLURAL
    return Columns(_names(header, path_at, label_at), separator or ("|;" if plural else "")), rows[1:]


def _names(header: Sequence[str], path_at: int, label_at: int | None) -> tuple[str, ...]:
    names = list[str]()
    for at, cell in enumerate(header):
        lower = cell.strip().lower()
        if at in (path_at, label_at):
            name = "path" if at == path_at else "label"
        elif cell.startswith(FOREIGN):
            name = cell
        else:
            name = lower if lower in OURS[2:] else FOREIGN + restore(cell)
        if name in names:
            name = FOREIGN + f"{restore(cell)} ({at + 1})"
        names.append(name)
    return tuple(names)


def _names_without_header(first: Sequence[str]) -> tuple[str, ...]:
    path_at = next(at for at, cell in enumerate(first) if is_image_name(cell))
    label_at = path_at + 1 if path_at + 1 < len(first) else path_at - 1
    names = {path_at: "path", **({label_at: "label"} if label_at >= 0 else {})}
    return tuple(names.get(at, f"{FOREIGN}column {at + 1}") for at in range(len(first)))


def _find(
    header: Sequence[str],
    lower: Sequence[str],
    wanted: str | None,
    usual: Sequence[str],
    besides: int | None = None,
) -> int | None:
    if wanted is not None:
        return header.index(wanted) if wanted in header else None
    for name in usual:
        if name in lower and lower.index(name) != besides:
            return lower.index(name)
    return None


def _column_of_images(rows: Sequence[Cells], width: int) -> int | None:
    some = [cells for _, cells in rows[:20] if len(cells) == width]
    columns = [at for at in range(width) if some and all(is_image_name(cells[at]) for cells in some)]
    return columns[0] if len(columns) == 1 else None
