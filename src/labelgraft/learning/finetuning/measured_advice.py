"""The advice with everything that it needs measured: one call for a worker process."""

from __future__ import annotations

from labelgraft.domain.arrays import Bools, Floats, Ints, Pixels
from labelgraft.domain.training import TrainingAdvice
from labelgraft.learning.finetuning.advice import advise, probe_accuracy
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.blocks import blocks
from labelgraft.learning.finetuning.similarity import distance_from_pretraining


def measure_and_advise(
    backbone: str, inputs: Pixels | None, embeddings: Floats, labels: Ints | Bools, labels_of_class: Ints
) -> TrainingAdvice:
    """The recommended way to adapt a backbone.

    Args:
        inputs: (n, H, W, 3) uint8, some images of the project, prepared for the backbone.
        embeddings: (M, D) float32 of the labelled images. labels: (M,) classes, or (M, C) bool.
        labels_of_class: (C,).
    Raises: NothingLabelled, Unreachable.
    """
    base = base_source(backbone)()
    distance = None if inputs is None else distance_from_pretraining(base, inputs)
    probe = probe_accuracy(embeddings, labels, len(labels_of_class))
    return advise(labels_of_class, distance=distance, probe=probe, block_count=len(blocks(base.module)))
