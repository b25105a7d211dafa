"""Label Studio JSON: a list of tasks with what people said of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadFormat, BadShape
from labelgraft.formats import label_studio_shapes as shapes
from labelgraft.formats import sidecar
from labelgraft.formats.fitting import OUTSIDE, Converted, Gathered, inside, own_place, size_of, why_unsaid
from labelgraft.formats.folder_write import MARKER, Transfer
from labelgraft.formats.format import FolderFormat, is_text, no_image_file
from labelgraft.formats.json_text import NOTHING, read_value, render_document
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import Names, is_address, is_image_name, normal_path
from labelgraft.formats.records import BadRecordError, pixels_of

FILE, IMAGES = "label-studio.json", "images"
LOCAL = "/data/local-files/?d="
"""How Label Studio is told of files below its document root: here the folder of the export."""
_UPLOADED = re.compile(r"^[0-9a-f]{8}-")
_SNIFFED_BYTES = 1 << 16
_ROUNDS = 4
PASSED = {
    "keypointlabels": "points of no object", "ellipselabels": "an ellipse", "keypoint": "points of no object",
    "ellipse": "an ellipse", "relation": "a relation", "textarea": "a text", "rating": "a rating",
}  # fmt: skip


class LabelStudio(FolderFormat):
    """Boxes also turned ones, polygons and brushes; choices are classes of images without shapes."""

    name: ClassVar[str] = "label-studio"
    title: ClassVar[str] = "Label Studio JSON"
    describe: ClassVar[str] = "Label Studio: a JSON list of tasks with rectangles, polygons and brushes"
    lossless: ClassVar[bool] = False
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link")
    tasks: ClassVar[frozenset[Task]] = frozenset(
        {Task.DETECTION, Task.INSTANCE_SEGMENTATION, Task.SEMANTIC_SEGMENTATION}
    )

    def read(self, path: Path) -> Dataset:
        """An export, or the folder that holds it. Tasks without an annotation are not finished. Raises: BadFormat."""
        file = path if path.is_file() else _file_in(path)
        if file is None:
            raise BadFormat(
                f"{path}: found no JSON file of Label Studio. {NOTHING} Give the folder that holds it."
            )
        known = sidecar.read(file.parent, self.name)
        tasks = read_value(file)
        if not isinstance(tasks, list):
            raise BadFormat(
                f"{file}: expected a JSON list of tasks. {NOTHING} Export as 'JSON' from Label Studio."
            )
        reading = _Reading(file.parent)
        images = [image for at, task in enumerate(tasks) if (image := reading.task(task, at)) is not None]
        names = {name for image in images for name in image.class_names}
        multi = any(len(image.class_names) > 1 for image in images) or bool(known and known.multi_label)
        return Dataset(
            sidecar.class_order(known, names),
            tuple(images),
            multi,
            tuple(reading.refused),
            mended=dict(reading.mended),
        )

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:  # noqa: ARG002
        """Percent with nine decimals; polygons of several parts or with holes pixel by pixel."""
        gathered, names = Gathered(), Names([MARKER, FILE])
        for at, image in enumerate(dataset.images):
            if reason := why_unsaid(image) or no_image_file(image):
                gathered.left_out[at] = reason
                continue
            path = own_place(image, [IMAGES], names)
            wide, high = size_of(image)
            after = replace(
                image, path=path, split=None, width_px=wide, height_px=high, extras={}, finished=True
            )
            gathered.add(at, after, path, partial(_convert, width=wide, height=high))
            if not gathered.images[-1].instances:  # Label Studio tells sizes with shapes alone
                gathered.images[-1] = replace(gathered.images[-1], width_px=0, height_px=0)
        return gathered.fitted(replace(dataset, extras={}, refused=(), skeletons={}))

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """label-studio.json."""
        yield FILE, _tasks(fitted.dataset)

    def recognise(self, path: Path) -> str | None:
        """A JSON list whose first entry has data and annotations, or a folder with one."""
        file = path if path.is_file() else _file_in(path)
        if file is None or not _is_label_studio(file):
            return None
        return (
            "it is an export of Label Studio" if path.is_file() else f"it holds {file.name} of Label Studio"
        )


def _file_in(folder: Path) -> Path | None:
    own = folder / FILE
    return (
        own
        if own.is_file()
        else next((f for f in sorted(folder.glob("*.json")) if _is_label_studio(f)), None)
    )


def _is_label_studio(file: Path) -> bool:
    """By how it begins: an export can be large."""
    if file.suffix.lower() != ".json":
        return False
    try:
        with file.open("rb") as opened:
            begin = opened.read(_SNIFFED_BYTES)
    except OSError:
        return False
    listed = begin.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    return listed and b'"annotations"' in begin and b'"data"' in begin


def _convert(one: DatasetInstance, width: int, height: int) -> Converted:
    if not width:
        return "the size of their image is not known"
    shape: Shape | None = inside(one.shape, width, height)
    if shape is None:
        return OUTSIDE
    for _ in range(_ROUNDS):
        try:
            back = shapes.shape_of(*shapes.result_of(shape, width, height), width, height)
        except (BadShape, BadRecordError) as error:
            return f"this format does not hold them ({error})"
        if back.shape is None:
            return f"this format does not hold them ({str(back.notices[-1]).removeprefix('refused: ')})"
        if back.shape == shape:
            break
        shape = back.shape
    return DatasetInstance(one.class_name, shape)


def _tasks(dataset: Dataset) -> Iterator[bytes]:
    yield b"["
    for number, image in enumerate(dataset.images):
        results = [_result(one, at, image) for at, one in enumerate(image.instances)]
        task = {
            "id": number + 1, "data": {"image": LOCAL + image.path},
            "annotations": [{"id": number + 1, "was_cancelled": False, "result": results}],
        }  # fmt: skip
        yield (b",\n" if number else b"\n") + render_document(task).strip()
    yield b"\n]\n"


def _result(one: DatasetInstance, at: int, image: DatasetImage) -> dict[str, Any]:
    kind, value = shapes.result_of(one.shape, image.width_px, image.height_px)
    return {
        "id": f"shape-{at + 1}", "type": kind, "from_name": kind.removesuffix("labels"), "to_name": "image",
        "original_width": image.width_px, "original_height": image.height_px, "image_rotation": 0,
        "value": {**value, kind: [one.class_name]},
    }  # fmt: skip


@dataclass(slots=True)
class _Reading:
    """Tasks read one by one."""

    root: Path
    refused: list[RefusedFile] = field(default_factory=list)
    mended: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def task(self, task: Any, at: int) -> DatasetImage | None:
        """None for a task without an image, or of one that came before."""
        told = _image_of(task.get("data")) if isinstance(task, Mapping) else None
        name = "" if told is None else _name_of(told)
        if not name or name in self.seen:
            why = "the same image came before" if name else "it has no image"
            self.refused.append(RefusedFile(name or f"task {at + 1}", why))
            return None
        self.seen.add(name)
        source = self._source(name)
        path = source.relative_to(self.root).as_posix() if source else name
        image = DatasetImage(path, source=str(source.absolute()) if source else "")
        said = self._said(task, name)
        if said is None:
            return image
        if said.get("was_cancelled") is True:
            return replace(image, answer=Answer.IGNORE)
        results = said.get("result")
        return self._with_results(image, results if isinstance(results, list) else [], name)

    def _said(self, task: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
        """The last annotation that was not cancelled, else the last; what it leaves is told."""
        listed = task.get("annotations")
        every = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        kept = [one for one in every if one.get("was_cancelled") is not True]
        if len(kept) > 1:
            self.refused.append(
                RefusedFile(name, f"{len(kept) - 1} earlier annotations of it: the last one counts")
            )
        predicted = task.get("predictions")
        if not every and isinstance(predicted, list) and predicted:
            self.refused.append(RefusedFile(name, "it has only predictions, which nobody confirmed"))
        last = kept or every
        return last[-1] if last else None

    def _source(self, name: str) -> Path | None:
        if is_address(name):
            return None
        bare = name.lstrip("/")
        plain = _UPLOADED.sub("", PurePosixPath(bare).name)
        names = dict.fromkeys([bare, PurePosixPath(bare).name, plain])
        top = self.root.resolve()
        places = (folder / each for each in names for folder in (self.root, self.root / IMAGES))
        return next((one for one in places if one.is_file() and one.resolve().is_relative_to(top)), None)

    def _with_results(self, image: DatasetImage, results: Sequence[Any], name: str) -> DatasetImage:
        instances: list[DatasetInstance] = []
        chosen: dict[str, None] = {}
        width = height = 0
        for number, result in enumerate(results):
            try:
                if not isinstance(result, Mapping) or not isinstance(result.get("value"), Mapping):
                    raise BadRecordError("it has no value")
                if result.get("type") == "choices":
                    chosen.update(dict.fromkeys(_texts(result["value"].get("choices"))))
                    continue
                instances.append(self._instance(result))
                width, height = (pixels_of(result.get(f"original_{side}")) for side in ("width", "height"))
            except BadRecordError as error:
                self.refused.append(RefusedFile(f"{name}, result {number}", str(error)))
        image = replace(image, width_px=width, height_px=height)
        if instances or not chosen:
            return replace(image, finished=True).with_instances(instances)
        return replace(image, class_names=tuple(chosen))

    def _instance(self, result: Mapping[str, Any]) -> DatasetInstance:
        kind, value = str(result.get("type")), result["value"]
        if kind not in (shapes.RECTANGLE, shapes.POLYGON, shapes.BRUSH):
            what = PASSED.get(kind, f"a result of type {kind[:40]}")
            raise BadRecordError(f"{what} is not taken, only labelled rectangles, polygons and brushes")
        labels = _texts(value.get(kind))
        if len(labels) != 1:
            raise BadRecordError(f"it has {len(labels)} labels, expected one")
        width, height = (pixels_of(result.get(f"original_{side}")) for side in ("width", "height"))
        if not width or not height:
            raise BadRecordError("the size of its image is not told")
        made = shapes.shape_of(kind, value, width, height)
        if made.shape is None:
            raise BadRecordError(str(made.notices[-1]).removeprefix("refused: "))
        self.mended.update(map(str, made.notices))
        return DatasetInstance(labels[0], made.shape)


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str) and is_text(one)] if isinstance(value, list) else []


def _image_of(data: Any) -> str | None:
    """The first text that names an image; the key "image" before others."""
    if not isinstance(data, Mapping):
        return None
    texts = [one for one in (data.get("image"), *data.values()) if isinstance(one, str) and is_text(one)]
    return next((one for one in texts if is_image_name(_name_of(one)) or is_address(one)), None)


def _name_of(told: str) -> str:
    """The file below the root that an address of Label Studio means; other addresses stay."""
    try:
        parts = urlsplit(told)
    except ValueError:
        return ""
    if told.startswith("/data/local-files/"):
        named = (
            parse_qs(parts.query).get("d", [""])[0]
            if not told.startswith(LOCAL)
            else told.removeprefix(LOCAL)
        )
        return normal_path(named)
    if told.startswith("/data/upload/"):
        return normal_path(parts.path.removeprefix("/data/upload/"))
    return normal_path(told)
