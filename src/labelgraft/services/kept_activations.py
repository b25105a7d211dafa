"""Activations of frozen blocks that earlier runs computed: brought into a run before it starts, kept for later ones
after it, whichever project they are of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelgraft.domain.arrays import Ints
from labelgraft.domain.backbone import Backbone
from labelgraft.domain.ids import ContentHash
from labelgraft.learning.finetuning.activation_file import ActivationFile
from labelgraft.learning.finetuning.frozen_facts import FrozenFacts
from labelgraft.learning.finetuning.views import view_name
from labelgraft.services.embedding_spaces import preprocessing_text
from labelgraft.storage.activations import ActivationSpace
from labelgraft.storage.embeddings import EmbeddingKey
from labelgraft.storage.workspace import Workspace

DETAIL = 2
"""A view is cut out of a picture of at least so many times the network's input, as it may be a crop."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The activations that a run trains on: of which images, in how many views, by what."""

    facts: FrozenFacts
    backbone: Backbone
    hashes: Sequence[ContentHash]
    view_count: int

    @property
    def keys(self) -> tuple[EmbeddingKey, ...]:
        """The spaces they are kept in, one per view."""
        facts, engine = self.facts, self.facts.engine
        prepared = f"{preprocessing_text(self.backbone.preprocessing)} detail {DETAIL}"
        return tuple(
            EmbeddingKey(
                facts.backbone, facts.weights_digest, facts.layer, prepared, engine.backend, engine.precision,
                view_name(number),
            )
            for number in range(self.view_count)
        )  # fmt: skip

    def file_in(self, folder: Path) -> ActivationFile:
        """The run's own file of them."""
        shape = (len(self.hashes), self.view_count, *self.facts.shape)
        return ActivationFile(folder, self.facts.frozen_blocks, shape)


@contextmanager
def at_hand(workspace: Workspace, folder: Path, wanted: Wanted, cache_bytes: int) -> Iterator[ActivationFile]:
    """The run's file with every row that is known; afterwards, however the run ends, its other rows are kept too.

    Meanwhile the spaces are not evicted. More than cache_bytes are not kept: they would go again at once.
    """
    with workspace.embeddings.holding(wanted.keys):
        file = wanted.file_in(folder)
        bring(workspace, wanted, file)
        try:
            yield file
        finally:
            if wanted.file_in(folder).values.nbytes <= cache_bytes:
                keep(workspace, wanted, wanted.file_in(folder))


def bring(workspace: Workspace, wanted: Wanted, file: ActivationFile) -> None:
    """Copy what is known into a run's file."""
    for number, key in enumerate(wanted.keys):
        space = ActivationSpace(workspace.embeddings.space(key))
        absent = set(space.missing(wanted.hashes))
        rows = [
            row
            for row, each in enumerate(wanted.hashes)
            if each not in absent and not file.known[row, number]
        ]
        for piece in pieces(rows, space.rows_per_shard(wanted.facts.shape)):
            known = space.read([wanted.hashes[row] for row in piece])
            file.put(np.array(piece), same(number, len(piece)), known)
    file.flush()


def keep(workspace: Workspace, wanted: Wanted, file: ActivationFile) -> None:
    """Store the whole rows of a run's file that are not stored yet."""
    for number, key in enumerate(wanted.keys):
        space = ActivationSpace(workspace.embeddings.space(key))
        absent = set(space.missing(wanted.hashes))
        rows = [row for row, each in enumerate(wanted.hashes) if each in absent and file.known[row, number]]
        for piece in pieces(rows, space.rows_per_shard(wanted.facts.shape)):
            space.write([wanted.hashes[row] for row in piece], file.values[piece, number])


def pieces(rows: list[int], size: int) -> Iterator[list[int]]:
    """The rows in lists of that size or less."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def same(number: int, count: int) -> Ints:
    """(count,) one number over and over."""
    return np.full(count, number, np.int64)
