"""Pascal VOC: an XML file of boxes per image, lists of splits, images beside them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from labelgraft.domain.annotation import Traits
from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.dataset_fit import fitting_shape
from labelgraft.domain.image import RefusedFile, Split
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.measure import bounds
from labelgraft.domain.shapes.repair import repaired
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import BadFormat, BadShape
from labelgraft.formats import sidecar
from labelgraft.formats.fitting import (
    OUTSIDE,
    TOO_SMALL,
    Converted,
    Gathered,
    inside,
    own_place,
    size_of,
    why_unsaid,
)
from labelgraft.formats.folder_write import Transfer
from labelgraft.formats.format import FolderFormat, is_text, no_image_file
from labelgraft.formats.image_folder import files_below
from labelgraft.formats.json_text import MAX_DOCUMENT_BYTES, NOTHING, read_bytes
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import Names, is_passed_over, normal_path, split_of
from labelgraft.formats.records import MAX_PIXELS, BadRecordError
from labelgraft.formats.xml_text import can_stand, child_text, read_xml, xml_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

IMAGES, ANNOTATIONS, LISTS = "JPEGImages", "Annotations", "ImageSets/Main"
ANY_SIZE_PX = 1 << 20
MOST_XML_BYTES = 64 << 20
DECIMALS = 3
FLAGS = ("difficult", "truncated", "occluded")


@dataclass(frozen=True)
class Voc(FolderFormat):
    """Boxes with difficult, truncated and occluded.

    first_pixel: the number of the leftmost pixel. Pascal counts from 1 and names the last pixel inside; many tools count
    from 0 and name the edge. None: 0 if any box of the set begins at 0, else 1.
    """

    first_pixel: int | None = None

    name: ClassVar[str] = "voc"
    title: ClassVar[str] = "Pascal VOC XML"
    describe: ClassVar[str] = "Pascal VOC: an XML file of boxes per image; torchvision, labelImg, CVAT"
    lossless: ClassVar[bool] = False
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link")
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.DETECTION})

    def read(self, path: Path) -> Dataset:
        """The XML files below a folder with their images; images without one are not finished. Raises: BadFormat."""
        root = path if path.is_dir() else path.parent
        known = sidecar.read(root, self.name)
        refused: list[RefusedFile] = []
        found = _files(path, root, refused)
        if not found and known is None:
            raise BadFormat(
                f"{path}: found no XML file with boxes. {NOTHING} Give the folder that holds them."
            )
        top, listed = _images_of(root, found)
        first = _first_pixel(found) if self.first_pixel is None and known is None else (self.first_pixel or 0)
        reading = _Reading(1 if known else first, known is None, refused)
        splits = _splits(root)
        images = [reading.image(file, listed, top, splits) for file in found]
        paths = {image.path for image in images}
        stems = {PurePosixPath(path).stem for path in paths}  # masks of annotated images are called like them
        images += [
            DatasetImage(name, split=splits.get(_key(name)), source=str((top / name).absolute()))
            for name in sorted(listed.every)
            if name not in paths and PurePosixPath(name).stem not in stems
        ]
        names = {one.class_name for image in images for one in image.instances}
        multi = any(len(image.class_names) > 1 for image in images) or bool(known and known.multi_label)
        return Dataset(
            sidecar.class_order(known, names), tuple(sorted(images, key=_order)), multi, tuple(refused),
            mended=dict(reading.mended),
        )  # fmt: skip

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:  # noqa: ARG002
        """Boxes, to a thousandth of a pixel; other shapes by the box around them."""
        gathered, names = Gathered(), Names()
        splits = any(image.split for image in dataset.images if not _why_not(image))
        for at, image in enumerate(dataset.images):
            if reason := _why_not(image):
                gathered.left_out[at] = reason
                continue
            split = (image.split or Split.TRAIN) if splits else None
            path = own_place(image, [IMAGES], names, (IMAGES, ANNOTATIONS))
            wide, high = size_of(image)
            after = replace(
                image, path=path, split=split, width_px=wide, height_px=high, extras={}, finished=True
            )
            gathered.add(at, after, path, partial(_convert, width=wide, height=high))
        return gathered.in_order(_order).fitted(replace(dataset, extras={}, refused=(), skeletons={}))

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """An XML file per image, and the lists of splits."""
        images = fitted.dataset.images
        for image in images:
            inner = PurePosixPath(image.path).relative_to(IMAGES)
            yield f"{ANNOTATIONS}/{inner.with_suffix('.xml')}", [_document(image, str(inner)).encode()]
        lists: dict[str, list[str]] = {}
        for image in images:
            name = "trainval" if image.split is None else image.split.value
            inner = PurePosixPath(image.path).relative_to(IMAGES).with_suffix("")
            lists.setdefault(name, []).append(f"{inner}\n")
        for name, lines in sorted(lists.items()):
            yield f"{LISTS}/{name}.txt", [line.encode() for line in lines]

    def recognise(self, path: Path) -> str | None:
        """A folder whose XML files begin with <annotation>, here or a few levels below."""
        if path.is_file():
            return "it is an XML file with boxes" if path.suffix.lower() == ".xml" and _is_voc(path) else None
        first = next(
            (
                file
                for pattern in ("*.xml", "*/*.xml", "*/*/*.xml")
                for file in sorted(path.glob(pattern))[:1]
            ),
            None,
        )
        if first is None or not _is_voc(first):
            return None
        return f"it holds {first.relative_to(path).as_posix()}, an annotation in XML"


def _why_not(image: DatasetImage) -> str:
    return why_unsaid(image) or no_image_file(image)


def _order(image: DatasetImage) -> tuple[int, str]:
    return (0, image.path)


def _convert(one: DatasetInstance, width: int, height: int) -> Converted:
    shape = fitting_shape(one, Task.DETECTION)
    if shape is None:
        return "they have no bounds"
    if not can_stand(one.class_name) or one.class_name != one.class_name.strip():
        return "XML cannot hold the name of their class"
    box = bounds(shape)
    cut = inside(box, width, height) if width else box
    if not isinstance(cut, Box):
        return OUTSIDE
    begin = [float(_number(edge + 1)) - 1 for edge in (cut.left, cut.top)]
    edges = [*begin, *(float(_number(edge)) for edge in (cut.right, cut.bottom))]
    try:
        kept = Box(*edges)
    except BadShape:
        return TOO_SMALL
    if min(kept.width, kept.height) <= 10**-DECIMALS:
        return TOO_SMALL
    said = one.traits
    traits = Traits(occluded=said.occluded, truncated=said.truncated, difficult=said.difficult)
    return DatasetInstance(one.class_name, kept, traits)


def _number(value: float) -> str:
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _document(image: DatasetImage, name: str) -> str:
    lines = ["<annotation>", f"  <folder>{IMAGES}</folder>", f"  <filename>{xml_text(name)}</filename>"]
    if image.width_px:
        size = f"<width>{image.width_px}</width><height>{image.height_px}</height><depth>3</depth>"
        lines.append(f"  <size>{size}</size>")
    lines.append("  <segmented>0</segmented>")
    for one in image.instances:
        lines += _object(one)
    return "\n".join([*lines, "</annotation>"]) + "\n"


def _object(one: DatasetInstance) -> list[str]:
    """Pascal's way: from 1, the last pixel inside. The right edge so is the number of the last pixel."""
    box = bounds(one.shape)
    edges = {"xmin": box.left + 1, "ymin": box.top + 1, "xmax": box.right, "ymax": box.bottom}
    told = "".join(f"<{key}>{_number(value)}</{key}>" for key, value in edges.items())
    flags = "".join(
        f"<{flag}>{int(getattr(one.traits, flag))}</{flag}>"
        for flag in ("truncated", "difficult", "occluded")
    )
    return [
        "  <object>",
        f"    <name>{xml_text(one.class_name)}</name>",
        f"    <pose>Unspecified</pose>{flags}",
        f"    <bndbox>{told}</bndbox>",
        "  </object>",
    ]


