"""DeepLabCut: CollectedData_*.csv beside the frames of each folder, x and y of every body part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import ClassVar

from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton, Visibility
from labelgraft.domain.shapes.repair import repaired
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import BadFormat, BadShape
from labelgraft.formats import sidecar
from labelgraft.formats.csv_text import neutralise, read_table, render_rows, restore
from labelgraft.formats.fitting import Converted, Gathered, size_of, why_unsaid
from labelgraft.formats.folder_write import Transfer
from labelgraft.formats.format import FolderFormat, no_image_file
from labelgraft.formats.json_text import NOTHING
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import Names, find_file, normal_path, portable_image_path
from labelgraft.formats.records import BadRecordError
from labelgraft.formats.skeleton_notes import skeleton_notes, skeletons_from

TOP, FILE = "labeled-data", "CollectedData_labelgraft.csv"
SCORER, CLASS = "labelgraft", "animal"
ANY_SIZE_PX = 1 << 20
Rows = Sequence[tuple[int, tuple[str, ...]]]


class DeepLabCut(FolderFormat):
    """Keypoints of one class, of one animal or several in each frame. A point that is not told is absent."""

    name: ClassVar[str] = "deeplabcut"
    title: ClassVar[str] = "DeepLabCut CSV"
    describe: ClassVar[str] = "DeepLabCut: CollectedData_*.csv with x and y of body parts, beside the frames"
    lossless: ClassVar[bool] = False
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link")
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.KEYPOINTS})

    def read(self, path: Path) -> Dataset:
        """The tables of a project's folder, or one table. Raises: BadFormat."""
        root = path if path.is_dir() else path.parent
        known = sidecar.read(root, self.name)
        tables = [path] if path.is_file() else _tables(root)
        if not tables and known is None:
            raise BadFormat(
                f"{path}: found no CollectedData_*.csv. {NOTHING} Give the folder of the project."
            )
        told = known.notes.get("class") if known else None
        class_name = told if isinstance(told, str) and told else CLASS
        refused: list[RefusedFile] = []
        images: dict[str, DatasetImage] = {}
        parts: tuple[str, ...] = ()
        for table in tables:
            head, rows = _head(table, read_table(table, "," if known else None).rows)
            if parts and head.parts != parts:
                raise BadFormat(f"{table}: found other body parts than in the tables before. {NOTHING}")
            parts = head.parts
            for line, cells in rows:
                try:
                    image = _image(cells, head, table, root, class_name)
                except BadRecordError as error:
                    refused.append(RefusedFile(f"{table.name}, line {line}", str(error)))
                    continue
                images.setdefault(image.path, image)
        skeletons = skeletons_from(known) if known else {class_name: Skeleton(parts)} if parts else {}
        listed = tuple(sorted(images.values(), key=_order))
        names = sidecar.class_order(known, set() if known else {class_name})
        return Dataset(names, listed, bool(known and known.multi_label), tuple(refused), skeletons=skeletons)

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:  # noqa: ARG002
        """Points that are there, hidden or not; boxes around them are not held."""
        gathered, names = Gathered(), Names()
        class_name = _class_of(dataset)
        count = len(dataset.skeletons[class_name].names) if class_name in dataset.skeletons else 0
        for at, image in enumerate(dataset.images):
            if reason := why_unsaid(image) or no_image_file(image):
                gathered.left_out[at] = reason
                continue
            path = names.give(_place(image))
            after = replace(image, path=path, split=None, width_px=0, height_px=0, extras={}, finished=True)
            wide, high = size_of(image)
            gathered.add(
                at,
                after,
                path,
                partial(_convert, class_name=class_name, count=count, width=wide, height=high),
            )
        return gathered.in_order(_order).fitted(replace(dataset, extras={}, refused=()))

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """A table per folder of frames."""
        dataset = fitted.dataset
        skeleton = dataset.skeletons.get(_class_of(dataset))
        parts = skeleton.names if skeleton else ()
        most = max((len(image.instances) for image in dataset.images), default=1)
        folders: dict[str, list[DatasetImage]] = {}
        for image in dataset.images:
            folders.setdefault(str(PurePosixPath(image.path).parent), []).append(image)
        for folder, images in folders.items():
            yield f"{folder}/{FILE}", render_rows(_table_of(images, parts, most))

    def notes(self, fitted: Fitted) -> dict[str, object]:
        """The class, which the tables do not name, and skeletons."""
        return {"class": _class_of(fitted.dataset), **skeleton_notes(fitted.dataset.skeletons)}

    def recognise(self, path: Path) -> str | None:
        """A CollectedData table, or a folder with some."""
        if path.is_file():
            sound = path.suffix.lower() == ".csv" and path.name.startswith("CollectedData")
            return "it is a table of DeepLabCut" if sound else None
        found = _tables(path)
        return f"it holds {found[0].relative_to(path).as_posix()}" if found else None


def _order(image: DatasetImage) -> tuple[int, str]:
    return (0, image.path)


def _tables(folder: Path) -> list[Path]:
    patterns = ("CollectedData_*.csv", "*/CollectedData_*.csv", f"{TOP}/*/CollectedData_*.csv")
    return sorted({file for pattern in patterns for file in folder.glob(pattern)})


def _class_of(dataset: Dataset) -> str:
    """The one class that is written: the first that an instance has, else the first with a skeleton."""
    drawn = (
        one.class_name for i in dataset.images for one in i.instances if isinstance(one.shape, Keypoints)
    )
    return next(drawn, next(iter(dataset.skeletons), CLASS))


def _place(image: DatasetImage) -> str:
    """labeled-data, one folder, the frame: deeper folders become one."""
    parts = PurePosixPath(portable_image_path(image.path, image.source)).parts
    inner = parts[1:] if len(parts) > 1 and parts[0] == TOP else parts
    return "/".join([TOP, "_".join(inner[:-1]) or "images", inner[-1]])


