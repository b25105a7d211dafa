"""CVAT XML 1.1 for images: one annotations.xml and the images beside it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from labelgraft.domain.annotation import Traits, attributes_of
from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import RefusedFile, Split
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadFormat, BadShape
from labelgraft.formats import cvat_shapes, sidecar
from labelgraft.formats.fitting import OUTSIDE, Converted, Gathered, inside, own_place, size_of, why_unsaid
from labelgraft.formats.folder_write import Transfer
from labelgraft.formats.format import FolderFormat, is_text, no_image_file
from labelgraft.formats.json_text import NOTHING
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import Names, normal_path, split_of
from labelgraft.formats.records import MAX_PIXELS, BadRecordError
from labelgraft.formats.skeleton_notes import skeleton_notes, skeletons_from
from labelgraft.formats.xml_text import can_stand, child_text, read_xml, xml_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FILE, IMAGES = "annotations.xml", "images"
MOST_XML_BYTES = 2 << 30
_ROUNDS = 4
"""How often a shape is written and read until nothing changes: rounded outlines may cross and be mended."""
TAKEN = ("box", "polygon", "mask", "skeleton")
PASSED = {"points": "points that belong to no skeleton", "polyline": "a polyline", "ellipse": "an ellipse"}
SUBSETS = {Split.TRAIN: "Train", Split.TEST: "Test"}


class Cvat(FolderFormat):
    """Boxes also turned ones, polygons, masks and skeletons, with occluded, z order and attributes, which are texts."""

    name: ClassVar[str] = "cvat"
    title: ClassVar[str] = "CVAT XML"
    describe: ClassVar[str] = "CVAT for images 1.1: one XML file of boxes, polygons, masks and skeletons"
    lossless: ClassVar[bool] = False
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link")
    tasks: ClassVar[frozenset[Task]] = frozenset(task for task in Task if task.draws_shapes)

    def read(self, path: Path) -> Dataset:
        """An annotations.xml, or the folder that holds it; images without a shape are not finished. Raises: BadFormat."""
        file = path if path.is_file() else _file_in(path)
        if file is None:
            raise BadFormat(f"{path}: found no XML file of CVAT. {NOTHING} Give the folder that holds it.")
        root = file.parent
        known = sidecar.read(root, self.name)
        document = read_xml(file, limit=MOST_XML_BYTES)
        if document.tag != "annotations" or document.find("track") is not None:
            what = "tracks of a video" if document.tag == "annotations" else f"<{str(document.tag)[:40]}>"
            raise BadFormat(
                f"{file}: found {what}, expected <annotations> with images. {NOTHING} In CVAT, export as "
                "'CVAT for images 1.1'."
            )
        labels = _Labels.of(document)
        skeletons = {**labels.skeletons, **(skeletons_from(known) if known else {})}
        reading = _Reading(root, labels.skeletons, foreign=known is None)
        images = [image for element in document.iterfind("image") if (image := reading.image(element))]
        names = {name for image in images for name in image.class_names}
        listed = known.class_names if known else labels.names
        order = (*listed, *sorted(names.difference(listed)))
        multi = any(len(image.class_names) > 1 for image in images) or bool(known and known.multi_label)
        return Dataset(
            order, tuple(images), multi, tuple(reading.refused), mended=dict(reading.mended),
            skeletons={name: one for name, one in skeletons.items() if name in set(order)},
        )  # fmt: skip

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:  # noqa: ARG002
        """Numbers to six decimals of a pixel; polygons of several parts or with holes pixel by pixel."""
        gathered, names = Gathered(), Names([f"{IMAGES}/.label"])
        taken: set[str] = set()
        for at, image in enumerate(dataset.images):
            if reason := why_unsaid(image) or no_image_file(image):
                gathered.left_out[at] = reason
                continue
            path = own_place(image, [IMAGES], names)
            taken.add(path)
            wide, high = size_of(image)
            after = replace(image, path=path, width_px=wide, height_px=high, extras={}, finished=True)
            convert = partial(_convert, width=wide, height=high, skeletons=dataset.skeletons)
            gathered.add(at, after, path, convert)
        return gathered.fitted(replace(dataset, extras={}, refused=()))

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """annotations.xml."""
        yield FILE, (line.encode() for line in _lines(fitted.dataset))

    def notes(self, fitted: Fitted) -> dict[str, object]:
        """Limbs and mirrored points of skeletons."""
        return skeleton_notes(fitted.dataset.skeletons)

    def recognise(self, path: Path) -> str | None:
        """An XML file that begins with <annotations>, or a folder with one."""
        file = path if path.is_file() else _file_in(path)
        if file is None or not _is_cvat(file):
            return None
        return "it is an XML file of CVAT" if path.is_file() else f"it holds {file.name} of CVAT"


def _file_in(folder: Path) -> Path | None:
    files = [folder / FILE] if (folder / FILE).is_file() else sorted(folder.glob("*.xml"))
    return next((file for file in files if _is_cvat(file)), None)


def _is_cvat(file: Path) -> bool:
    """By its first tag: an export can be large."""
    if file.suffix.lower() != ".xml":
        return False
    try:
        with file.open("rb") as opened:
            begin = opened.read(4096)
    except OSError:
        return False
    return b"<annotations" in begin


def _convert(one: DatasetInstance, width: int, height: int, skeletons: Mapping[str, Skeleton]) -> Converted:
    if not width:
        return "the size of their image is not known"
    if not _stands(one.class_name):
        return "XML cannot hold the name of their class"
    skeleton = skeletons.get(one.class_name)
    if skeleton is not None and not all(map(_stands, skeleton.names)):
        return "XML cannot hold the names of their points"
    shape: Shape | None = inside(one.shape, width, height)
    if shape is None:
        return OUTSIDE
    said = one.traits
    named = {key: _attribute_text(value) for key, value in said.attributes if _stands(key)}
    traits = Traits(
        occluded=said.occluded,
        z=said.z,
        attributes=attributes_of(
            {key: value for key, value in named.items() if value == "" or _stands(value)}
        ),
    )
    for _ in range(_ROUNDS):
        try:
            fields = cvat_shapes.fields_of(shape, skeleton, width, height)
            back = cvat_shapes.shape_of(fields, skeleton, width, height)
        except (BadShape, BadRecordError) as error:
            return f"CVAT does not hold them ({error})"
        if back.shape is None:
            return f"CVAT does not hold them ({str(back.notices[-1]).removeprefix('refused: ')})"
        if back.shape == shape:
            break
        shape = back.shape
    return DatasetInstance(one.class_name, shape, traits)


def _stands(text: str) -> bool:
    """Whether a name comes back as it was: without control characters, and without space around it."""
    return can_stand(text) and text == text.strip() != ""


def _attribute_text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lines(dataset: Dataset) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
    yield "  <meta>\n    <task>\n      <labels>\n"
    for name in filter(_stands, dataset.class_names):
        yield from _label(name, dataset.skeletons.get(name))
    yield "      </labels>\n    </task>\n  </meta>\n"
    for number, image in enumerate(dataset.images):
        inner = PurePosixPath(image.path).relative_to(IMAGES).as_posix()
        subset = f' subset="{SUBSETS[image.split]}"' if image.split else ""
        size = f'width="{image.width_px}" height="{image.height_px}"'
        yield f'  <image id="{number}" name="{xml_text(inner)}"{subset} {size}>\n'
        for one in image.instances:
            yield from _instance(one, dataset.skeletons.get(one.class_name), image)
        yield "  </image>\n"
    yield "</annotations>\n"


def _label(name: str, skeleton: Skeleton | None) -> Iterator[str]:
    kind = "any" if skeleton is None else "skeleton"
    yield f"        <label><name>{xml_text(name)}</name><type>{kind}</type></label>\n"
    for point in () if skeleton is None else filter(_stands, skeleton.names):
        parent = f"<parent>{xml_text(name)}</parent>"
        yield f"        <label><name>{xml_text(point)}</name><type>points</type>{parent}</label>\n"


def _instance(one: DatasetInstance, skeleton: Skeleton | None, image: DatasetImage) -> Iterator[str]:
    fields = cvat_shapes.fields_of(one.shape, skeleton, image.width_px, image.height_px)
    said = one.traits
    about = f'label="{xml_text(one.class_name)}" source="manual" occluded="{int(said.occluded)}" z_order="{said.z}"'
    told = "".join(f' {name}="{xml_text(value)}"' for name, value in fields.values.items())
    yield f"    <{fields.tag} {about}{told}>\n"
    for name, value in said.attributes:
        yield f'      <attribute name="{xml_text(name)}">{xml_text(str(value))}</attribute>\n'
    for point in fields.points:
        inner = "".join(f' {name}="{xml_text(value)}"' for name, value in point.items())
        yield f"      <points{inner}></points>\n"
    yield f"    </{fields.tag}>\n"


@dataclass(frozen=True, slots=True)
class _Labels:
    """The labels that the file lists: names in their order, and the points of skeletons."""

    names: tuple[str, ...]
    skeletons: dict[str, Skeleton]

    @classmethod
    def of(cls, document: Element) -> _Labels:
        """Labels of tasks, jobs and projects alike; what cannot be understood is passed over."""
        names: dict[str, None] = {}
        points: dict[str, list[str]] = {}
        for label in document.iterfind("meta//labels/label"):
            name, parent = (child_text(label, "name") or "").strip(), child_text(label, "parent")
            if not is_text(name):
                continue
            if parent:
                points.setdefault(parent.strip(), []).append(name)
            else:
                names[name] = None
        skeletons = {}
        for name, listed in points.items():
            try:
                skeletons[name] = Skeleton(tuple(listed))
            except BadShape:
                continue
        return cls(tuple(names), skeletons)


@dataclass(slots=True)
class _Reading:
    """Images read one by one. foreign: another tool wrote them, and images without shapes may wait for somebody."""

    root: Path
    skeletons: Mapping[str, Skeleton]
    foreign: bool
    refused: list[RefusedFile] = field(default_factory=list)
    mended: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def image(self, element: Element) -> DatasetImage | None:
        """None for an image without a name, or of a name that came before."""
        told = element.get("name", "")
        name = normal_path(told)
        if not name or not is_text(name) or name in self.seen:
            why = "the same image came before" if name in self.seen else "it has no name"
            self.refused.append(RefusedFile(name or f"image {element.get('id')}", why))
            return None
        self.seen.add(name)
        split = split_of(element.get("subset", ""))
        source = self._source(name, element.get("subset", ""))
        width, height = _pixels(element.get("width")), _pixels(element.get("height"))
        instances, tags = self._instances(element, name, width, height)
        path = source.relative_to(self.root).as_posix() if source else name
        image = DatasetImage(
            path, split=split, source=str(source.absolute()) if source else "", width_px=width, height_px=height,
            finished=bool(instances) or not self.foreign,
        )  # fmt: skip
        if instances or not tags:
            return image.with_instances(instances)
        return replace(image, class_names=tuple(tags), finished=False)

    def _source(self, name: str, subset: str) -> Path | None:
        places = [self.root / IMAGES / name, self.root / name]
        if subset and is_text(subset) and "/" not in subset:
            places += [self.root / IMAGES / subset / name, self.root / subset / name]
        top = self.root.resolve()
        there = (one for one in places if one.is_file() and one.resolve().is_relative_to(top))
        return next(there, None)

    def _instances(
        self, element: Element, name: str, width: int, height: int
    ) -> tuple[list[DatasetInstance], list[str]]:
        found: list[DatasetInstance] = []
        tags: dict[str, None] = {}
        for number, child in enumerate(element):
            label = (child.get("label") or "").strip()
            if not is_text(label):
                self.refused.append(RefusedFile(f"{name}, shape {number}", "it has no label"))
            elif child.tag == "tag":
                tags[label] = None
            else:
                try:
                    found.append(self._instance(child, label, width, height))
                except BadRecordError as error:
                    self.refused.append(RefusedFile(f"{name}, shape {number}", str(error)))
        return found, list(tags)

    def _instance(self, child: Element, label: str, width: int, height: int) -> DatasetInstance:
        if child.tag not in TAKEN:
            what = PASSED.get(str(child.tag), f"<{str(child.tag)[:40]}>")
            raise BadRecordError(f"{what} is not taken, only boxes, polygons, masks and skeletons")
        points = [dict(point.attrib) for point in child.iterfind("points")]
        fields = cvat_shapes.Fields(str(child.tag), dict(child.attrib), points)
        made = cvat_shapes.shape_of(fields, self.skeletons.get(label), width, height)
        if made.shape is None:
            raise BadRecordError(str(made.notices[-1]).removeprefix("refused: "))
        self.mended.update(map(str, made.notices))
        named = {
            key.strip(): (one.text or "").strip()
            for one in child.iterfind("attribute")
            if is_text(key := one.get("name", "")) and key.strip()
        }
        traits = Traits(
            occluded=child.get("occluded") == "1",
            z=_whole(child.get("z_order")),
            attributes=attributes_of(named),
        )
        return DatasetInstance(label, made.shape, traits)


def _whole(text: str | None) -> int:
    try:
        return max(-1_000_000, min(1_000_000, int(text or 0)))
    except ValueError:
        return 0


def _pixels(text: str | None) -> int:
    try:
        number = float(text or 0)
    except ValueError:
        return 0
    return int(number) if math.isfinite(number) and 0 < number <= MAX_PIXELS else 0
