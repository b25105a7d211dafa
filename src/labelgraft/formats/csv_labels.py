"""labels.csv: path,label and whatever other columns there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadFormat
from labelgraft.formats import sidecar
from labelgraft.formats.csv_columns import FOREIGN, Cells, Columns, header_cell, understand
from labelgraft.formats.csv_text import is_formula, neutralise, read_table, render_rows, restore
from labelgraft.formats.folder_write import Transfer
from labelgraft.formats.format import FolderFormat, is_text, own_extras, placed
from labelgraft.formats.json_text import NOTHING
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import find_file, normal_path, split_of

FILE = "labels.csv"


@dataclass(frozen=True)
class CsvLabels(FolderFormat):
    """One row per image, or per image and class where an image has several.

    path_column, label_column: names in the header, found out if None. separator: between several labels in
    one cell; if None, `|` and `;` count in columns called labels, classes or tags. delimiter: found if None.
    """

    path_column: str | None = None
    label_column: str | None = None
    separator: str | None = None
    delimiter: str | None = None

    name: ClassVar[str] = "csv"
    title: ClassVar[str] = "CSV table"
    describe: ClassVar[str] = (
        "labels.csv with the columns path,label; spreadsheets, pandas and everything else"
    )

    def read(self, path: Path) -> Dataset:
        """The data set of a table, or of the labels.csv in a folder. Raises: BadFormat."""
        path = path / FILE if path.is_dir() else path
        known = sidecar.read(path.parent, self.name) if path.name == FILE else None
        table = read_table(path, "," if known else self.delimiter)
        columns, rows = understand(
            path,
            table.rows,
            path_column=self.path_column,
            label_column=self.label_column,
            separator=self.separator,
        )
        refused: list[RefusedFile] = []
        images = _merged(_parsed(path, columns, rows, refused), path, refused)
        if refused and not images:
            raise BadFormat(
                f"{path}: no row could be read. {refused[0].path}: {refused[0].reason}. {NOTHING}"
            )
        found = {name for image in images for name in image.class_names}
        multi = any(len(image.class_names) > 1 for image in images) or bool(known and known.multi_label)
        return Dataset(sidecar.class_order(known, found), tuple(images), multi, tuple(refused))

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:
        """Everything but the details of other formats, and paths that no file system holds."""
        images, origins, places, left_out = placed(dataset, transfer, reserved=[FILE])
        images = [replace(image, extras=_writable_extras(image)) for image in images]
        multi = dataset.multi_label or any(len(image.class_names) > 1 for image in images)
        return Fitted(
            Dataset(dataset.class_names, tuple(images), multi), tuple(origins), tuple(places), left_out
        )

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """labels.csv."""
        yield FILE, render_rows(_table_of(fitted.dataset.images))

    def recognise(self, path: Path) -> str | None:
        """A table, or a folder with labels.csv."""
        if path.is_dir():
            return f"it holds {FILE}" if (path / FILE).is_file() else None
        return "it is a table" if path.suffix.lower() in (".csv", ".tsv") else None


@dataclass(frozen=True, slots=True)
class _Row:
    """One line; image holds at most the classes of this line."""

    line: int
    image: DatasetImage


def _parsed(
    path: Path, columns: Columns, rows: Sequence[Cells], refused: list[RefusedFile]
) -> Iterator[_Row]:
    needed = 1 + max(at for at, name in enumerate(columns.names) if name in ("path", "label"))
    for line, cells in rows:
        reason = ""
        if not needed <= len(cells) <= len(columns.names):
            reason = f"found {len(cells)} cells, expected {len(columns.names)}"
        else:
            named = {name: restore(cell) for name, cell in zip(columns.names, cells, strict=False) if cell}
            if not normal_path(named.get("path", "")):
                reason = "the path is empty"
        if reason:
            refused.append(RefusedFile(f"{path.name}, line {line}", reason))
        else:
            yield _Row(line, _image(named, columns.separators, path.parent))


def _image(named: dict[str, str], separators: str, folder: Path) -> DatasetImage:
    extras = {name.removeprefix(FOREIGN): cell for name, cell in named.items() if name.startswith(FOREIGN)}
    path = normal_path(named["path"])
    word = named.get("split", "")
    split = split_of(word)
    if word and (split is None or word != split.value):
        extras["split"] = word  # `val` stays what it was called; `fold1` is no split of ours
    width, height = _pixels(named.get("width", "")), _pixels(named.get("height", ""))
    extras |= {
        name: named[name] for name, px in (("width", width), ("height", height)) if name in named and not px
    }
    answer = Answer(named["answer"]) if named.get("answer") in list(Answer) else Answer.ACCEPT
    if named.get("answer") not in (None, *Answer):
        extras["answer"] = named["answer"]
    label = named.get("label", "")
    if answer is Answer.ACCEPT and "asked" in named:
        extras["asked"] = named["asked"]
    elif not label:
        label = named.get("asked", "")
    classes = _labels(label, separators)
    return DatasetImage(
        path,
        classes,
        split,
        find_file(path, [folder]),
        width,
        height,
        answer,
        {CsvLabels.name: extras} if extras else {},
    )


def _labels(cell: str, separators: str) -> tuple[str, ...]:
    if not any(mark in cell for mark in separators):
        return (cell,) if cell else ()
    for mark in separators[1:]:
        cell = cell.replace(mark, separators[0])
    return tuple(dict.fromkeys(part.strip() for part in cell.split(separators[0]) if part.strip()))


def _pixels(cell: str) -> int:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 7 and cell[0] != "0" else 0


def _merged(rows: Iterable[_Row], path: Path, refused: list[RefusedFile]) -> list[DatasetImage]:
    """One image per path, with the classes of all its rows in their order."""
    first: dict[str, _Row] = {}
    for row in rows:
        before = first.get(row.image.path)
        if before is None:
            first[row.image.path] = row
            continue
        new = tuple(name for name in row.image.class_names if name not in before.image.class_names)
        merged = replace(before.image, class_names=(*before.image.class_names, *new))
        first[row.image.path] = _Row(before.line, merged)
        if not new:
            refused.append(
                RefusedFile(f"{path.name}, line {row.line}", f"says the same as line {before.line}")
            )
        elif replace(row.image, class_names=()) != replace(before.image, class_names=()):
            reason = (
                f"its label was taken, but its other columns differ from line {before.line}, which were kept"
            )
            refused.append(RefusedFile(f"{path.name}, line {row.line}", reason))
    return [row.image for row in first.values()]


def _writable_extras(image: DatasetImage) -> dict[str, dict[str, str]]:
    kept = {
        name: cell
        for name, cell in own_extras(image, CsvLabels.name).items()
        if isinstance(cell, str) and is_text(cell) and (is_text(name) or not name)
    }
    return {CsvLabels.name: kept} if kept else {}


def _table_of(images: Sequence[DatasetImage]) -> Iterator[list[str]]:
    """The header, then one row per image and class; columns that would be empty everywhere are left out."""
    foreign = list(dict.fromkeys(key for image in images for key in _foreign_cells(image)))
    with_split = any(image.split for image in images)
    with_size = any(image.width_px or image.height_px for image in images)
    with_answer = any(image.answer is not Answer.ACCEPT for image in images)
    yield [
        *("path", "label"),
        *(["split"] if with_split else []),
        *(["width", "height"] if with_size else []),
        *(["answer", "asked"] if with_answer else []),
        *map(header_cell, foreign),
    ]
    for image in images:
        extras = _foreign_cells(image)
        holds = image.answer is Answer.ACCEPT
        for name in image.class_names or ("",):
            yield [
                _path_cell(image.path),
                neutralise(name) if holds else "",
                *([_split_cell(image)] if with_split else []),
                *([_size_cell(image.width_px), _size_cell(image.height_px)] if with_size else []),
                *(
                    ["" if holds else image.answer.value, "" if holds else neutralise(name)]
                    if with_answer
                    else []
                ),
                *(neutralise(extras.get(key, "")) for key in foreign),
            ]


def _path_cell(path: str) -> str:
    """`./=x.jpg` is the same file as `=x.jpg`, for every program, and no formula."""
    return f"./{path}" if is_formula(path) else path


def _size_cell(pixels: int) -> str:
    return str(pixels) if pixels else ""


def _split_cell(image: DatasetImage) -> str:
    word = own_extras(image, CsvLabels.name).get("split")
    if image.split is None:
        return ""
    spelled = isinstance(word, str) and word != image.split.value and split_of(word) is image.split
    return neutralise(str(word)) if spelled else image.split.value


def _foreign_cells(image: DatasetImage) -> dict[str, str]:
    """The own extras, but for the spelling of the split, which stands in the split column."""
    cells: dict[str, str] = dict(own_extras(image, CsvLabels.name))
    if image.split is not None and _split_cell(image) != image.split.value:
        del cells["split"]
    return cells
