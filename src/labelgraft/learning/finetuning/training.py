"""One phase of training: the upper part and the head, from cached activations or from pixels.

Everything random follows from the recipe's seed, the epoch and the step, so a phase that goes on from a
`PhaseState` gives the same weights and metrics, bit for bit, as one that was never interrupted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from labelgraft.domain.arrays import Ints
from labelgraft.domain.training import EpochMetrics, TrainingProgress
from labelgraft.errors import OutOfMemory, TrainingDiverged
from labelgraft.learning.finetuning.measuring import Score, batch_of, hits, loss_of, measure
from labelgraft.learning.finetuning.network import AdaptedNetwork, batch_is_large_enough
from labelgraft.learning.finetuning.optimising import lacks_memory, moments_of, optimiser_of
from labelgraft.learning.finetuning.recipe import Recipe, TrainingData

EARLY_STOP_NEEDS = 20
"""Held-out images below which a measured gain is mostly luck: then neither early stop nor best epoch."""


@dataclass(frozen=True, slots=True)
class PhaseState:
    """Where a phase stands after a whole epoch; enough to go on from there.

    tensors: "network.*" and "optimiser.<number>.<moment>" and "rng". best_accuracy, best_loss: of the best
    evaluation so far, None before the first.
    """

    epoch: int
    batch_size: int
    tensors: dict[str, Tensor]
    best_accuracy: float | None = None
    best_loss: float | None = None
    best_epoch: int = 0
    evaluations_without_gain: int = 0


@dataclass(slots=True)
class Watcher:
    """Who listens to a phase. stopping: asked after every step. evaluated: told after every evaluation,
    with the state to keep and whether it is the best so far. noted: told sentences for the user."""

    stopping: Callable[[], bool] = lambda: False
    stepped: Callable[[TrainingProgress], None] = lambda *_: None
    evaluated: Callable[[EpochMetrics, PhaseState, bool], None] = lambda *_: None
    noted: Callable[[str], None] = lambda *_: None


@dataclass(frozen=True, slots=True)
class PhaseOutcome:
    """What a phase ended with; the network it was given now holds these weights.

    score: of these weights on the held-out images. epoch: the one they are of. stopped: on request.
    """

    score: Score | None
    epoch: int
    stopped: bool
    state: PhaseState
    history: tuple[EpochMetrics, ...] = field(default=())


def train(
    network: AdaptedNetwork,
    data: TrainingData,
    recipe: Recipe,
    *,
    watcher: Watcher | None = None,
    resume: PhaseState | None = None,
    best: Mapping[str, Tensor] | None = None,
) -> PhaseOutcome:
    """Runs a phase to its end, to an early stop, or until it is asked to stop.

    With 20 or more held-out images the weights of the best evaluation are taken, else those of the last
    epoch; on a stop always those of the last whole epoch. resume, best: the state to go on from and the
    "network.*" tensors of its best evaluation. Raises TrainingDiverged, OutOfMemory.
    """
    phase = _Phase(network, data, recipe, watcher or Watcher())
    phase.restore(resume, best)
    return phase.run()


class _Phase:
    """The moving parts of one call of `train`."""

    def __init__(self, network: AdaptedNetwork, data: TrainingData, recipe: Recipe, watcher: Watcher) -> None:
        self.network, self.data, self.recipe, self.watcher = network, data, recipe, watcher
        self.device = network.mean.device
        self.batch_size = min(recipe.batch_size, len(data.train_rows))
        self.optimiser = optimiser_of(((network.head, 1.0), (network.upper, recipe.upper_factor)), recipe)
        self.history: list[EpochMetrics] = []
        self.best_tensors: Mapping[str, Tensor] | None = None
        self.halved = False
        torch.manual_seed(recipe.seed)
        self.state = self._snapshot(0)
        self.selects = len(data.held_out_rows) >= EARLY_STOP_NEEDS

    def restore(self, state: PhaseState | None, best: Mapping[str, Tensor] | None) -> None:
        if state is not None:
            self.halved = state.batch_size < self.batch_size
            self.batch_size = state.batch_size
            self.best_tensors = best
            self._load(state)

    def run(self) -> PhaseOutcome:
        stopped = False
        while self.state.epoch < self.recipe.epochs and not self._exhausted() and not stopped:
            try:
                finished = self._epoch(self.state.epoch + 1)
            except (RuntimeError, MemoryError) as error:
                self._shrink_or_raise(error)
                continue
            stopped = not finished
        if stopped:
            self._load(self.state)
        elif self.selects and self.best_tensors is not None:
            self.network.load_trained(dict(self.best_tensors))
        taken = self.state.best_epoch if self.selects and not stopped else self.state.epoch
        score = measure(self.network, self.data)
        return PhaseOutcome(score, taken, stopped, self.state, tuple(self.history))

    def _exhausted(self) -> bool:
        return self.selects and self.state.evaluations_without_gain >= self.recipe.patience

    def _epoch(self, epoch: int) -> bool:
        """One pass over the images; False if a stop was asked for before its end."""
        batches = self._batches(epoch)
        losses, accuracies = [], []
        for number, rows in enumerate(batches):
            done = (epoch - 1 + number / len(batches)) / self.recipe.epochs
            loss, accuracy = self._step(rows, epoch, number, self.recipe.rate_factor(done))
            losses.append(loss)
            accuracies.append(accuracy)
            self.watcher.stepped(self._progress(epoch, number + 1, len(batches)))
            if number + 1 < len(batches) and self.watcher.stopping():
                return False
        self._finish(epoch, len(batches), losses, accuracies)
        return not (epoch < self.recipe.epochs and self.watcher.stopping())

    def _finish(self, epoch: int, steps: int, losses: list[float], accuracies: list[float]) -> None:
        """Keeps the whole epoch; measures and tells at the end of each evaluation period and of the phase."""
        self.state = self._snapshot(epoch)
        if epoch % self.recipe.evaluation_period and epoch != self.recipe.epochs:
            return
        score = measure(self.network, self.data)
        best = self._judge(epoch, score)
        metrics = EpochMetrics(
            phase=self.recipe.phase,
            epoch=epoch,
            step=epoch * steps,
            loss_train=math.fsum(losses) / len(losses),
            loss_held_out=score.loss if score else None,
            accuracy_train=math.fsum(accuracies) / len(accuracies),
            accuracy_held_out=score.accuracy if score else None,
            per_class=score.per_class if score else (),
            learning_rate=float(self.optimiser.param_groups[0]["lr"]),
        )
        self.history.append(metrics)
        self.watcher.evaluated(metrics, self.state, best)

    def _judge(self, epoch: int, score: Score | None) -> bool:
        """Updates the state's best evaluation; True if this one is it."""
        state = self.state
        if score is None:
            self.state = _changed(state, best_epoch=epoch)
            return True
        if _is_gain(score, state, self.recipe.delta):
            self.best_tensors = {n: t.clone() for n, t in self.network.trained_tensors().items()}
            self.state = _changed(
                state,
                best_accuracy=score.accuracy,
                best_loss=score.loss,
                best_epoch=epoch,
                evaluations_without_gain=0,
            )
            return True
        self.state = _changed(state, evaluations_without_gain=state.evaluations_without_gain + 1)
        return False

    def _batches(self, epoch: int) -> list[Ints]:
        """The epoch's rows in a seeded order, cut into whole batches: a rest is seen in another epoch."""
        order = np.random.default_rng([self.recipe.seed, epoch]).permutation(self.data.train_rows)
        whole = len(order) - len(order) % self.batch_size
        return [order[i : i + self.batch_size] for i in range(0, whole, self.batch_size)]

    def _step(self, rows: Ints, epoch: int, number: int, factor: float) -> tuple[float, float]:
        """One step of the optimiser; loss and accuracy of the batch before it."""
        draw = np.random.default_rng([self.recipe.seed, epoch, number])
        views = draw.integers(self.data.view_count, size=len(rows))
        inputs = batch_of(self.data, rows, views).to(self.device)
        targets = torch.from_numpy(self.data.targets[rows]).to(self.device)
        if self.recipe.mixup and inputs.dtype != torch.uint8:
            inputs, targets = _mixed(inputs, targets, draw, self.recipe.mixup)
        self.network.learns_statistics = self.recipe.learns_statistics and batch_is_large_enough(len(rows))
        self.network.train()
        for group in self.optimiser.param_groups:
            group["lr"] = group["base_rate"] * factor
        scores = self.network(inputs)
        loss = loss_of(
            scores, targets, multi_label=self.data.multi_label, label_smoothing=self.recipe.label_smoothing
        )
        if not bool(torch.isfinite(loss)):
            raise self._diverged(epoch, number, float(loss.detach()))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(_trained(self.network), self.recipe.clip)
        self.optimiser.step()
        return float(loss.detach()), hits(scores.detach(), targets, multi_label=self.data.multi_label)

    def _diverged(self, epoch: int, number: int, loss: float) -> TrainingDiverged:
        rate = self.recipe.learning_rate
        return TrainingDiverged(
            f"Phase {self.recipe.phase}, epoch {epoch}, step {number + 1}: the loss became {loss}. The last "
            f"whole epoch ({self.state.epoch}) is kept. Try a tenth of the learning rate (--learning-rate "
            f"{rate / 10:g}), a larger batch, or pretrained weights."
        )

    def _shrink_or_raise(self, error: RuntimeError | MemoryError) -> None:
        """After the first lack of memory: half the batch, from the last whole epoch on. Else raises."""
        if not lacks_memory(error):
            raise error
        if self.halved or self.batch_size == 1:
            raise OutOfMemory(
                f"Phase {self.recipe.phase}: memory ran out, even with {self.batch_size} images per batch. "
                f"The last whole epoch ({self.state.epoch}) is kept. Try a smaller batch size, more frozen "
                "blocks, or a smaller backbone; or close other programs."
            ) from error
        self.halved = True
        self.batch_size //= 2
        self._load(self.state)
        self.state = _changed(self.state, batch_size=self.batch_size)
        self.watcher.noted(f"Memory ran out; going on with {self.batch_size} images per batch.")

    def _progress(self, epoch: int, step: int, steps: int) -> TrainingProgress:
        recipe = self.recipe
        done = (epoch - 1) * steps + step
        return TrainingProgress(recipe.phase, epoch, recipe.epochs, done, steps * recipe.epochs, None)

    def _snapshot(self, epoch: int) -> PhaseState:
        """A copy of everything that the next step depends on."""
        tensors = {f"network.{n}": t.detach().clone() for n, t in self.network.trained_tensors().items()}
        for number, moments in self.optimiser.state_dict()["state"].items():
            for name, value in moments.items():
                tensors[f"optimiser.{number}.{name}"] = torch.as_tensor(value).detach().clone()
        tensors["rng"] = torch.get_rng_state()
        kept: dict[str, Any] = {}
        if epoch:
            before = self.state
            kept = {
                "best_accuracy": before.best_accuracy,
                "best_loss": before.best_loss,
                "best_epoch": before.best_epoch,
                "evaluations_without_gain": before.evaluations_without_gain,
            }
        return PhaseState(epoch, self.batch_size, tensors, **kept)

    def _load(self, state: PhaseState) -> None:
        """Puts a copy of everything back."""
        self.state = state
        self.network.load_trained(
            {n.removeprefix("network."): t for n, t in state.tensors.items() if n.startswith("network.")}
        )
        parameters = [p for group in self.optimiser.param_groups for p in group["params"]]
        moments = moments_of(state.tensors, parameters)
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})
        torch.set_rng_state(state.tensors["rng"].cpu())


def _changed(state: PhaseState, **values: Any) -> PhaseState:
    """The state with some of its numbers replaced."""
    return PhaseState(**{**{name: getattr(state, name) for name in PhaseState.__slots__}, **values})


def _is_gain(score: Score, state: PhaseState, delta: float) -> bool:
    """True if an evaluation beats the best one so far by more than `delta`."""
    if state.best_accuracy is None or state.best_loss is None:
        return True
    return score.beats(Score(state.best_loss, state.best_accuracy, score.count, (), score.scores), delta)


def _trained(network: AdaptedNetwork) -> list[Tensor]:
    """The parameters that get gradients."""
    return [p for p in network.parameters() if p.requires_grad]


def _mixed(
    inputs: Tensor, targets: Tensor, draw: np.random.Generator, strength: float
) -> tuple[Tensor, Tensor]:
    """Every activation mixed with another of the batch, its target likewise (Zhang et al. 2018,
    1710.09412).
    """
    share = float(draw.beta(strength, strength))
    other = torch.from_numpy(draw.permutation(len(inputs))).to(inputs.device)
    return inputs.lerp(inputs[other], 1 - share), targets.lerp(targets[other], 1 - share)
