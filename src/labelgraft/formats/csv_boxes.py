"""boxes.csv: a row per box, path,label,xmin,ymin,xmax,ymax, and whatever columns other tools call so."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from labelgraft.domain.annotation import Traits
from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.dataset_fit import fitting_shape
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.measure import bounds
from labelgraft.domain.shapes.repair import repaired
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import BadFormat
from labelgraft.formats import sidecar
from labelgraft.formats.csv_columns import LABEL_NAMES, PATH_NAMES
from labelgraft.formats.csv_text import is_formula, neutralise, read_table, render_rows, restore
from labelgraft.formats.fitting import OUTSIDE, Converted, Gathered, inside, size_of, why_unsaid
from labelgraft.formats.folder_write import Transfer
from labelgraft.formats.format import FolderFormat, placed
from labelgraft.formats.json_text import NOTHING
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import find_file, normal_path, split_of
from labelgraft.formats.picture_size import picture_size
from labelgraft.formats.records import MAX_PIXELS, BadRecordError

FILE = "boxes.csv"
ANY_SIZE_PX = 1 << 20
_LONGEST_HEADER = 1 << 16
EDGES = (
    ("xmin", "x_min", "x1", "left", "xtl"),
    ("ymin", "y_min", "y1", "top", "ytl"),
    ("xmax", "x_max", "x2", "right", "xbr"),
    ("ymax", "y_max", "y2", "bottom", "ybr"),
)
SIDES = (("x", "bbox_x"), ("y", "bbox_y"), ("w", "bbox_width", "bbox_w"), ("h", "bbox_height", "bbox_h"))
FLAGS = ("occluded", "truncated", "difficult", "crowd")
CONFIDENCE = ("confidence", "score")
SIZES = (("width", "image_width", "img_width"), ("height", "image_height", "img_height"))
FRACTIONS = "all numbers are 0 to 1: taken for fractions of the image"


class CsvBoxes(FolderFormat):
    """A row per box; an image that is finished and holds none has one row without box."""

    name: ClassVar[str] = "csv-boxes"
    title: ClassVar[str] = "CSV table of boxes"
    describe: ClassVar[str] = (
        "boxes.csv with the columns path,label,xmin,ymin,xmax,ymax; spreadsheets, pandas, TensorFlow"
    )
    lossless: ClassVar[bool] = False
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.DETECTION})

    def read(self, path: Path) -> Dataset:
        """The boxes of a table, or of the only one with boxes in a folder. Raises: BadFormat."""
        path = _table_in(path)
        known = sidecar.read(path.parent, self.name) if path.name == FILE else None
        rows = read_table(path, "," if known else None).rows
        columns = _columns_of(rows[0][1]) if rows else None
        if columns is None:
            raise BadFormat(
                f"{path}: found no columns of boxes, expected path,label,xmin,ymin,xmax,ymax. {NOTHING}"
            )
        reading = _Reading(path, columns)
        reading.as_fractions = not known and reading.all_small(rows[1:])
        for line, cells in rows[1:]:
            reading.add(line, cells)
        if reading.refused and not reading.images:
            first = reading.refused[0]
            raise BadFormat(f"{path}: no row could be read. {first.path}: {first.reason}. {NOTHING}")
        images = [reading.finished(image) for image in reading.images.values()]
        names = {name for image in images for name in image.class_names}
        multi = any(len(image.class_names) > 1 for image in images) or bool(known and known.multi_label)
        return Dataset(
            sidecar.class_order(known, names),
            tuple(images),
            multi,
            tuple(reading.refused),
            mended=dict(reading.mended),
        )

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:
        """Boxes exactly; other shapes by the box around them."""
        left_out = {at: reason for at, image in enumerate(dataset.images) if (reason := why_unsaid(image))}
        kept = [at for at in range(len(dataset.images)) if at not in left_out]
        some = replace(dataset, images=tuple(dataset.images[at] for at in kept))
        images, origins, places, double = placed(some, transfer, reserved=[FILE])
        gathered = Gathered(left_out=left_out | {kept[at]: reason for at, reason in double.items()})
        for image, origin, place in zip(images, origins, places, strict=True):
            wide, high = size_of(image)
            after = replace(image, width_px=wide, height_px=high, extras={}, finished=True)
            gathered.add(kept[origin], after, place, partial(_convert, width=wide, height=high))
        return gathered.fitted(replace(dataset, extras={}, refused=(), skeletons={}))

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """boxes.csv."""
        yield FILE, render_rows(_table_of(fitted.dataset.images))

    def recognise(self, path: Path) -> str | None:
        """A table with columns of boxes, or a folder with one."""
        try:
            found = _table_in(path)
        except BadFormat:
            return None
        return f"{found.name} has columns of boxes"


def _table_in(path: Path) -> Path:
    """Raises: BadFormat without just one table of boxes."""
    if path.is_file() and path.suffix.lower() in (".csv", ".tsv") and _has_boxes(path):
        return path
    found: list[Path] = []
    if path.is_dir():
        ours = path / FILE
        listed = [ours] if ours.is_file() else sorted([*path.glob("*.csv"), *path.glob("*.tsv")])
        found = [file for file in listed if _has_boxes(file)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(file.name for file in found[:8]) or "none"
    raise BadFormat(f"{path}: found {names}, expected one table with boxes. {NOTHING} Name the file.")


def _has_boxes(path: Path) -> bool:
    """Only the header is read: a table of a million labels is looked at too."""
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_HEADER)
    except OSError:
        return False
    text = first.decode(
        "utf-16" if first[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace"
    )
    return _columns_of([cell.strip().strip('"') for cell in re.split(r"[,;\t|]", text)]) is not None


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where things stand in a row. edges: four columns, right and bottom, or with `sides` width and height."""

    count: int
    path: int
    label: int
    edges: tuple[int, ...]
    sides: bool
    others: Mapping[str, int]


