"""What a model answered for every image, kept beside the model: the queue and the audit read it again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.lookup import rows_of
from labelgraft.storage.files import write_atomically

FILE = "scores.npz"


@dataclass(frozen=True, slots=True)
class Scores:
    """image_ids: (N,) int64, ordered. probabilities: (N, C) float32, calibrated, in the order of the model's classes."""

    image_ids: Ints
    probabilities: Floats

    def of(self, image_ids: Ints) -> Floats:
        """(M, C) rows of some images; NaN where an image was not scored."""
        row, there = rows_of(self.image_ids, image_ids)
        found: Floats = np.full((len(image_ids), self.probabilities.shape[1]), np.nan, np.float32)
        found[there] = self.probabilities[row]
        return found


def write(folder: Path, scores: Scores) -> None:
    """Replace the scores of a model, whole or not at all. Raises WorkspaceUnwritable."""
    rounded = scores.probabilities.astype(np.float16)
    write_atomically(
        folder / FILE, lambda file: np.savez(file, image_ids=scores.image_ids, probabilities=rounded)
    )


def read(folder: Path) -> Scores | None:
    """The scores of a model; None if it never scored."""
    if not (folder / FILE).exists():
        return None
    with np.load(folder / FILE, allow_pickle=False) as kept:
        return Scores(kept["image_ids"], kept["probabilities"].astype(np.float32))
