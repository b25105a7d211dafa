"""What a format could not hold: the exact difference between a data set and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from labelgraft.domain.dataset import Dataset, DatasetImage, Loss, LossReport, Severity
from labelgraft.formats.shape_losses import AS_WRITTEN as AS_WRITTEN
from labelgraft.formats.shape_losses import details, instance_losses, loss


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a format will hold of a data set, before anything is written.

    dataset: what reading the files gives back; an image's source is the file to transfer, "" for none.
    origins: per image its index in the original. places: per image its file inside the folder, "" for none.
    left_out: index in the original -> why the image is not written. instances: per image, of each of its instances the
    index in the original image; None: all of them, in their order. dropped: (index of image, of instance in the original)
    -> why an instance of an image that is written is not.
    """

    dataset: Dataset
    origins: tuple[int, ...]
    places: tuple[str, ...]
    left_out: Mapping[int, str] = field(default_factory=dict)
    instances: tuple[tuple[int, ...], ...] | None = None
    dropped: Mapping[tuple[int, int], str] = field(default_factory=dict)


def difference(before: Dataset, after: Fitted) -> LossReport:
    """Every difference between `before` and what will be read back, by kind, with counts and examples.

    Gained details (a size that the format makes known) are no loss. The order of images is not compared.
    """
    pairs = [(before.images[o], image) for o, image in zip(after.origins, after.dataset.images, strict=True)]
    losses = [
        *_left_out(before, after),
        *_changed(pairs),
        *_of_instances(before, after),
        *_missing_files(after),
        *_of_the_set(before, after.dataset),
    ]
    return LossReport(tuple(losses))


def _left_out(before: Dataset, after: Fitted) -> Iterator[Loss]:
    reasons: dict[str, list[str]] = {}
    for index in sorted(after.left_out):
        reasons.setdefault(after.left_out[index], []).append(before.images[index].path)
    for reason, paths in reasons.items():
        yield loss(Severity.WARNING, f"images left out: {reason}", paths)


def _changed(pairs: list[tuple[DatasetImage, DatasetImage]]) -> Iterator[Loss]:
    def collect(severity: Severity, what: str, old: list[str], new: list[str]) -> Iterator[Loss]:
        found = [
            f"{b.path}: {o or 'none'} -> {n or 'none'}"
            for (b, _), o, n in zip(pairs, old, new, strict=True)
            if o != n
        ]
        if found:
            yield loss(severity, what, found)

    befores, afters = [b for b, _ in pairs], [a for _, a in pairs]
    classes = (
        [", ".join(map(repr, i.class_names)) for i in befores],
        [", ".join(map(repr, i.class_names)) for i in afters],
    )
    yield from collect(Severity.WARNING, "classes changed", *classes)
    yield from collect(
        Severity.WARNING,
        "answers changed",
        [i.answer.value for i in befores],
        [i.answer.value for i in afters],
    )
    yield from collect(
        Severity.NOTE, "splits changed", [i.split or "" for i in befores], [i.split or "" for i in afters]
    )
    yield from collect(Severity.NOTE, "files named anew", [i.path for i in befores], [i.path for i in afters])
    sizes = [_size(b) if _size(b) else _size(a) for b, a in pairs], [_size(a) for a in afters]
    yield from collect(Severity.NOTE, "sizes not written (the image files tell them)", *sizes)
    lost = [
        (b, name) for b, a in pairs for name in b.extras if details(b.extras, name) != details(a.extras, name)
    ]
    if lost:
        yield loss(Severity.NOTE, "details of other formats not written", [f"{b.path}: {n}" for b, n in lost])


def _of_instances(before: Dataset, after: Fitted) -> Iterator[Loss]:
    images = after.dataset.images
    origins = after.instances or tuple(tuple(range(len(image.instances))) for image in images)
    pairs = [
        (before.images[o], image, kept) for o, image, kept in zip(after.origins, images, origins, strict=True)
    ]
    why: dict[int, dict[int, str]] = {}
    for (image_at, at), reason in after.dropped.items():
        why.setdefault(image_at, {})[at] = reason
    reasons = [why.get(o, {}) for o in after.origins]
    return instance_losses(pairs, reasons, before, after.dataset)


def _size(image: DatasetImage) -> str:
    return f"{image.width_px} x {image.height_px}" if image.width_px or image.height_px else ""


def _missing_files(after: Fitted) -> Iterator[Loss]:
    missing = [
        i.path for i, place in zip(after.dataset.images, after.places, strict=True) if place and not i.source
    ]
    if missing:
        yield loss(
            Severity.WARNING, "labels written without an image file: it was not there to copy", missing
        )


def _of_the_set(before: Dataset, after: Dataset) -> Iterator[Loss]:
    gone = [name for name in before.class_names if name not in set(after.class_names)]
    if gone:
        yield loss(Severity.NOTE, "classes not listed", gone)
    kept = [name for name in before.class_names if name not in set(gone)]
    if kept != [name for name in after.class_names if name in set(kept)]:
        yield loss(Severity.NOTE, "order of the classes not kept", kept)
    if before.multi_label and not after.multi_label:
        yield Loss(Severity.NOTE, "that an image may have several classes is not written", 1)
    lost = [name for name in before.extras if details(before.extras, name) != details(after.extras, name)]
    if lost:
        yield loss(Severity.NOTE, "details of the whole set from other formats not written", lost)