def _convert(one: DatasetInstance, class_name: str, count: int, width: int, height: int) -> Converted:
    if not isinstance(one.shape, Keypoints):
        return "DeepLabCut has keypoints only"
    if one.class_name != class_name:
        return "DeepLabCut has one class"
    if len(one.shape.points) != count:
        return "they do not have the points of the skeleton of their class"
    seen = one.shape.visibility != Visibility.ABSENT
    rows = [
        [*point, 2 if there else 0]
        for point, there in zip(one.shape.points.tolist(), seen.tolist(), strict=True)
    ]
    made = repaired(
        ShapeKind.KEYPOINTS,
        rows,
        width_px=width or ANY_SIZE_PX,
        height_px=height or ANY_SIZE_PX,
        outside="keep",
    )
    return "they have no point" if made.shape is None else DatasetInstance(class_name, made.shape)


def _table_of(images: Sequence[DatasetImage], parts: Sequence[str], most: int) -> Iterator[list[str]]:
    columns = [
        (str(number + 1), part, axis) for number in range(max(most, 1)) for part in parts for axis in "xy"
    ]
    yield ["scorer", *(SCORER for _ in columns)]
    if most > 1:
        yield ["individuals", *(number for number, _, _ in columns)]
    yield ["bodyparts", *(neutralise(part) for _, part, _ in columns)]
    yield ["coords", *(axis for _, _, axis in columns)]
    for image in images:
        cells: list[str] = []
        for one in image.instances:
            if isinstance(one.shape, Keypoints):
                for (x, y), seen in zip(
                    one.shape.points.tolist(), one.shape.visibility.tolist(), strict=True
                ):
                    cells += [repr(x), repr(y)] if seen else ["", ""]
        yield [image.path, *cells, *("" for _ in range(len(columns) - len(cells)))]


@dataclass(frozen=True, slots=True)
class _Head:
    """Of a table: body parts in order, and per animal the columns of x and y of each. paths: columns of the path."""

    parts: tuple[str, ...]
    animals: tuple[tuple[tuple[int, int], ...], ...]
    paths: int


def _head(path: Path, rows: Rows) -> tuple[_Head, Rows]:
    """Raises: BadFormat if the rows at the top are not scorer, (individuals,) bodyparts, coords."""
    named: dict[str, tuple[str, ...]] = {}
    at = 0
    while at < len(rows) and rows[at][1][0].strip().lower() in (
        "scorer",
        "individuals",
        "bodyparts",
        "coords",
    ):
        named[rows[at][1][0].strip().lower()] = rows[at][1]
        at += 1
    if not {"bodyparts", "coords"} <= named.keys():
        raise BadFormat(f"{path}: found no rows of bodyparts and coords at the top. {NOTHING}")
    body, axes = named["bodyparts"], [cell.strip().lower() for cell in named["coords"]]
    begins = next((n for n in range(1, len(axes)) if axes[n] in ("x", "y")), len(axes))
    animals = named.get("individuals", ("",) * len(axes))
    found: dict[str, dict[str, dict[str, int]]] = {}
    for column in range(begins, min(len(axes), len(body), len(animals))):
        part = found.setdefault(animals[column].strip(), {}).setdefault(restore(body[column]).strip(), {})
        part.setdefault(axes[column], column)
    parts = tuple(dict.fromkeys(part for animal in found.values() for part in animal))
    try:
        if len(axes) > 1:  # ours without any keypoint has no columns
            Skeleton(parts)
    except BadShape:
        raise BadFormat(f"{path}: found no body parts with names, each once. {NOTHING}") from None
    places = tuple(
        tuple((animal.get(part, {}).get("x", -1), animal.get(part, {}).get("y", -1)) for part in parts)
        for animal in found.values()
    )
    return _Head(parts, places, begins), rows[at:]


def _image(cells: tuple[str, ...], head: _Head, table: Path, root: Path, class_name: str) -> DatasetImage:
    inner = normal_path("/".join(cell for cell in cells[: head.paths] if cell))
    if not inner:
        raise BadRecordError("the path of the frame is empty")
    name = PurePosixPath(inner).name
    bases = [root, root.parent, root.parent.parent]
    source = find_file(inner, bases) or find_file(name, [table.parent])
    below = Path(source).is_relative_to(root.absolute()) if source else False
    path = Path(source).relative_to(root.absolute()).as_posix() if below else inner
    image = DatasetImage(path, source=source, finished=True)
    return image.with_instances(_instances(cells, head, class_name))


def _instances(cells: tuple[str, ...], head: _Head, class_name: str) -> Iterator[DatasetInstance]:
    for animal in head.animals:
        rows = [_point(cells, x, y) for x, y in animal]
        made = repaired(
            ShapeKind.KEYPOINTS, rows, width_px=ANY_SIZE_PX, height_px=ANY_SIZE_PX, outside="keep"
        )
        if made.shape is not None:
            yield DatasetInstance(class_name, made.shape)


def _point(cells: tuple[str, ...], x: int, y: int) -> list[float]:
    """x, y, visibility; an empty cell and NaN mean that the point is absent."""
    told = [cells[at].strip() if 0 <= at < len(cells) else "" for at in (x, y)]
    if not all(told) or "nan" in (told[0].lower(), told[1].lower()):
        return [0.0, 0.0, 0.0]
    try:
        numbers = [float(text) for text in told]
    except ValueError:
        raise BadRecordError(f"found {' and '.join(told)[:60]}, expected the x and y of a point") from None
    if not all(map(math.isfinite, numbers)):
        raise BadRecordError("a point is not finite")
    return [*numbers, 2.0]
