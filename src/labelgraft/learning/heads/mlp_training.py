"""The training loop of the mlp head: one head on all labels and one per fold, step by step together.

M labelled images, R numbers per row, H hidden units, K classes with labels, P = 1 + folds heads in parallel.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from labelgraft.domain.arrays import Bools, Floats
from labelgraft.domain.training import ClassMetric, EpochMetrics
from labelgraft.errors import TrainingDiverged
from labelgraft.learning.heads.mlp_settings import Coordinates, MlpResult, MlpSettings, Watcher
from labelgraft.learning.heads.targets import Targets

_DROPOUT = 0.1


class _Heads:
    """The layers of P heads, stacked."""

    def __init__(self, rows: int, hidden: int, classes: int, heads: int, dice: torch.Generator) -> None:
        bound = hidden**-0.5
        second = (torch.rand((hidden, classes), generator=dice) * 2 - 1) * bound
        self.weights_1 = torch.zeros((heads, rows, hidden), requires_grad=True)
        self.bias_1 = torch.zeros((heads, 1, hidden), requires_grad=True)
        self.weights_2 = second.expand(heads, -1, -1).clone().requires_grad_()
        self.bias_2 = torch.zeros((heads, 1, classes), requires_grad=True)

    def __call__(self, rows: Tensor, start: Tensor, dice: torch.Generator | None = None) -> Tensor:
        """(P, m, K) logits of (m, R) rows; with dice, some hidden units are left out."""
        active = functional.gelu(start + rows @ self.weights_1 + self.bias_1)
        if dice is not None:
            kept = torch.rand(active.shape, generator=dice) >= _DROPOUT
            active = active * kept / (1 - _DROPOUT)
        logits: Tensor = active @ self.weights_2 + self.bias_2
        return logits

    @property
    def parameters(self) -> list[Tensor]:
        return [self.weights_1, self.bias_1, self.weights_2, self.bias_2]


def train(
    given: Coordinates,
    targets: Targets,
    class_names: tuple[str, ...],
    settings: MlpSettings,
    *,
    seed: int,
    watcher: Watcher | None,
) -> MlpResult:
    """Train all heads with AdamW. Raises TrainingDiverged; see mlp.fit_mlp."""
    watcher = watcher or Watcher()
    lesson = _Lesson(given, targets, settings, seed)
    epochs, finished = settings.epochs_for(len(given.rows)), 0
    while finished < epochs:
        loss = lesson.epoch(finished, epochs)
        finished += 1
        if watcher.on_epoch is not None:
            watcher.on_epoch(_metrics(lesson, given.training, targets, class_names, finished, loss))
        if watcher.should_stop is not None and watcher.should_stop():
            break
    layers = [layer[0].detach().numpy().copy() for layer in lesson.heads.parameters]
    return MlpResult(layers[0], layers[1][0], layers[2], layers[3][0], lesson.logits(), finished)


class _Lesson:
    """Everything that an epoch needs, as tensors."""

    def __init__(self, given: Coordinates, targets: Targets, settings: MlpSettings, seed: int) -> None:
        self.settings, self.multi_label = settings, targets.multi_label
        self.dice = torch.Generator().manual_seed(seed)
        self.rows, self.start = torch.from_numpy(given.rows), torch.from_numpy(given.start)
        self.taught = torch.from_numpy(np.ascontiguousarray(targets.taught(), np.float32))
        self.weight = torch.from_numpy((given.training * given.importance).astype(np.float32))
        width, hidden = self.rows.shape[1], self.start.shape[1]
        self.heads = _Heads(width, hidden, self.taught.shape[1], len(self.weight), self.dice)
        self.batches = -(-len(self.rows) // settings.batch_size)
        self.rate = settings.learning_rate
        self.optimiser = torch.optim.AdamW(
            self.heads.parameters, self.rate, weight_decay=settings.weight_decay, fused=True
        )

    def epoch(self, finished: int, epochs: int) -> float:
        """One pass over all rows; the first head's mean loss."""
        count = len(self.rows)
        several = self.batches > 1
        order = torch.randperm(count, generator=self.dice) if several else torch.arange(count)
        total = 0.0
        for number, part in enumerate(order.chunk(self.batches)):
            self.rate = self.settings.rate_at(
                finished * self.batches + number, epochs * self.batches, finished
            )
            total += self._step(part) * len(part) / count
        if not np.isfinite(total) or not all(bool(p.isfinite().all()) for p in self.heads.parameters):
            raise TrainingDiverged(
                f"The loss became {total} in epoch {finished + 1} at a learning rate of "
                f"{self.settings.learning_rate:g}. No model was made. Train again with a tenth of that rate."
            )
        return total

    def logits(self) -> Floats:
        """(P, M, K) of all heads on all rows."""
        with torch.inference_mode():
            found: Floats = self.heads(self.rows, self.start).numpy()
        return found

    def _step(self, part: Tensor) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate
        logits = self.heads(self.rows[part], self.start[part], self.dice)
        weight = self.weight[:, part]
        losses = self.losses(logits, self.taught[part])
        mean = (losses * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1e-6)
        self.optimiser.zero_grad()
        torch.autograd.backward([mean.sum()])
        self.optimiser.step()
        return float(mean[0].detach())

    def losses(self, logits: Tensor, taught: Tensor) -> Tensor:
        """(P, m) losses against softened labels."""
        doubt = self.settings.label_smoothing
        if self.multi_label:
            soft = (taught * (1 - doubt) + 0.5 * doubt).expand_as(logits)
            return functional.binary_cross_entropy_with_logits(logits, soft, reduction="none").sum(dim=2)
        soft = taught * (1 - doubt) + doubt / taught.shape[1]
        return -(soft * logits.log_softmax(dim=2)).sum(dim=2)


def _metrics(
    lesson: _Lesson,
    training: Bools,
    targets: Targets,
    class_names: tuple[str, ...],
    epoch: int,
    loss: float,
) -> EpochMetrics:
    """Numbers of an epoch; the held-out ones are of each image by the head that does not train on it."""
    logits = lesson.logits()
    true = targets.shares[:, targets.known] > 0.5
    said = logits > 0 if targets.multi_label else logits == logits.max(axis=2, keepdims=True)
    held = ~training.all(axis=0)
    judge = (~training).argmax(axis=0)  # the head that does not train on it; the first where all do
    row = np.arange(len(judge))
    unseen = said[judge, row]
    losses = lesson.losses(torch.from_numpy(logits), lesson.taught).numpy()[judge, row]
    judged = held if held.any() else np.ones_like(held)
    return EpochMetrics(
        phase="head",
        epoch=epoch,
        step=epoch * lesson.batches,
        loss_train=loss,
        loss_held_out=float(losses[held].mean()) if held.any() else None,
        accuracy_train=_right(said[0], true, targets.multi_label),
        accuracy_held_out=_right(unseen[held], true[held], targets.multi_label) if held.any() else None,
        per_class=_per_class(unseen[judged], true[judged], [class_names[c] for c in targets.known]),
        learning_rate=lesson.rate,
    )


def _right(said: Bools, true: Bools, multi_label: bool) -> float:
    """Share of images, or with multi_label of image-class pairs, that is right."""
    return float((said == true).mean() if multi_label else (said & true).any(axis=1).mean())


def _per_class(said: Bools, true: Bools, names: list[str]) -> tuple[ClassMetric, ...]:
    hits, claimed, support = (part.sum(axis=0).tolist() for part in (said & true, said, true))
    return tuple(
        ClassMetric(name, hits[i] / max(support[i], 1), hits[i] / max(claimed[i], 1), support[i])
        for i, name in enumerate(names)
    )
