"""Short forms of the vectors of a project's images, in memory: like enough for comparing, quick enough for a gesture.

A gesture on the map may mean tens of thousands of images; their full vectors would be read from the disk for it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import ContentHash, ProjectId
from labelgraft.domain.lookup import rows_of
from labelgraft.errors import JobCancelled, LabelgraftError
from labelgraft.learning.directions import main_directions, unit_rows
from labelgraft.services.embedding_spaces import known_images, spaces_of
from labelgraft.storage import counters, images, projects
from labelgraft.storage.embeddings import EmbeddingSpace
from labelgraft.storage.workspace import Workspace

WIDTH = 64
"""Main directions kept."""
BASIS_ROWS = 4_000
ENOUGH_FOR_BASIS = 1_000
BLOCK = 8_192
KEPT_PROJECTS = 3


@dataclass(frozen=True, slots=True)
class Compact:
    """image_ids: (N,) int64, ascending. rows: (N, W) float32, unit vectors in their main directions.

    basis: (D, W). stored: how many vectors the space had; additions: how often images were added.
    """

    image_ids: Ints
    rows: Floats
    basis: Floats
    backbone: str
    stored: int
    additions: int

    def of(self, image_ids: Ints) -> tuple[Floats, Ints]:
        """The rows of those of some images that have one, and which of them these are."""
        row, there = rows_of(self.image_ids, image_ids)
        return self.rows[row], np.flatnonzero(there)


class CompactVectors:
    """The short forms of the projects that were asked for last. Safe to use from several threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known: OrderedDict[ProjectId, Compact] = OrderedDict()
        self._closing = threading.Event()
        self._ahead: dict[ProjectId, threading.Thread] = {}

    def make_ahead(self, workspace: Workspace, project_id: ProjectId) -> None:
        """Make a project's short forms in the background, so that the first gesture need not wait for them."""

        def make() -> None:
            with suppress(LabelgraftError):  # whoever asks for them is told
                self.of(workspace, project_id)

        if project_id not in self._ahead and not self._closing.is_set():
            self._ahead[project_id] = threading.Thread(target=make, name="compact", daemon=True)
            self._ahead[project_id].start()

    def close(self) -> None:
        """End what is made in the background; the workspace is about to be closed."""
        self._closing.set()
        for thread in self._ahead.values():
            thread.join()

    def of(self, workspace: Workspace, project_id: ProjectId) -> Compact | None:
        """The short forms by the project's backbone; None where no image is embedded by it."""
        if self._closing.is_set():
            raise JobCancelled("The workspace is being closed. Nothing was computed.")
        with workspace.database.reading() as connection:
            backbone = projects.get(connection, project_id).backbone
            additions = counters.reached(connection, images.additions_of(project_id))
        with self._turn:
            known = self._known.get(project_id)
            if known is not None and known.backbone != backbone:
                known = None
            space = None if known is None else _fullest(workspace, backbone)
            if known is None or space is None or (space.count, additions) != (known.stored, known.additions):
                known = _made(workspace, project_id, backbone, additions, known, self._closing)
            if known is None:
                return None
            self._known[project_id] = known
            self._known.move_to_end(project_id)
            while len(self._known) > KEPT_PROJECTS:
                self._known.popitem(last=False)
            return known


def _fullest(workspace: Workspace, backbone: str) -> EmbeddingSpace | None:
    return next(iter(spaces_of(workspace, backbone)), None)


def _made(
    workspace: Workspace, project_id: ProjectId, backbone: str, additions: int, known: Compact | None,
    closing: threading.Event,
) -> Compact | None:  # fmt: skip
    space = _fullest(workspace, backbone)
    if space is None:
        return None
    hashes, image_ids = known_images(workspace, project_id)
    absent = set(space.missing(hashes))
    there = np.array([each not in absent for each in hashes], np.bool_)
    wanted, listed = image_ids[there], [each for each in hashes if each not in absent]
    if not len(wanted):
        return None
    basis = known.basis if known is not None and len(known.image_ids) >= ENOUGH_FOR_BASIS else None
    if basis is None:
        basis = _basis(space, listed)
    rows: Floats = np.empty((len(wanted), basis.shape[1]), np.float32)
    fresh = np.ones(len(wanted), np.bool_)
    if known is not None and basis is known.basis:
        row, old = rows_of(wanted, known.image_ids)
        rows[row] = known.rows[old]
        fresh[row] = False
    for part in np.array_split(np.flatnonzero(fresh), max(1, int(fresh.sum()) // BLOCK)):
        if closing.is_set():
            raise JobCancelled("The workspace is being closed. Nothing was computed.")
        if len(part):
            rows[part] = unit_rows(space.read([listed[at] for at in part])) @ basis
    return Compact(wanted, rows, basis, backbone, space.count, additions)


def _basis(space: EmbeddingSpace, hashes: list[ContentHash]) -> Floats:
    some = np.random.default_rng(0).permutation(len(hashes))[:BASIS_ROWS]
    return main_directions(
        unit_rows(space.read([hashes[at] for at in sorted(some.tolist())])), WIDTH, rounds=3
    )