def _columns_of(header: Sequence[str]) -> _Columns | None:
    """None if the header tells of no boxes."""
    lower = {cell.strip().lower(): at for at, cell in reversed(list(enumerate(header)))}

    def first(names: Iterable[str]) -> int | None:
        return next((lower[name] for name in names if name in lower), None)

    edges = [at for names in EDGES if (at := first(names)) is not None]
    sides = len(edges) < len(EDGES)
    if sides:
        edges = [at for names in SIDES if (at := first(names)) is not None]
    path, label = first(PATH_NAMES), first(LABEL_NAMES)
    if len(edges) < len(EDGES) or path is None or label is None:
        return None
    named = {"confidence": CONFIDENCE, "width": SIZES[0], "height": SIZES[1], "split": ("split",)}
    named |= {flag: (flag,) for flag in FLAGS}
    others = {name: at for name, names in named.items() if (at := first(names)) is not None}
    return _Columns(len(header), path, label, tuple(edges), sides, others)


@dataclass(slots=True)
class _Reading:
    """Rows read one by one. as_fractions: coordinates are shares of the image's sides."""

    file: Path
    columns: _Columns
    as_fractions: bool = False
    images: dict[str, DatasetImage] = field(default_factory=dict)
    instances: dict[str, list[DatasetInstance]] = field(default_factory=dict)
    refused: list[RefusedFile] = field(default_factory=list)
    mended: Counter[str] = field(default_factory=Counter)

    def all_small(self, rows: Iterable[tuple[int, tuple[str, ...]]]) -> bool:
        """Whether no coordinate of the table is above 1, and not all are whole."""
        found = [
            number
            for _, cells in rows
            if len(cells) == self.columns.count
            for at in self.columns.edges
            if (number := _float(cells[at])) is not None
        ]
        return bool(found) and max(found) <= 1 and min(found) >= 0 and any(0 < number < 1 for number in found)

    def add(self, line: int, cells: tuple[str, ...]) -> None:
        """One row; one that cannot be used is refused with its line."""
        try:
            if len(cells) != self.columns.count:
                raise BadRecordError(f"found {len(cells)} cells, expected {self.columns.count}")
            image = self._image(cells)
            if any(cells[at].strip() for at in self.columns.edges):
                self.instances[image.path].append(self._instance(cells, image))
        except BadRecordError as error:
            self.refused.append(RefusedFile(f"{self.file.name}, line {line}", str(error)))

    def finished(self, image: DatasetImage) -> DatasetImage:
        """The image with its boxes."""
        return image.with_instances(self.instances[image.path])

    def _image(self, cells: tuple[str, ...]) -> DatasetImage:
        path = normal_path(restore(cells[self.columns.path]))
        if not path:
            raise BadRecordError("the path is empty")
        if path not in self.images:
            source = find_file(path, [self.file.parent, self.file.parent / "images"])
            wide, high = (_pixels(self._cell(cells, name)) for name in ("width", "height"))
            if self.as_fractions and not (wide and high):
                size = picture_size(source) if source else None
                wide, high = (size.width_px, size.height_px) if size else (0, 0)
            split = split_of(restore(self._cell(cells, "split")))
            self.images[path] = DatasetImage(path, (), split, source, wide, high, finished=True)
            self.instances[path] = []
        return self.images[path]

    def _cell(self, cells: tuple[str, ...], name: str) -> str:
        at = self.columns.others.get(name)
        return cells[at] if at is not None else ""

    def _instance(self, cells: tuple[str, ...], image: DatasetImage) -> DatasetInstance:
        name = restore(cells[self.columns.label])
        if not name:
            raise BadRecordError("the label of its box is empty")
        numbers = [_float(cells[at]) for at in self.columns.edges]
        left, top, right, bottom = numbers
        if left is None or top is None or right is None or bottom is None:
            raise BadRecordError("its box does not hold four numbers")
        edges = [left, top, left + right, top + bottom] if self.columns.sides else [left, top, right, bottom]
        if self.as_fractions:
            if not image.width_px:
                raise BadRecordError("its numbers are 0 to 1, and the size of the image is not known")
            self.mended[FRACTIONS] += 1
            edges = [edge * (image.height_px if at % 2 else image.width_px) for at, edge in enumerate(edges)]
        wide, high = image.width_px or ANY_SIZE_PX, image.height_px or ANY_SIZE_PX
        made = repaired(ShapeKind.BOX, edges, width_px=wide, height_px=high, outside="keep")
        if made.shape is None:
            raise BadRecordError(str(made.notices[-1]).removeprefix("refused: "))
        self.mended.update(map(str, made.notices))
        flags = {flag: self._cell(cells, flag).strip().lower() in ("1", "true", "yes") for flag in FLAGS}
        sure = _float(self._cell(cells, "confidence"))
        traits = Traits(flags["occluded"], flags["truncated"], flags["crowd"], flags["difficult"])
        return DatasetInstance(
            name, made.shape, traits, (), sure if sure is not None and 0 <= sure <= 1 else None
        )


