"""One phase of training a dense network: its trained stages and its head, from kept maps or from pixels.

Everything random follows from the recipe's seed and the step, so a phase that goes on from a `PhaseState` gives the
same weights and metrics, bit for bit, as one that was never interrupted. A state's "epoch" here is its step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from labelgraft.domain.arrays import Bools, Ints
from labelgraft.domain.training import EpochMetrics, TrainingProgress
from labelgraft.errors import NothingLabelled, OutOfMemory, ShapeMismatch, TrainingDiverged
from labelgraft.learning.dense.batches import Inputs, clean
from labelgraft.learning.dense.head import DenseScore
from labelgraft.learning.dense.network import DenseNetwork
from labelgraft.learning.dense.truth import Truth
from labelgraft.learning.finetuning.optimising import lacks_memory, moments_of, optimiser_of
from labelgraft.learning.finetuning.recipe import Recipe
from labelgraft.learning.finetuning.training import EARLY_STOP_NEEDS, PhaseState, Watcher

MEASURED_FROM = 0.02
"""Lowest confidence that is measured: what is cut off cannot be recalled."""
_MEASURED_AT_ONCE = 8
_TRAINED_SAMPLE = 16
"""Images trained on that are measured too, to compare with the held-out ones."""


@dataclass(frozen=True, slots=True, eq=False)
class DenseData:
    """What a phase sees. truths: of N images, in the inputs' order. held_out: (N,), True = only measured on.

    Raises ShapeMismatch, NothingLabelled when made.
    """

    truths: Sequence[Truth]
    held_out: Bools
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.truths) != len(self.held_out):
            raise ShapeMismatch(f"{len(self.truths)} truths, but held_out {self.held_out.shape}")
        if len(self.train_rows) == 0:
            raise NothingLabelled("No finished image is left to train on. Finish some, or hold out fewer.")

    @property
    def train_rows(self) -> Ints:
        """Rows to train on, ascending."""
        return np.flatnonzero(~self.held_out).astype(np.int64)

    @property
    def held_out_rows(self) -> Ints:
        """Rows to measure on, ascending."""
        return np.flatnonzero(self.held_out).astype(np.int64)


@dataclass(frozen=True, slots=True)
class DenseOutcome:
    """What a phase ended with; the network holds these weights. score: of them on the held-out images."""

    score: DenseScore | None
    step: int
    stopped: bool
    state: PhaseState


def train(
    network: DenseNetwork,
    inputs: Inputs,
    data: DenseData,
    recipe: Recipe,
    *,
    watcher: Watcher | None = None,
    resume: PhaseState | None = None,
    best: Mapping[str, Tensor] | None = None,
) -> DenseOutcome:
    """Runs a phase to its end, to an early stop, or until it is asked to stop.

    With 20 or more held-out images the weights of the best evaluation are taken, else those of the last step; on a
    stop always those of the last step. resume, best: the state to go on from and the tensors of its best evaluation.
    Raises NothingLabelled, TrainingDiverged, OutOfMemory.
    """
    network.dense_head.demand_taught([data.truths[row] for row in data.train_rows])
    phase = _Phase(network, inputs, data, recipe, watcher or Watcher())
    if resume is not None:
        phase.load(resume, best)
    return phase.run()


def steps_of(recipe: Recipe, images: int, batch_size: int) -> int:
    """All steps of a phase."""
    return recipe.epochs * math.ceil(images / batch_size)


class _Phase:
    """The moving parts of one call of `train`."""

    def __init__(
        self, network: DenseNetwork, inputs: Inputs, data: DenseData, recipe: Recipe, watcher: Watcher
    ) -> None:
        self.network, self.inputs, self.data = network, inputs, data
        self.recipe, self.watcher = recipe, watcher
        self.device = network.pyramid.mean.device
        self.rows = data.train_rows
        self.batch_size = recipe.batch_size
        self.parts = ((network.head, 1.0), (network.pyramid, recipe.upper_factor))
        self.optimiser = optimiser_of(self.parts, recipe)
        self.best_tensors: Mapping[str, Tensor] | None = None
        self.halved = False
        self.selects = len(data.held_out_rows) >= EARLY_STOP_NEEDS
        self.targets: dict[tuple[int, int], Any] = {}
        self.losses: list[float] = []
        self.state = self._snapshot(0)

    def run(self) -> DenseOutcome:
        while True:
            try:
                stopped = not self._steps()
                break
            except (RuntimeError, MemoryError) as error:
                self._shrink_or_raise(error)
        if not stopped and self.selects and self.best_tensors is not None:
            self.network.load_trained(dict(self.best_tensors))
        found = measure(self.network, self.inputs, self.data, self.data.held_out_rows)
        return DenseOutcome(found, self.state.epoch, stopped, self.state)

    def _steps(self) -> bool:
        """Steps to the end; False if a stop was asked for before it."""
        per_epoch = math.ceil(len(self.rows) / self.batch_size)
        total = steps_of(self.recipe, len(self.rows), self.batch_size)
        for step in range(self.state.epoch, total):
            if self.state.evaluations_without_gain >= self.recipe.patience and self.selects:
                return True
            self.losses.append(self._step(step, step / total))
            done = step + 1
            epoch = math.ceil(done / per_epoch)
            self.watcher.stepped(
                TrainingProgress(self.recipe.phase, epoch, self.recipe.epochs, done, total, None)
            )
            if done == total or done % (per_epoch * self.recipe.evaluation_period) == 0:
                self._evaluate(done, epoch)
            if done < total and self.watcher.stopping():
                self.state = self._snapshot(done)
                return False
        return True

    def _step(self, step: int, share: float) -> float:
        """One step of the optimiser; the loss before it."""
        rows = self._drawn(step)
        draw = np.random.default_rng([self.recipe.seed, 1, step])
        numbers = self.inputs.numbers(draw, len(rows))
        targets = [self._target(int(row), int(n)) for row, n in zip(rows, numbers, strict=True)]
        self.network.train()
        for group in self.optimiser.param_groups:
            group["lr"] = group["base_rate"] * self.recipe.rate_factor(share)
        answers = self.network(self.inputs.given(rows, numbers, self.device))
        loss = torch.stack(list(self.network.dense_head.loss(answers, targets).values())).sum()
        value = float(loss.detach())
        if not math.isfinite(value):
            raise self._diverged(step, value)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(
            [p for group in self.optimiser.param_groups for p in group["params"]], self.recipe.clip
        )
        self.optimiser.step()
        return value

    def _drawn(self, step: int) -> Ints:
        """The rows of a step: all images in a seeded order, again and again in another one."""
        places = np.arange(step * self.batch_size, (step + 1) * self.batch_size)
        count = len(self.rows)
        orders = {
            epoch: np.random.default_rng([self.recipe.seed, 0, int(epoch)]).permutation(count)
            for epoch in np.unique(places // count)
        }
        return np.array([self.rows[orders[place // count][place % count]] for place in places], np.int64)

    def _target(self, row: int, number: int) -> Any:
        """What one view is taught; kept while the views are few."""
        if (row, number) not in self.targets:
            seen = self.inputs.seen(row, number)
            found = self.network.dense_head.targets(self.data.truths[row], seen.placing, self.inputs.canvas)
            if self.inputs.boundary == 0:
                return found
            self.targets[row, number] = found
        return self.targets[row, number]

    def _evaluate(self, done: int, epoch: int) -> None:
        """Measures, keeps and tells."""
        score = measure(self.network, self.inputs, self.data, self.data.held_out_rows)
        sample = self.rows[:: max(1, len(self.rows) // _TRAINED_SAMPLE)][:_TRAINED_SAMPLE]
        trained = measure(self.network, self.inputs, self.data, sample)
        loss = math.fsum(self.losses) / len(self.losses)
        self.losses = []
        self.state = self._snapshot(done)
        best = self._judge(done, score)
        metrics = EpochMetrics(
            phase=self.recipe.phase,
            epoch=epoch,
            step=done,
            loss_train=loss,
            loss_held_out=None,
            accuracy_train=trained.figure if trained else 0.0,
            accuracy_held_out=score.figure if score else None,
            per_class=score.per_class if score else (),
            learning_rate=float(self.optimiser.param_groups[0]["lr"]),
            figures=score.figures if score else {},
        )
        self.watcher.evaluated(metrics, self.state, best)

    def _judge(self, done: int, score: DenseScore | None) -> bool:
        """Updates the state's best evaluation; True if this one is it."""
        before = self.state.best_accuracy
        if score is None:
            self.state = replace(self.state, best_epoch=done)
            return True
        if before is None or score.figure > before + self.recipe.delta:
            self.best_tensors = {n: t.clone() for n, t in self.network.trained_tensors().items()}
            self.state = replace(
                self.state, best_accuracy=score.figure, best_epoch=done, evaluations_without_gain=0
            )
            return True
        waited = self.state.evaluations_without_gain + 1
        self.state = replace(self.state, evaluations_without_gain=waited)
        return False

    def _diverged(self, step: int, loss: float) -> TrainingDiverged:
        rate = self.recipe.learning_rate
        return TrainingDiverged(
            f"Phase {self.recipe.phase}, step {step + 1}: the loss became {loss}. What was kept at step "
            f"{self.state.epoch} stays. Try a tenth of the learning rate (--learning-rate {rate / 10:g}) or a larger "
            "batch."
        )

    def _shrink_or_raise(self, error: RuntimeError | MemoryError) -> None:
        """After the first lack of memory: half the batch, this phase from its start. Else raises."""
        if not lacks_memory(error):
            raise error
        if self.halved or self.batch_size == 1:
            raise OutOfMemory(
                f"Phase {self.recipe.phase}: memory ran out, even with {self.batch_size} images per batch. What was "
                f"kept at step {self.state.epoch} stays. Try a smaller batch size, a smaller input size, or more "
                "frozen blocks; or close other programs."
            ) from error
        self.halved = True
        self.load(self.state, self.best_tensors)
        self.batch_size //= 2
        self.state = replace(self.state, epoch=2 * self.state.epoch, batch_size=self.batch_size)
        self.watcher.noted(f"Memory ran out; going on with {self.batch_size} images per batch.")

    def _snapshot(self, step: int) -> PhaseState:
        """A copy of everything that the next step depends on."""
        tensors = {f"network.{n}": t.detach().clone() for n, t in self.network.trained_tensors().items()}
        for number, moments in self.optimiser.state_dict()["state"].items():
            for name, value in moments.items():
                tensors[f"optimiser.{number}.{name}"] = torch.as_tensor(value).detach().clone()
        tensors["losses"] = torch.tensor(self.losses, dtype=torch.float64)
        if step == 0:
            return PhaseState(0, self.batch_size, tensors)
        return replace(self.state, epoch=step, tensors=tensors)

    def load(self, state: PhaseState, best: Mapping[str, Tensor] | None) -> None:
        """Puts a copy of everything back."""
        self.halved = state.batch_size < self.recipe.batch_size
        self.state, self.batch_size, self.best_tensors = state, state.batch_size, best
        self.losses = state.tensors["losses"].tolist()
        network = {n: t for n, t in state.tensors.items() if n.startswith("network.")}
        self.network.load_trained({n.removeprefix("network."): t for n, t in network.items()})
        groups = self.optimiser.state_dict()["param_groups"]
        parameters = [p for group in self.optimiser.param_groups for p in group["params"]]
        moments = moments_of(state.tensors, parameters)
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})


def measure(network: DenseNetwork, inputs: Inputs, data: DenseData, rows: Ints) -> DenseScore | None:
    """The score on the clean views of some rows; None where nothing is to be found in them."""
    if len(rows) == 0:
        return None
    network.eval()
    found: list[Any] = []
    with torch.inference_mode():
        for start in range(0, len(rows), _MEASURED_AT_ONCE):
            some = rows[start : start + _MEASURED_AT_ONCE]
            answers = network(inputs.given(some, clean(len(some)), network.pyramid.mean.device))
            seen = [inputs.seen(int(row), 0) for row in some]
            found += network.dense_head.found(answers, seen, threshold=MEASURED_FROM)
    return network.dense_head.score([data.truths[row] for row in rows], found, data.class_names)
