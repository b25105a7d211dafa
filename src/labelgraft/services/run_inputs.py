"""The files that a run trains from: targets, prepared views, and activations of the frozen blocks.

What activations need is written once, when a run begins. Views are prepared at every start, and only those that
the run will look at: where the activations of an image are known, nobody opens its file.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.domain.arrays import Bools, Floats, Pixels
from labelgraft.domain.backbone import Backbone
from labelgraft.domain.ids import ImageId
from labelgraft.domain.image import Image
from labelgraft.domain.training import HeadKind, TrainingSettings, WeightsKind
from labelgraft.errors import UnreadableImage
from labelgraft.formats.pixels import Limits, decode, read_file
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.preparation import square_of
from labelgraft.learning.finetuning.request import HELD_OUT, TARGETS, VIEWS, Request, open_views
from labelgraft.learning.finetuning.views import view_of, views_per_image
from labelgraft.learning.resident import Resident
from labelgraft.services.ingest import cores
from labelgraft.services.kept_activations import DETAIL, Wanted, at_hand
from labelgraft.services.read_labels import Labels
from labelgraft.storage import images
from labelgraft.storage.files import write_atomically
from labelgraft.storage.workspace import Workspace

IMAGE_IDS = "image_ids.npy"
"""(M,) int64 of the images that a run trains on, in the order of its arrays."""
PREPARED = "prepared.npy"
"""(M,) bool, true where views.npy has the views of an image; without this file it has all of them."""
OWN_CONVERTED = "converted"
"""The folder, in a run, of converted networks with random weights: no other run meets them again."""
SAMPLE = 16
SAMPLE_VIEWS = 8
"""Engines are compared on so many images, each in another of so many views: crops blur, and rounding shows on them."""
_THREADS = 4


def write_inputs(
    workspace: Workspace, folder: Path, settings: TrainingSettings, backbone: Backbone, used: Labels, held_out: Bools,
    data_version: str, limits: Limits, resident: Resident,
) -> None:  # fmt: skip
    """Write what a run is asked for, the request last: it says that the rest is there."""
    frozen = None
    if settings.head is HeadKind.FINETUNE and settings.frozen_blocks != 0:
        sample = sample_of(workspace, used, backbone, limits, view_count=SAMPLE_VIEWS)
        met_again = settings.weights is WeightsKind.PRETRAINED
        converted = workspace.converted_folder if met_again else folder / OWN_CONVERTED
        frozen = resident.call(
            "labelgraft.learning.finetuning.frozen_part.describe", backbone.name, settings.weights, settings.seed,
            settings.frozen_blocks, settings.device, sample, str(converted),
        )  # fmt: skip
    np.save(folder / TARGETS, shares_of(used), allow_pickle=False)
    np.save(folder / HELD_OUT, held_out, allow_pickle=False)
    np.save(folder / IMAGE_IDS, used.image_ids, allow_pickle=False)
    Request(
        settings=settings, backbone=backbone.name, class_names=used.class_names, multi_label=used.multi_label,
        data_version=data_version, frozen=frozen,
    ).write(folder)  # fmt: skip


@contextmanager
def inputs_at_hand(workspace: Workspace, folder: Path, limits: Limits, cache_bytes: int) -> Iterator[None]:
    """While a run is going on: its views and whatever is known of its activations are there.

    Raises UnreadableImage; BadInput if an image is no longer in the workspace.
    """
    if not (folder / IMAGE_IDS).exists():
        yield  # begun by an earlier version, which prepared everything at once
        return
    request, rows = Request.read(folder), images_of(workspace, np.load(folder / IMAGE_IDS))
    backbone = registry.get(request.backbone)
    views = views_per_image(len(rows), request.settings.augmentation)
    everything = np.ones(len(rows), np.bool_)
    if request.frozen is None:
        complete_views(folder, rows, views, backbone, everything, limits)
        yield
        return
    wanted = Wanted(request.frozen, backbone, [image.content_hash for image in rows], views)
    with at_hand(workspace, folder, wanted, cache_bytes) as file:
        unknown: Bools = np.logical_not(file.known.all(axis=1))
        looked_at = everything if request.settings.full_steps else unknown
        complete_views(folder, rows, views, backbone, looked_at, limits)
        yield


def drop_inputs(folder: Path) -> None:
    """Delete what is large of a run that is over: what can be of use again is kept elsewhere by now."""
    request = Request.read(folder)
    if request.frozen is not None:
        for file in folder.glob(f"activations-{request.frozen.frozen_blocks}.*"):
            file.unlink()
    for name in (VIEWS, PREPARED):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / OWN_CONVERTED, ignore_errors=True)


def complete_views(
    folder: Path, rows: tuple[Image, ...], count: int, backbone: Backbone, looked_at: Bools, limits: Limits
) -> None:
    """Prepare the views of the images that will be looked at, of those that are not prepared yet."""
    if not (folder / VIEWS).exists():
        np.save(folder / PREPARED, np.zeros(len(rows), np.bool_), allow_pickle=False)
        open_views(folder, len(rows), count, backbone.preprocessing.input_px)
    if not (folder / PREPARED).exists():
        return
    views: Pixels = np.load(folder / VIEWS, mmap_mode="r+", allow_pickle=False)
    prepared = np.load(folder / PREPARED, allow_pickle=False)
    with ThreadPoolExecutor(min(_THREADS, cores())) as threads:
        for index in np.flatnonzero(looked_at & ~prepared):
            views[index] = views_of(rows[index], range(count), backbone, limits, threads)
    views.flush()  # type: ignore[attr-defined]  # a memory map
    write_atomically(folder / PREPARED, lambda file: np.save(file, prepared | looked_at))


def views_of(
    image: Image, numbers: range, backbone: Backbone, limits: Limits, threads: ThreadPoolExecutor
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """(V, H, W, 3) uint8 the prepared views of one image, by their numbers.

    Raises UnreadableImage, also if it is not the image that was imported: what is kept of it, is kept under that one's hash.
    """
    how = backbone.preprocessing
    file = read_file(image.path, limits)
    if file.content_hash != image.content_hash:
        raise UnreadableImage(image.path, "its bytes changed since it was imported; put the old file back")
    picture = decode(file, limits, detail_px=round(DETAIL * how.input_px / how.crop_fraction))

    def prepared(number: int) -> Pixels:
        return square_of(view_of(image.content_hash, number).of(picture.image), how)

    return np.stack(list(threads.map(prepared, numbers)))


def sample_of(
    workspace: Workspace, used: Labels, backbone: Backbone, limits: Limits, *, view_count: int
) -> Pixels:
    """(n, H, W, 3) uint8 of the first images a view each, another one of so many each time. Raises UnreadableImage."""
    rows = images_of(workspace, used.image_ids[:SAMPLE])
    with ThreadPoolExecutor(1) as thread:
        views = [
            views_of(image, range(number % view_count, number % view_count + 1), backbone, limits, thread)
            for number, image in enumerate(rows)
        ]
    return np.concatenate(views)


def clean_inputs(workspace: Workspace, labels: Labels, backbone: Backbone, limits: Limits) -> Pixels:
    """(N, H, W, 3) uint8 the prepared labelled images themselves; N may be 0. Raises UnreadableImage."""
    side = backbone.preprocessing.input_px
    rows = images_of(workspace, labels.image_ids)
    inputs = np.zeros((len(rows), side, side, 3), np.uint8)
    with ThreadPoolExecutor(1) as thread:
        for index, image in enumerate(rows):
            inputs[index] = views_of(image, range(1), backbone, limits, thread)[0]
    return inputs


def images_of(workspace: Workspace, image_ids: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[Image, ...]:
    """The images with these numbers, in that order."""
    with workspace.database.reading() as connection:
        return images.of_ids(connection, [ImageId(int(i)) for i in image_ids])


def shares_of(labels: Labels) -> Floats:
    """(N, C) float32, 1 where an image has the class."""
    if labels.multi_label:
        return labels.targets.astype(np.float32)
    one_hot: Floats = np.eye(len(labels.class_names), dtype=np.float32)[labels.targets]
    return one_hot
