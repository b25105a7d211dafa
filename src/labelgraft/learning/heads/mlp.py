"""The mlp head: LayerNorm, Linear to 128, GELU, Linear to the classes. Its hidden layer redraws the map.

N images, M labelled, D numbers per embedding, H = 128, C classes. The first layer starts small and random, so
what it learns from labels outweighs the random mixture that keeps the rest of the embedding's structure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Floats, Ints
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.heads.frame import Frame
from labelgraft.learning.heads.logistic import span
from labelgraft.learning.heads.mlp_settings import Coordinates, MlpSettings, Watcher
from labelgraft.learning.heads.targets import Targets, spread_columns, unseen_logit
from labelgraft.learning.one_core import one_core

HIDDEN_WIDTH = 128
_FIRST_LAYER_SCALE = 0.2
"""Standard deviation of the hidden layer's inputs before training. 1.0 hides the labels in the map, 0.05 all
but the labels."""
_BLOCK = 4096
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class MlpHead:
    """logits = gelu(layernorm(embeddings) @ weights_1 + bias_1) @ weights_2 + bias_2.

    weights_1: (D, H), bias_1: (H,), weights_2: (H, C), bias_2: (C,), all float32. The layer norm has no
    weights of its own; they are inside weights_1. Columns of classes without labels: targets.unseen_logit.
    """

    class_names: tuple[str, ...]
    multi_label: bool
    weights_1: Floats
    bias_1: Floats
    weights_2: Floats
    bias_2: Floats
    epochs: int

    name: ClassVar[str] = "mlp"

    def logits(self, embeddings: Floats) -> Floats:
        """(N, C) float32 of (N, D) embeddings as the backbone gave them, not normalised."""
        found: Floats = self._activation(embeddings) @ self.weights_2 + self.bias_2
        return found

    def hidden(self, embeddings: Floats) -> Floats | None:
        """(N, H) float32, rows of unit length: the model's embedding of (N, D) embeddings of the backbone."""
        active = self._activation(embeddings)
        length = np.linalg.norm(active, axis=1, keepdims=True)
        unit: Floats = active / np.maximum(length, np.float32(1e-12))
        return unit

    def to_tensors(self) -> dict[str, AnyArray]:
        """The arrays to keep, by name; with metadata they restore the head."""
        return {
            "weights_1": self.weights_1,
            "bias_1": self.bias_1,
            "weights_2": self.weights_2,
            "bias_2": self.bias_2,
        }

    def metadata(self) -> dict[str, str]:
        """Settings that are not arrays, as text."""
        return {"epochs": str(self.epochs)}

    @classmethod
    def from_tensors(
        cls,
        tensors: Mapping[str, AnyArray],
        metadata: Mapping[str, str],
        class_names: tuple[str, ...],
        *,
        multi_label: bool,
    ) -> MlpHead:
        """The head that to_tensors and metadata came from."""
        return cls(
            class_names,
            multi_label,
            tensors["weights_1"],
            tensors["bias_1"],
            tensors["weights_2"],
            tensors["bias_2"],
            int(metadata["epochs"]),
        )

    def _activation(self, embeddings: Floats) -> Floats:
        if embeddings.ndim != 2 or embeddings.shape[1] != len(self.weights_1):
            raise ShapeMismatch(
                f"embeddings have the shape {embeddings.shape}, this head expects (N, {len(self.weights_1)})."
                " Were they made by another backbone?"
            )
        active = np.empty((len(embeddings), len(self.bias_1)), np.float32)
        for start in range(0, len(embeddings), _BLOCK):
            rows = layer_norm(embeddings[start : start + _BLOCK])
            active[start : start + _BLOCK] = gelu(rows @ self.weights_1 + self.bias_1)
        return active


@dataclass(frozen=True, slots=True)
class FittedMlp:
    """A head and what it answered on images that it had not seen.

    out_of_fold: (M, C) float32 logits, NaN rows for images that were not held out.
    """

    head: MlpHead
    out_of_fold: Floats