def _convert(one: DatasetInstance, width: int, height: int) -> Converted:
    shape = fitting_shape(one, Task.DETECTION)
    if shape is None:
        return "they have no bounds"
    box = bounds(shape)
    made = repaired(ShapeKind.BOX, [box.left, box.top, box.right, box.bottom], outside="keep",
                    width_px=width or ANY_SIZE_PX, height_px=height or ANY_SIZE_PX)  # fmt: skip
    if made.shape is None or (width and inside(box, width, height) is None):
        return OUTSIDE
    said = one.traits
    traits = Traits(said.occluded, said.truncated, said.crowd, said.difficult)
    return DatasetInstance(one.class_name, made.shape, traits, (), one.confidence)


def _table_of(images: Sequence[DatasetImage]) -> Iterator[list[str]]:
    """The header, then a row per box; columns that would be empty everywhere are left out."""
    instances = [one for image in images for one in image.instances]
    flags = [flag for flag in FLAGS if any(getattr(one.traits, flag) for one in instances)]
    sure = any(one.confidence is not None for one in instances)
    splits = any(image.split for image in images)
    head = ["path", "label", "xmin", "ymin", "xmax", "ymax", "width", "height"]
    yield [*head, *(["split"] if splits else []), *flags, *(["confidence"] if sure else [])]
    for image in images:
        path = f"./{image.path}" if is_formula(image.path) else image.path
        size = [str(px) if px else "" for px in (image.width_px, image.height_px)]
        split = [image.split.value if image.split else ""] if splits else []
        for one in image.instances or (None,):
            if one is None:
                yield [path, "", "", "", "", "", *size, *split, *("" for _ in flags), *([""] if sure else [])]
                continue
            box = bounds(one.shape)
            edges = [_number(edge) for edge in (box.left, box.top, box.right, box.bottom)]
            said = ["1" if getattr(one.traits, flag) else "" for flag in flags]
            confidence = [] if not sure else ["" if one.confidence is None else repr(one.confidence)]
            yield [path, neutralise(one.class_name), *edges, *size, *split, *said, *confidence]


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _pixels(text: str) -> int:
    number = _float(text)
    return int(number) if number is not None and 0 < number < MAX_PIXELS and number.is_integer() else 0
