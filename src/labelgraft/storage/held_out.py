"""What a model was trained on, and what it answered on labelled images while it had not seen them.

Kept beside the model: two models can only be compared on images that neither was taught.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.storage.files import write_atomically

FILE = "held_out.npz"


@dataclass(frozen=True, slots=True)
class HeldOutAnswers:
    """trained_on: (M,) int64, ordered, the images that the model was taught or chosen by.

    image_ids: (H,) int64, ordered, of those (or of the test split) the ones that were answered by a model that had not
    seen them: by cross-validation, or held out of the run. probabilities: (H, C) float32, calibrated, in the order of
    the model's classes.
    """

    trained_on: Ints
    image_ids: Ints
    probabilities: Floats


def write(folder: Path, answers: HeldOutAnswers) -> None:
    """Keep them, whole or not at all. Raises WorkspaceUnwritable."""
    order = np.argsort(answers.image_ids, kind="stable")
    trained_on, image_ids = np.sort(answers.trained_on), answers.image_ids[order]
    rounded = answers.probabilities[order].astype(np.float16)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(
        folder / FILE,
        lambda file: np.savez(file, trained_on=trained_on, image_ids=image_ids, probabilities=rounded),
    )


def read(folder: Path) -> HeldOutAnswers | None:
    """What was kept; None for a model of a version that kept nothing."""
    if not (folder / FILE).exists():
        return None
    with np.load(folder / FILE, allow_pickle=False) as kept:
        return HeldOutAnswers(kept["trained_on"], kept["image_ids"], kept["probabilities"].astype(np.float32))
