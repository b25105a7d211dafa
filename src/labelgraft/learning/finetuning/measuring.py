"""Loss and accuracy of scores against targets, single-label and multi-label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from labelgraft.domain.arrays import Doubles, Floats, Ints
from labelgraft.domain.training import ClassMetric
from labelgraft.learning.finetuning.network import AdaptedNetwork
from labelgraft.learning.finetuning.recipe import TrainingData

_BATCH = 64


def loss_of(scores: Tensor, targets: Tensor, *, multi_label: bool, label_smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy, or mean binary cross-entropy over all image-class pairs. Targets may be mixed."""
    if multi_label:
        softened = targets * (1 - label_smoothing) + 0.5 * label_smoothing
        return functional.binary_cross_entropy_with_logits(scores, softened)
    return functional.cross_entropy(scores, targets, label_smoothing=label_smoothing)


def hits(scores: Tensor, targets: Tensor, *, multi_label: bool) -> float:
    """Share that is right: of images, or of image-class pairs at probability 0.5."""
    if multi_label:
        return float(((scores > 0) == (targets > 0.5)).double().mean())
    return float((scores.argmax(1) == targets.argmax(1)).double().mean())


@dataclass(frozen=True, slots=True)
class Score:
    """How good a network is on rows it was not trained on.

    count: those rows. scores: (count, C) before softmax or sigmoid, for calibration.
    """

    loss: float
    accuracy: float
    count: int
    per_class: tuple[ClassMetric, ...]
    scores: Floats

    def beats(self, other: Score | None, delta: float = 0.0) -> bool:
        """True if more is right by over `delta`; or as much, and the loss is lower by over `delta`."""
        if other is None:
            return True
        if self.accuracy != other.accuracy:
            return self.accuracy > other.accuracy + delta
        return self.loss < other.loss - delta


def scores_of(network: AdaptedNetwork, data: TrainingData, rows: Ints, *, view: int = 0) -> Floats:
    """(len(rows), C) scores of one view of the given rows; the network is left in eval()."""
    return _in_batches(network, network, data, rows, view)


def features_of(network: AdaptedNetwork, data: TrainingData, rows: Ints, *, view: int = 0) -> Floats:
    """(len(rows), D) features under the head; the network is left in eval()."""
    return _in_batches(network, network.features, data, rows, view)


def _in_batches(
    network: AdaptedNetwork, step: Callable[[Tensor], Tensor], data: TrainingData, rows: Ints, view: int
) -> Floats:
    """What `step` gives for one view of the rows, (len(rows), ...) float32."""
    network.eval()
    device = network.mean.device
    found = []
    with torch.inference_mode():
        for start in range(0, len(rows), _BATCH):
            found.append(step(batch_of(data, rows[start : start + _BATCH], view).to(device)).float().cpu())
    return torch.cat(found).numpy()


def batch_of(data: TrainingData, rows: Ints, views: Ints | int) -> Tensor:
    """Inputs of some rows and views: uint8 pixels, or activations as float32."""
    taken = np.array(data.inputs[rows, views])
    return torch.from_numpy(taken if taken.dtype == np.uint8 else taken.astype(np.float32))


def measure(network: AdaptedNetwork, data: TrainingData) -> Score | None:
    """The score on the held-out rows, None if there are none."""
    rows = data.held_out_rows
    if len(rows) == 0:
        return None
    return score(scores_of(network, data, rows), data.targets[rows], data.class_names, data.multi_label)


def score(scores: Floats, targets: Floats, class_names: tuple[str, ...], multi_label: bool) -> Score:
    """The score of (n, C) scores against (n, C) targets."""
    given, true = torch.from_numpy(scores), torch.from_numpy(targets)
    loss = float(loss_of(given.double(), true.double(), multi_label=multi_label))
    said = scores > 0 if multi_label else scores == scores.max(axis=1, keepdims=True)
    per_class = _per_class(said.astype(np.float64), targets.astype(np.float64), class_names)
    return Score(loss, hits(given, true, multi_label=multi_label), len(scores), per_class, scores)


def _per_class(said: Doubles, true: Doubles, class_names: tuple[str, ...]) -> tuple[ClassMetric, ...]:
    """Recall and precision of each class; 0 where nothing was there or said."""
    right, support, claimed = (said * true).sum(0), true.sum(0), said.sum(0)
    return tuple(
        ClassMetric(
            name,
            float(right[i] / support[i]) if support[i] else 0.0,
            float(right[i] / claimed[i]) if claimed[i] else 0.0,
            int(support[i]),
        )
        for i, name in enumerate(class_names)
    )
