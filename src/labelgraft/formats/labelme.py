"""LabelMe: a JSON file beside each image."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import numpy as np
from PIL import Image, UnidentifiedImageError

from labelgraft.domain.annotation import Traits
from labelgraft.domain.arrays import Bools
from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import corners
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.raster import polygon_mask
from labelgraft.domain.shapes.repair import Repaired, repaired
from labelgraft.domain.shapes.rle import decode, encode
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import pixel_bounds
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.errors import BadFormat
from labelgraft.formats import sidecar
from labelgraft.formats.fitting import OUTSIDE, Converted, Gathered, inside, own_place, size_of, why_unsaid
from labelgraft.formats.folder_write import MARKER, Transfer
from labelgraft.formats.format import FolderFormat, is_text, no_image_file
from labelgraft.formats.image_folder import files_below
from labelgraft.formats.json_text import NOTHING, read_document, render_document
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import Names, is_passed_over, normal_path
from labelgraft.formats.records import BadRecordError, pixels_of

VERSION = "5.5.0"
FLAGS = ("occluded", "truncated", "crowd", "difficult")
ANY_SIZE_PX = 1 << 20
MOST_SNIFFED_BYTES = 32 << 20
MOST_MASK_PIXELS = 1 << 28


class LabelMe(FolderFormat):
    """Rectangles, polygons and masks. Polygons of one label and group are the parts of one object."""

    name: ClassVar[str] = "labelme"
    title: ClassVar[str] = "LabelMe JSON"
    describe: ClassVar[str] = "LabelMe: a JSON file beside each image, with rectangles, polygons and masks"
    lossless: ClassVar[bool] = False
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link")
    tasks: ClassVar[frozenset[Task]] = frozenset(
        {Task.DETECTION, Task.INSTANCE_SEGMENTATION, Task.SEMANTIC_SEGMENTATION}
    )

    def read(self, path: Path) -> Dataset:
        """The JSON files below a folder with their images; images without one are not finished. Raises: BadFormat."""
        root = path if path.is_dir() else path.parent
        known = sidecar.read(root, self.name)
        reading = _Reading(root)
        files = [path] if path.is_file() else _json_files(root)
        images = [image for file in files if (image := reading.image(file)) is not None]
        if not images and known is None:
            why = f" {reading.refused[0].path}: {reading.refused[0].reason}" if reading.refused else ""
            raise BadFormat(f"{path}: found no LabelMe file.{why} {NOTHING}")
        if path.is_dir():
            here = {image.path for image in images}
            others = [name for name in sorted(files_below(root, [])) if name not in here]
            images += [DatasetImage(name, source=str((root / name).absolute())) for name in others]
        names = {name for image in images for name in image.class_names}
        multi = any(len(image.class_names) > 1 for image in images) or bool(known and known.multi_label)
        images.sort(key=_order)
        return Dataset(
            sidecar.class_order(known, names),
            tuple(images),
            multi,
            tuple(reading.refused),
            mended=dict(reading.mended),
        )

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:  # noqa: ARG002
        """Rectangles and polygons exactly, masks pixel by pixel."""
        gathered, names = Gathered(), Names([MARKER.replace(".json", ".label")])
        for at, image in enumerate(dataset.images):
            if reason := why_unsaid(image) or no_image_file(image):
                gathered.left_out[at] = reason
                continue
            path = own_place(image, [], names)
            wide, high = size_of(image)
            after = replace(
                image, path=path, split=None, width_px=wide, height_px=high, extras={}, finished=True
            )
            gathered.add(at, after, path, partial(_convert, width=wide, height=high))
        return gathered.in_order(_order).fitted(replace(dataset, extras={}, refused=(), skeletons={}))

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """A JSON file per image."""
        for image in fitted.dataset.images:
            shapes = [row for at, one in enumerate(image.instances) for row in _rows(one, at)]
            document: dict[str, Any] = {
                "version": VERSION, "flags": {}, "shapes": shapes, "imagePath": PurePosixPath(image.path).name,
                "imageData": None, "imageHeight": image.height_px, "imageWidth": image.width_px,
            }  # fmt: skip
            yield PurePosixPath(image.path).with_suffix(".json").as_posix(), [render_document(document)]

    def recognise(self, path: Path) -> str | None:
        """A JSON file with shapes and imagePath, or a folder with some."""
        if path.is_file():
            return "it is a LabelMe file" if path.suffix.lower() == ".json" and _is_labelme(path) else None
        first = next(
            (
                file
                for pattern in ("*.json", "*/*.json")
                for file in sorted(path.glob(pattern))
                if file.name != MARKER
            ),
            None,
        )
        return (
            f"{first.relative_to(path).as_posix()} is a LabelMe file"
            if first and _is_labelme(first)
            else None
        )


def _order(image: DatasetImage) -> tuple[int, str]:
    return (0, image.path)


def _json_files(root: Path) -> list[Path]:
    found = sorted(root.rglob("*.json"))
    return [f for f in found if f.name != MARKER and not any(map(is_passed_over, f.relative_to(root).parts))]


def _is_labelme(path: Path) -> bool:
    try:
        if path.stat().st_size > MOST_SNIFFED_BYTES:
            return False
        document = read_document(path)
    except (BadFormat, OSError):
        return False
    return isinstance(document.get("shapes"), list) and isinstance(document.get("imagePath"), str)


def _convert(one: DatasetInstance, width: int, height: int) -> Converted:
    if isinstance(one.shape, Keypoints):
        return "LabelMe has no keypoints of one object"
    if not width:
        return "the size of their image is not known"
    shape: Shape | None = inside(one.shape, width, height)
    if isinstance(shape, RotatedBox):
        shape = inside(Polygon([Part(corners(shape))]), width, height)
    if isinstance(shape, Polygon) and any(part.holes for part in shape.parts):
        shape = polygon_mask(shape, width, height)
    if shape is None or (isinstance(shape, Mask) and pixel_bounds(shape) is None):
        return OUTSIDE
    said = one.traits
    kept = DatasetInstance(
        one.class_name, shape, Traits(said.occluded, said.truncated, said.crowd, said.difficult)
    )
    reading = _Reading(Path())
    back = reading.instances(_rows(kept, 0), width, height, "")
    return back[0] if back else "LabelMe cannot hold their shape"


def _rows(one: DatasetInstance, group: int) -> list[dict[str, Any]]:
    """A row, or one per part of a polygon."""
    flags = {flag: True for flag in FLAGS if getattr(one.traits, flag)}
    base: dict[str, Any] = {"label": one.class_name, "group_id": None, "description": "", "flags": flags}
    shape = one.shape
    if isinstance(shape, Box):
        points = [[shape.left, shape.top], [shape.right, shape.bottom]]
        return [{**base, "shape_type": "rectangle", "points": points, "mask": None}]
    if isinstance(shape, Mask):
        return [{**base, "shape_type": "mask", **_mask_fields(shape)}]
    parts = shape.parts if isinstance(shape, Polygon) else ()
    number = {"group_id": group} if len(parts) > 1 else {}
    return [
        {**base, **number, "shape_type": "polygon", "points": part.outline.tolist(), "mask": None}
        for part in parts
    ]


def _mask_fields(mask: Mask) -> dict[str, Any]:
    """The corners of the pixels around the object, both inside, and a PNG of what lies between."""
    edges = pixel_bounds(mask)
    if edges is None:
        return {"points": [], "mask": None}
    left, top, right, bottom = map(int, edges)
    held = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(decode(mask)[top:bottom, left:right])).save(held, "PNG")
    points = [[float(left), float(top)], [float(right - 1), float(bottom - 1)]]
    return {"points": points, "mask": base64.b64encode(held.getvalue()).decode()}


@dataclass(slots=True)
class _Reading:
    """Files read one by one."""

    root: Path
    refused: list[RefusedFile] = field(default_factory=list)
    mended: Counter[str] = field(default_factory=Counter)

    def image(self, file: Path) -> DatasetImage | None:
        """None for a file that cannot be read, or is of another kind."""
        name = file.relative_to(self.root).as_posix()
        try:
            document = read_document(file)
        except BadFormat as error:
            self.refused.append(RefusedFile(name, str(error).removeprefix(f"{file}").lstrip(":, ")))
            return None
        shapes, told = document.get("shapes"), document.get("imagePath")
        if not isinstance(shapes, list) or not isinstance(told, str):
            self.refused.append(RefusedFile(name, "has no shapes and imagePath, so it is no LabelMe file"))
            return None
        source = self._source(file, told)
        path = source.relative_to(self.root).as_posix() if source else normal_path(told) or f"{name}.jpg"
        wide, high = pixels_of(document.get("imageWidth")), pixels_of(document.get("imageHeight"))
        image = DatasetImage(
            path,
            source=str(source.absolute()) if source else "",
            width_px=wide,
            height_px=high,
            finished=True,
        )
        return image.with_instances(self.instances(shapes, wide, high, name))

    def _source(self, file: Path, told: str) -> Path | None:
        """The image that the file names, beside it; images are sought in this folder only."""
        candidates = [
            file.parent / PurePosixPath(normal_path(told)).name,
            file.parent / normal_path(told).lstrip("/"),
        ]
        top = self.root.resolve()
        there = (
            one
            for one in candidates
            if "\0" not in str(one) and one.is_file() and one.resolve().is_relative_to(top)
        )
        found = next(there, None)
        return (
            found
            if found is None or ".." not in found.parts
            else self.root / found.resolve().relative_to(top)
        )

    def instances(self, rows: Sequence[Any], width: int, height: int, name: str) -> list[DatasetInstance]:
        """The objects of a file; polygons of one label and group are one."""
        found: list[tuple[DatasetInstance, Any]] = []
        for number, row in enumerate(rows):
            try:
                one, group = self._instance(row, width, height)
            except BadRecordError as error:
                self.refused.append(RefusedFile(f"{name}, shapes[{number}]", str(error)))
                continue
            at = next(
                (
                    k
                    for k, (had, key) in enumerate(found)
                    if group is not None and key == group and _joins(had, one)
                ),
                None,
            )
            if at is None:
                found.append((one, group))
            else:
                found[at] = (_joined(found[at][0], one), group)
        return [one for one, _ in found]

    def _instance(self, row: Any, width: int, height: int) -> tuple[DatasetInstance, Any]:
        if not isinstance(row, Mapping) or not isinstance(row.get("label"), str) or not is_text(row["label"]):
            raise BadRecordError("has no label")
        made = _shape(row, width, height)
        if made.shape is None:
            raise BadRecordError(str(made.notices[-1]).removeprefix("refused: "))
        self.mended.update(map(str, made.notices))
        told = row.get("flags")
        said = {flag: isinstance(told, Mapping) and told.get(flag) is True for flag in FLAGS}
        traits = Traits(said["occluded"], said["truncated"], said["crowd"], said["difficult"])
        group = row.get("group_id")
        return DatasetInstance(row["label"], made.shape, traits), group if isinstance(
            group, int | str
        ) else None


def _joins(one: DatasetInstance, other: DatasetInstance) -> bool:
    same = (one.class_name, one.traits) == (other.class_name, other.traits)
    return same and isinstance(one.shape, Polygon) and isinstance(other.shape, Polygon)


def _joined(one: DatasetInstance, other: DatasetInstance) -> DatasetInstance:
    parts = [part for each in (one, other) if isinstance(each.shape, Polygon) for part in each.shape.parts]
    return replace(one, shape=Polygon(parts))


def _shape(row: Mapping[str, Any], width: int, height: int) -> Repaired:
    kind, points = row.get("shape_type") or "polygon", row.get("points")
    wide, high = width or ANY_SIZE_PX, height or ANY_SIZE_PX
    if kind == "polygon":
        return repaired(ShapeKind.POLYGON, [[points]], width_px=wide, height_px=high, outside="keep")
    if kind not in ("rectangle", "mask"):
        raise BadRecordError(f"a {str(kind)[:40]} is not taken, only rectangles, polygons and masks")
    sound = (
        isinstance(points, list)
        and len(points) in (2, 4)
        and all(isinstance(p, list) and len(p) == 2 for p in points)
    )
    if not sound or not isinstance(points, list):
        raise BadRecordError("its points are not two corners")
    if kind == "mask":
        return _mask(row.get("mask"), points[0], width, height)
    numbers = [*points[0], *points[len(points) // 2]]  # LabelMe 5.5 writes all four corners, others two
    return repaired(ShapeKind.BOX, numbers, width_px=wide, height_px=high, outside="keep")


def _mask(text: Any, corner: Sequence[Any], width: int, height: int) -> Repaired:
    if not isinstance(text, str) or not (width and height):
        raise BadRecordError("its mask is no text, or the size of the image is not told")
    piece = _pixels(text, width, height)
    if not all(isinstance(edge, int | float) and 0 <= edge < ANY_SIZE_PX for edge in corner):
        raise BadRecordError("its points are not two corners")
    left, top = (int(edge) for edge in corner)
    if width * height > MOST_MASK_PIXELS or top + piece.shape[0] > height or left + piece.shape[1] > width:
        raise BadRecordError("its mask does not lie in the image")
    whole = np.zeros((height, width), np.bool_)
    whole[top : top + piece.shape[0], left : left + piece.shape[1]] = piece
    return (
        Repaired(encode(whole))
        if whole.any()
        else repaired(ShapeKind.MASK, [], width_px=width, height_px=height)
    )


def _pixels(text: str, width: int, height: int) -> Bools:
    """(height, width) of a PNG in base64, no larger than its image. Raises: BadRecordError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=("PNG",)) as opened:
                if opened.width > width or opened.height > height:
                    raise BadRecordError("its mask does not lie in the image")
                found: Bools = np.asarray(opened.convert("L")) > 0
    except (
        binascii.Error,
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise BadRecordError(f"its mask is no PNG in base64 ({type(error).__name__})") from None
    except BadRecordError:
        raise
    except (OSError, ValueError, SyntaxError) as error:
        raise BadRecordError(f"its mask cannot be decoded ({error})") from None
    return found