@dataclass(frozen=True, slots=True)
class _File:
    """An XML file and its root. name: posix, from the folder that was read."""

    name: str
    root: Element


@dataclass(slots=True)
class _Listed:
    """Images below a folder: every one, by stem, and by name."""

    every: set[str] = field(default_factory=set)
    by_tail: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, str] = field(default_factory=dict)

    def add(self, name: str) -> None:
        """Known by its path without the first folder, by its stem, and by its name; the first counts."""
        self.every.add(name)
        path = PurePosixPath(name)
        for tail in (
            path,
            PurePosixPath(*path.parts[1:]) if len(path.parts) > 1 else path,
            PurePosixPath(path.name),
        ):
            self.by_tail.setdefault(tail.with_suffix("").as_posix(), name)
            self.by_name.setdefault(tail.as_posix(), name)


def _files(path: Path, root: Path, refused: list[RefusedFile]) -> list[_File]:
    """The annotations below a folder, others are passed over; damaged ones are refused by name."""
    found: list[_File] = []
    paths = [path] if path.is_file() else sorted(root.rglob("*.xml"))
    for file in paths:
        name = file.relative_to(root).as_posix()
        if any(is_passed_over(part) for part in PurePosixPath(name).parts):
            continue
        try:
            element = read_xml(file, limit=MOST_XML_BYTES)
        except BadFormat as error:
            refused.append(RefusedFile(name, str(error).removeprefix(f"{file}").lstrip(":, ")))
            continue
        if element.tag == "annotation":
            found.append(_File(name, element))
    if refused and not found:
        raise BadFormat(f"{path}: no file could be read. {refused[0].path}: {refused[0].reason}")
    return found


def _is_voc(path: Path) -> bool:
    try:
        return read_xml(path, limit=MOST_XML_BYTES).tag == "annotation"
    except BadFormat:
        return False


