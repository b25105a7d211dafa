"""The linear head: multinomial logistic regression, regularised as cross-validation says.

N images, M labelled, D numbers per embedding, C classes, K of them with labels. Several classes per image:
one sigmoid per class instead of a softmax. Below five labels per class a nearest-mean ("prototype")
classifier was measured beside it: better on one set of four, worse on the others by as much, so there is one
method here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from labelgraft.domain.arrays import AnyArray, Floats, Ints
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.calibration import log_loss
from labelgraft.learning.heads.frame import Frame
from labelgraft.learning.heads.logistic import held_out_logits, solve, span
from labelgraft.learning.heads.targets import Targets, spread_columns, unseen_logit
from labelgraft.learning.one_core import one_core

LOOSENESSES = (0.3, 1.0, 5.0, 25.0, 125.0, 600.0)
"""C of the logistic regression (1 / L2), for embeddings of mean square length 1; tightest first."""
_WITHOUT_FOLDS = 600.0
_MANY = 1500
"""Above so many labels the sweep looks at one fold only: it settles the strength well enough."""


@dataclass(frozen=True, slots=True)
class LinearHead:
    """logits = embeddings @ weights + bias; the centring of embeddings is inside the bias.

    weights: (D, C) float32. bias: (C,) float32. Columns of classes without labels: see targets.unseen_logit.
    """

    class_names: tuple[str, ...]
    multi_label: bool
    weights: Floats
    bias: Floats
    looseness: float

    name: ClassVar[str] = "linear"

    def logits(self, embeddings: Floats) -> Floats:
        """(N, C) float32 of (N, D) embeddings as the backbone gave them, not normalised."""
        if embeddings.ndim != 2 or embeddings.shape[1] != len(self.weights):
            raise ShapeMismatch(
                f"embeddings have the shape {embeddings.shape}, this head expects (N, {len(self.weights)}). "
                "Were they made by another backbone?"
            )
        found: Floats = embeddings @ self.weights + self.bias
        return found

    def hidden(self, embeddings: Floats) -> Floats | None:  # noqa: ARG002
        """None: a linear head has no embedding of its own."""
        return None

    def to_tensors(self) -> dict[str, AnyArray]:
        """The arrays to keep, by name; with metadata they restore the head."""
        return {"weights": np.ascontiguousarray(self.weights), "bias": self.bias}

    def metadata(self) -> dict[str, str]:
        """Settings that are not arrays, as text."""
        return {"looseness": repr(self.looseness)}

    @classmethod
    def from_tensors(
        cls,
        tensors: Mapping[str, AnyArray],
        metadata: Mapping[str, str],
        class_names: tuple[str, ...],
        *,
        multi_label: bool,
    ) -> LinearHead:
        """The head that to_tensors and metadata came from."""
        looseness = float(metadata["looseness"])
        return cls(class_names, multi_label, tensors["weights"], tensors["bias"], looseness)


@dataclass(frozen=True, slots=True)
class FittedLinear:
    """A head and what it answered on images that it had not seen.

    out_of_fold: (M, C) float32 logits, NaN rows for images that are never held out.
    """

    head: LinearHead
    out_of_fold: Floats


@one_core()
def fit_linear(
    embeddings: Floats,
    targets: Targets,
    class_names: tuple[str, ...],
    *,
    folds: Ints,
    frame: Frame | None = None,
    sample_weights: Floats | None = None,
    loosenesses: tuple[float, ...] = LOOSENESSES,
) -> FittedLinear:
    """Train a linear head on all labels, with the strength that explains held-out labels best.

    Args:
        embeddings: (M, D) float32 of the labelled images, as the backbone gave them.
        folds: (M,) from domain.split.folds_by_group; all -1: no cross-validation, the loosest is taken.
        frame: of all images of the project, best; None: of these.
        sample_weights: (M,) >= 0, default 1.
    """
    frame = frame or Frame.of(embeddings)
    rows, axes = span(frame.apply(embeddings))
    importance = np.ones(len(rows), np.float32) if sample_weights is None else sample_weights
    held, looseness = _sweep(rows, targets, folds, loosenesses, importance)
    solved = None
    for step in [c for c in loosenesses if c < looseness] + [looseness]:
        solved = solve(
            rows, targets.taught(), step, importance=importance, multi_label=targets.multi_label, start=solved
        )
    assert solved is not None  # the loop runs at least once; mypy cannot know
    slopes = solved[:-1].astype(np.float32)
    weights = slopes if axes is None else axes.T @ slopes
    head = _place(weights, solved[-1].astype(np.float32), targets, class_names, frame, looseness)
    out_of_fold = spread_columns(
        held, targets.known, len(class_names), len(rows), multi_label=targets.multi_label
    )
    out_of_fold[folds < 0] = np.nan
    return FittedLinear(head, out_of_fold)


def _sweep(
    rows: Floats, targets: Targets, folds: Ints, loosenesses: tuple[float, ...], importance: Floats
) -> tuple[Floats, float]:
    """Held-out logits (M, K) at the best looseness, and that looseness."""
    taught = targets.taught()
    judged = folds >= 0
    if not judged.any():
        return np.full(taught.shape, np.nan, np.float32), _WITHOUT_FOLDS
    many = len(rows) > _MANY
    swept = np.where(folds == folds[judged].min(), folds, -1) if many else folds
    logits = held_out_logits(
        rows, taught, swept, loosenesses, importance=importance, multi_label=targets.multi_label
    )
    seen = swept >= 0
    labels = (taught > 0.5) if targets.multi_label else taught.argmax(axis=1)
    columns = np.arange(taught.shape[1])
    losses = [
        log_loss(
            spread_columns(answers[seen], columns, len(columns), len(rows), multi_label=targets.multi_label),
            labels[seen], multi_label=targets.multi_label,
        )
        for answers in logits
    ]  # fmt: skip
    best = int(np.argmin(losses))
    if many:
        only = (loosenesses[best],)
        return held_out_logits(
            rows, taught, folds, only, importance=importance, multi_label=targets.multi_label
        )[0], only[0]
    return logits[best], loosenesses[best]


def _place(
    weights: Floats,
    bias: Floats,
    targets: Targets,
    class_names: tuple[str, ...],
    frame: Frame,
    looseness: float,
) -> LinearHead:
    """Columns for all classes; the frame folded into weights and bias."""
    known, total = targets.known, len(class_names)
    if not targets.multi_label and len(known):
        weights = weights - weights.mean(axis=1, keepdims=True)
        bias = bias - bias.mean()
    weights = weights / np.float32(frame.scale)
    all_weights = np.zeros((len(frame.centre), total), np.float32)
    all_bias = np.full(total, unseen_logit(len(targets.shares)), np.float32)
    all_weights[:, known] = weights
    all_bias[known] = bias - frame.centre @ weights
    return LinearHead(class_names, targets.multi_label, all_weights, all_bias, looseness)