@one_core()
def fit_mlp(
    embeddings: Floats,
    targets: Targets,
    class_names: tuple[str, ...],
    *,
    folds: Ints,
    background: Floats | None = None,
    sample_weights: Floats | None = None,
    settings: MlpSettings | None = None,
    seed: int = 0,
    watcher: Watcher | None = None,
) -> FittedMlp:
    """Train an mlp head, and beside it one per fold for honest numbers, all in the same steps.

    Args:
        embeddings: (M, D) float32 of the labelled images, as the backbone gave them.
        folds: (M,) from domain.split.folds_by_group; all -1: no held-out numbers.
        background: (B, D) of images with and without labels, for the centre; None: of the labelled ones.
        sample_weights: (M,) >= 0, default 1.
        seed: same seed, labels and machine give the same head, bit for bit.
        watcher: told every epoch; may ask to stop, the last finished epoch is then the head.
    Raises: TrainingDiverged if the loss becomes NaN or infinite.
    """
    settings = settings or MlpSettings()
    rng = np.random.default_rng(seed)
    normed = layer_norm(embeddings)
    frame = Frame.of(normed if background is None else layer_norm(background))
    placed = frame.apply(normed)
    start = rng.normal(0, _FIRST_LAYER_SCALE, (placed.shape[1], HIDDEN_WIDTH)).astype(np.float32)
    coordinates, axes = span(placed)
    if axes is not None:
        turn = _random_turn(coordinates.shape[1], rng)
        coordinates, axes = coordinates @ turn, turn.T @ axes
    rows = Coordinates(
        rows=coordinates,
        start=placed @ start,
        importance=np.ones(len(placed), np.float32) if sample_weights is None else sample_weights,
        training=_training_parts(folds, len(placed)),
    )
    # Loaded here: commands that train nothing do not pay for torch.
    from labelgraft.learning.heads.mlp_training import train

    result = train(rows, targets, class_names, settings, seed=seed, watcher=watcher)
    learnt = result.weights_1 if axes is None else axes.T @ result.weights_1
    head = _place(start + learnt, result.bias_1, result.weights_2, result.bias_2, frame, targets, class_names,
                  result.epochs)  # fmt: skip
    held = _held_out(result.logits, rows.training, targets)
    spread = spread_columns(
        held, targets.known, len(class_names), len(placed), multi_label=targets.multi_label
    )
    spread[rows.training.all(axis=0)] = np.nan
    return FittedMlp(head, spread)


def layer_norm(embeddings: Floats) -> Floats:
    """(N, D) float32: every row with mean 0 and standard deviation 1."""
    middle = embeddings - embeddings.mean(axis=1, keepdims=True, dtype=np.float32)
    deviation = np.sqrt(np.einsum("nd,nd->n", middle, middle) / np.float32(middle.shape[1]))
    normed: Floats = middle / (deviation[:, None] + np.float32(_EPSILON))
    return normed


def gelu(rows: Floats) -> Floats:
    """Gaussian error linear unit, exact. Source: Hendrycks and Gimpel 2016, arXiv:1606.08415."""
    from scipy.special import erf

    found: Floats = 0.5 * rows * (1 + erf(rows * np.float32(0.7071067811865476)))
    return found


def _random_turn(size: int, rng: np.random.Generator) -> Floats:
    """A random rotation: on the axes of the span AdamW would push rare directions as far as common ones."""
    turned = np.linalg.qr(rng.normal(size=(size, size)))[0]
    return turned.astype(np.float32)


_MANY = 1500
"""Above so many labels only one fold is held out: it is enough for a good estimate."""


def _training_parts(folds: Ints, count: int) -> Bools:
    """(1 + F, M): which rows the head (first) and the head of each fold train on."""
    held = np.unique(folds[folds >= 0])
    if count > _MANY:
        held = held[:1]
    return np.stack([np.ones(count, np.bool_), *(folds != fold for fold in held)])


def _held_out(logits: Floats, training: Bools, targets: Targets) -> Floats:
    """(M, K) logits of each row by the head that did not train on it; NaN where there is none or no class."""
    taught = targets.shares[:, targets.known] > 0
    held = np.full(logits.shape[1:], np.nan, np.float32)
    for answers, inside in zip(logits[1:], training[1:], strict=True):
        held[~inside] = np.where(taught[inside].any(axis=0), answers[~inside], np.nan)
    return held


def _place(
    weights_1: Floats,
    bias_1: Floats,
    weights_2: Floats,
    bias_2: Floats,
    frame: Frame,
    targets: Targets,
    class_names: tuple[str, ...],
    epochs: int,
) -> MlpHead:
    """Columns for all classes; the frame folded into the first layer."""
    known, total = targets.known, len(class_names)
    if not targets.multi_label and len(known):
        weights_2 = weights_2 - weights_2.mean(axis=1, keepdims=True)
        bias_2 = bias_2 - bias_2.mean()
    first = weights_1 / np.float32(frame.scale)
    second = np.zeros((HIDDEN_WIDTH, total), np.float32)
    bias = np.full(total, unseen_logit(len(targets.shares)), np.float32)
    second[:, known] = weights_2
    bias[known] = bias_2
    return MlpHead(
        class_names, targets.multi_label, first, bias_1 - frame.centre @ first, second, bias, epochs
    )