def _images_of(root: Path, found: Sequence[_File]) -> tuple[Path, _Listed]:
    """The images below the folder, or beside it where it holds only XML files."""
    for top in (root, root.parent) if found else (root,):
        listed = _Listed()
        for name in sorted(files_below(top, [])):
            listed.add(name)
        if listed.every:
            return top, listed
    return root, _Listed()


def _splits(root: Path) -> dict[str, Split]:
    """Stem of an image -> its split, by the lists in ImageSets/Main."""
    found: dict[str, Split] = {}
    for file in sorted((root / LISTS).glob("*.txt")):
        split = split_of(file.stem)
        if split is None:
            continue
        for line in read_bytes(file, MAX_DOCUMENT_BYTES).decode(errors="replace").split("\n"):
            if name := line.rstrip("\r").removesuffix(" 1").removesuffix(" -1").strip():
                found.setdefault(name, split)
    return found


def _key(path: str) -> str:
    """The path of an image as lists of splits have it."""
    inner = PurePosixPath(path)
    tail = (
        PurePosixPath(*inner.parts[1:])
        if len(inner.parts) > 1 and inner.parts[0] == IMAGES
        else PurePosixPath(inner.name)
    )
    return tail.with_suffix("").as_posix()


def _first_pixel(found: Iterable[_File]) -> int:
    for file in found:
        for box in file.root.iterfind("object/bndbox"):
            for key in ("xmin", "ymin"):
                if (edge := _float(child_text(box, key))) is not None and edge < 1:
                    return 0
    return 1


def _float(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@dataclass(slots=True)
class _Reading:
    """Annotations read one by one. first: the number of the first pixel. foreign: another tool wrote them."""

    first: int
    foreign: bool
    refused: list[RefusedFile]
    mended: Counter[str] = field(default_factory=Counter)

    def image(self, file: _File, listed: _Listed, top: Path, splits: Mapping[str, Split]) -> DatasetImage:
        """An image is that called like the XML file, else the one that it names."""
        path = self._path(file, listed)
        source = str((top / path).absolute()) if path in listed.every else ""
        size = file.root.find("size")
        wide, high = (
            (0, 0)
            if size is None
            else (_pixels(child_text(size, "width")), _pixels(child_text(size, "height")))
        )
        if not (wide and high):
            wide = high = 0
        instances = list[DatasetInstance]()
        for number, element in enumerate(file.root.iterfind("object"), start=1):
            try:
                instances.append(self._instance(element, wide, high))
            except BadRecordError as error:
                self.refused.append(RefusedFile(f"{file.name}, object {number}", str(error)))
        image = DatasetImage(path, (), splits.get(_key(path)), source, wide, high, finished=True)
        return image.with_instances(instances)

    def _path(self, file: _File, listed: _Listed) -> str:
        stem = PurePosixPath(file.name).with_suffix("")
        told = normal_path((child_text(file.root, "filename") or "").strip())
        named = listed.by_name.get(told) or listed.by_name.get(PurePosixPath(told).name)
        if named is not None and PurePosixPath(told).stem == stem.name:
            return named
        tails = (PurePosixPath(*stem.parts[1:]) if len(stem.parts) > 1 else stem, PurePosixPath(stem.name))
        for tail in tails:
            if tail.as_posix() in listed.by_tail:
                return listed.by_tail[tail.as_posix()]
        return named or told or f"{stem}.jpg"

    def _instance(self, element: Element, width: int, height: int) -> DatasetInstance:
        name = (child_text(element, "name") or "").strip()
        if not is_text(name):
            raise BadRecordError("has no name of a class")
        box = element.find("bndbox")
        if box is None:
            raise BadRecordError("has no bndbox")
        edges = [_float(child_text(box, key)) for key in ("xmin", "ymin", "xmax", "ymax")]
        left, top, right, bottom = edges
        if left is None or top is None or right is None or bottom is None:
            raise BadRecordError("its bndbox does not hold four numbers")
        if self.foreign and (left == right or top == bottom):  # by the letter one pixel wide; in truth a slip
            raise BadRecordError("two of its edges are equal: it encloses nothing")
        size = {"width_px": width or ANY_SIZE_PX, "height_px": height or ANY_SIZE_PX}
        numbers = [left - self.first, top - self.first, right, bottom]
        made = repaired(
            ShapeKind.BOX, numbers, width_px=size["width_px"], height_px=size["height_px"], outside="keep"
        )
        if made.shape is None:
            raise BadRecordError(str(made.notices[-1]).removeprefix("refused: "))
        self.mended.update(map(str, made.notices))
        flags = {flag: (child_text(element, flag) or "").strip() in ("1", "true", "True") for flag in FLAGS}
        traits = Traits(
            occluded=flags["occluded"], truncated=flags["truncated"], difficult=flags["difficult"]
        )
        return DatasetInstance(name, made.shape, traits)


def _pixels(text: str | None) -> int:
    number = _float(text)
    return int(number) if number is not None and 0 < number < MAX_PIXELS and number.is_integer() else 0
