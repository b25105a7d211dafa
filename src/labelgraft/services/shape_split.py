"""Which finished images a model of shapes is trained on, and which only measure it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import Image, Split
from labelgraft.domain.lookup import rows_of
from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import BadInput, NothingLabelled, UnknownName
from labelgraft.services.embedding_spaces import read_vectors
from labelgraft.services.training_set import near_duplicates
from labelgraft.storage import projects
from labelgraft.storage.workspace import Workspace

HOLD_OUT_FROM = 20
"""Finished images from which some are held out; with fewer, all are trained on and nothing is measured."""


def held_out_images(
    workspace: Workspace, project_id: ProjectId, finished: Sequence[Image], settings: TrainingSettings
) -> dict[ImageId, bool]:
    """Whether each image that takes part is held out.

    By folders where the settings name them, images of other folders are left out then; else by the images' own test split;
    else a share of them, drawn by what the files hold, so that each training measures on the same images, near-duplicates
    together. Raises UnknownName for a folder without images, NothingLabelled where nothing is left to train on.
    """
    if settings.train_folders or settings.test_folders:
        return _by_folder(finished, settings)
    if any(image.split is Split.TEST for image in finished):
        held = {image.id: image.split is Split.TEST for image in finished}
    elif len(finished) < HOLD_OUT_FROM:
        held = {image.id: False for image in finished}
    else:
        groups = _groups(workspace, project_id, [image.id for image in finished])
        names: dict[int, str] = {}
        for image, group in zip(finished, groups.tolist(), strict=True):
            names[group] = min(names.get(group, image.content_hash), image.content_hash)
        held = {
            image.id: is_drawn(names[group], settings.test_fraction)
            for image, group in zip(finished, groups.tolist(), strict=True)
        }
    return _some_to_train_on(held)


def is_drawn(content_hash: str, fraction: float) -> bool:
    """The same answer for a file in every training."""
    drawn = int(hashlib.sha256(f"held out {content_hash}".encode()).hexdigest()[:8], 16)
    return drawn < fraction * 2**32


def _by_folder(finished: Sequence[Image], settings: TrainingSettings) -> dict[ImageId, bool]:
    known = {image.folder for image in finished}
    for name in (*settings.train_folders, *settings.test_folders):
        if name not in known:
            raise UnknownName("folder with finished images", name, sorted(known))
    held = {}
    for image in finished:
        if image.folder in settings.test_folders:
            held[image.id] = True
        elif not settings.train_folders or image.folder in settings.train_folders:
            held[image.id] = False
    return _some_to_train_on(held)


def _some_to_train_on(held: dict[ImageId, bool]) -> dict[ImageId, bool]:
    if all(held.values()):
        raise NothingLabelled(
            f"All {len(held)} finished images are held out for testing, so none is left to train on. Nothing was trained. "
            "Finish images outside of the test split and the test folders."
        )
    return held


def _groups(workspace: Workspace, project_id: ProjectId, image_ids: Sequence[ImageId]) -> Ints:
    """(N,) near-duplicates share a number; each image its own where nothing is embedded."""
    groups = np.arange(len(image_ids), dtype=np.int64)
    with workspace.database.reading() as connection:
        backbone = projects.get(connection, project_id).backbone
    try:
        vectors = read_vectors(workspace, project_id, backbone)
    except BadInput:
        return groups
    row, there = rows_of(vectors.image_ids, np.array(image_ids, np.int64))
    if len(row):
        groups[there] = len(image_ids) + near_duplicates(vectors.rows[row])
    return groups
