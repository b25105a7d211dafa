"""The ladder: a head on the cache, then the last blocks from the cache, then the whole network.

Each rung starts from the one below and is kept only if images it was not trained on say that it is better;
else the one below stays, and the reason is told in words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from labelgraft.domain.arrays import AnyArray, Ints
from labelgraft.domain.split import folds_by_group
from labelgraft.domain.training import HeadKind
from labelgraft.errors import BadSetting, TrainingDiverged
from labelgraft.learning.finetuning.activation_file import ActivationFile
from labelgraft.learning.finetuning.activations import fill
from labelgraft.learning.finetuning.blocks import blocks, check_frozen
from labelgraft.learning.finetuning.checkpoints import HeadHeader
from labelgraft.learning.finetuning.frozen_part import in_torch, open_part
from labelgraft.learning.finetuning.gate import Verdict, gate
from labelgraft.learning.finetuning.measuring import Score, features_of, measure, score, scores_of
from labelgraft.learning.finetuning.network import AdaptedNetwork, Base, BaseSource, ClassHead
from labelgraft.learning.finetuning.recipe import Recipe, Schedule, TrainingData
from labelgraft.learning.finetuning.request import Arrays, Request
from labelgraft.learning.finetuning.run_folder import RunFolder
from labelgraft.learning.finetuning.training import EARLY_STOP_NEEDS, PhaseOutcome, train
from labelgraft.learning.heads.linear import fit_linear
from labelgraft.learning.heads.targets import Targets

HEAD, LAST_BLOCKS, WHOLE, SCRATCH = "head", "last blocks", "whole network", "scratch"
LABELS_FOR_LAST_BLOCKS = 50
_GATE_FOLDS = 3
_LAST_BLOCKS_FACTOR = 0.1
"""Of the head's learning rate. 60 labels of pet breeds, two draws: the head alone is right on 96.0 % of the
rest; with 0.1 it stays 96.0, with 0.3 it falls to 92.7, with 1 to 92.3."""
_WHOLE_FACTOR = 0.03
"""At 0.1 the held-out accuracy went up and down between 90 and 100 % of 60 images from step to step; how much
calmer 0.03 is was not measured, the gate stands behind it."""
_FEW_ROWS = 100
_SCRATCH_MOMENTUM = 0.1


@dataclass(frozen=True, slots=True)
class Rung:
    """What became of one rung. reason: a sentence for the user."""

    name: str
    kept: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Climbed:
    """The model that the ladder ends with. score: on the held-out images, None without any."""

    network: AdaptedNetwork
    header: HeadHeader
    score: Score | None
    rungs: tuple[Rung, ...]
    stopped: bool


def climb(source: BaseSource, request: Request, arrays: Arrays, folder: RunFolder) -> Climbed:
    """Trains as the settings say: `finetune` climbs the ladder, `scratch` trains everything from pixels.

    Goes on from the folder's checkpoints where there are any. Raises TrainingDiverged (scratch only: a rung
    that diverges is not kept), OutOfMemory, NothingLabelled, BadSetting, JobCancelled.
    """
    return _Ladder(source, request, arrays, folder).climb()


@dataclass(frozen=True, slots=True)
class _Held:
    """What stands on a rung."""

    network: AdaptedNetwork
    header: HeadHeader
    score: Score | None


class _Ladder:
    """The moving parts of one call of `climb`."""

    def __init__(self, source: BaseSource, request: Request, arrays: Arrays, folder: RunFolder) -> None:
        self.source, self.request, self.arrays, self.folder = source, request, arrays, folder
        self.settings = request.settings
        self.device = device_of(self.settings.device)
        module = source().module
        asked = self.settings.frozen_blocks
        self.block_count = len(blocks(module))
        self.frozen = max(0, self.block_count - 1) if asked is None else check_frozen(module, asked)
        self.rungs: list[Rung] = []
        self.stopped = False

    def climb(self) -> Climbed:
        if self.settings.head is HeadKind.SCRATCH:
            return self._scratch()
        network = self._network(self.source(), self.frozen)
        data = self._cached(network)
        held = self._head(network, data)
        if self.frozen < self.block_count:
            held = self._last_blocks(held, data)
        if self.settings.full_steps and not self.stopped:
            held = self._whole(held)
        return Climbed(held.network, held.header, held.score, tuple(self.rungs), self.stopped)

    # -- the rungs ---------------------------------------------------------------------------------------

    def _head(self, network: AdaptedNetwork, data: TrainingData) -> _Held:
        """The linear head on the backbone's own features: seconds, and the safest with few labels."""
        self._place_head(network, data, data.train_rows)
        found = measure(network, data)
        reason = "The head on the unchanged backbone is the start"
        reason += f": {100 * found.accuracy:.1f} % of {found.count} held-out images." if found else "."
        self.rungs.append(Rung(HEAD, True, reason))
        return _Held(network, self._header(network, HEAD), found)

    def _last_blocks(self, below: _Held, data: TrainingData) -> _Held:
        """The blocks above the cut, from cached activations."""
        labels = len(self.arrays.targets)
        if labels < LABELS_FOR_LAST_BLOCKS and self.settings.frozen_blocks is None:
            self._refuse(
                LAST_BLOCKS,
                f"Not tried: {labels} labels; below {LABELS_FOR_LAST_BLOCKS} the head alone does as well.",
            )
            return below
        recipe = self._recipe(LAST_BLOCKS, self.settings.epochs_to_run, upper_factor=_LAST_BLOCKS_FACTOR)
        few = len(data.held_out_rows) < EARLY_STOP_NEEDS
        network = self._network(self.source(), self.frozen)
        network.load_trained(below.network.trained_tensors())
        return self._try(below, network, data, recipe, by_folds=few)

    def _whole(self, below: _Held) -> _Held:
        """A few steps of the whole network from pixels, gently: LP-FT (Kumar et al. 2022,
        arXiv:2202.10054).
        """
        network = self._network(self.source(), 0)
        _carry_over(below.network, network)
        data = self._data(self.arrays.views)
        per_epoch = max(1, len(data.train_rows) // min(self.settings.batch_to_run, len(data.train_rows)))
        epochs = max(1, math.ceil(self.settings.full_steps / per_epoch))
        recipe = self._recipe(WHOLE, epochs, upper_factor=_WHOLE_FACTOR)
        return self._try(below, network, data, recipe, by_folds=False)

    def _scratch(self) -> Climbed:
        """All blocks from random weights, from pixels."""
        network = self._network(self.source(), 0)
        for module in network.upper.modules():
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                module.momentum = _SCRATCH_MOMENTUM  # some networks ask for 0.01: too slow for a short run
        data = self._data(self.arrays.views)
        recipe = self._recipe(SCRATCH, self.settings.epochs_to_run, upper_factor=1.0, learns_statistics=True)
        header = self._header(network, SCRATCH)
        outcome = self._train(network, data, recipe, header)
        said = (
            f": {100 * outcome.score.accuracy:.1f} % of {outcome.score.count} held-out images"
            if outcome.score
            else ""
        )
        self.rungs.append(Rung(SCRATCH, True, f"All blocks trained from random weights{said}."))
        return Climbed(network, header, outcome.score, tuple(self.rungs), outcome.stopped)

    # -- one rung ----------------------------------------------------------------------------------------

    def _try(
        self, below: _Held, network: AdaptedNetwork, data: TrainingData, recipe: Recipe, *, by_folds: bool
    ) -> _Held:
        """Trains a rung, or reads it back if it was finished before, and keeps the better of the two."""
        header = self._header(network, recipe.phase)
        done = self.folder.finished_rung(recipe.phase)
        if done is not None:
            network.load_trained(done[1])
            verdict = Verdict(bool(done[2]["kept"]), str(done[2]["reason"]))
        else:
            verdict = self._judged(below, network, data, recipe, header, by_folds=by_folds)
            if not self.stopped:
                record = {"kept": verdict.kept, "reason": verdict.reason}
                self.folder.finish_rung(recipe.phase, header, network.trained_tensors(), record)
        self.rungs.append(Rung(recipe.phase, verdict.kept, verdict.reason))
        self.folder.note(f"{recipe.phase}: {verdict.reason}")
        return _Held(network, header, measure(network, data)) if verdict.kept else below

    def _judged(
        self,
        below: _Held,
        network: AdaptedNetwork,
        data: TrainingData,
        recipe: Recipe,
        header: HeadHeader,
        *,
        by_folds: bool,
    ) -> Verdict:
        """Trains the rung and says whether it is better than what is below."""
        try:
            outcome = self._train(network, data, recipe, header)
            if outcome.stopped:
                return Verdict(outcome.epoch > 0, f"Stopped on request after {outcome.epoch} whole epochs.")
            if by_folds:
                scores = self._by_folds(data, recipe)
                self.stopped = self.folder.stopping()
                if self.stopped:
                    return Verdict(True, "Stopped on request while it was being judged.")
                return gate(*scores, of="labelled images, cross-validated")
            return gate(below.score, outcome.score, of="held-out images")
        except TrainingDiverged as error:
            return Verdict(False, str(error))

    def _train(
        self, network: AdaptedNetwork, data: TrainingData, recipe: Recipe, header: HeadHeader
    ) -> PhaseOutcome:
        state, best = self.folder.resume(recipe.phase)
        outcome = train(network, data, recipe, watcher=self.folder.watcher(header), resume=state, best=best)
        if outcome.stopped:
            self.stopped = True
            self.folder.keep_stopped(header, outcome.state)
        return outcome

    def _by_folds(self, data: TrainingData, recipe: Recipe) -> tuple[Score | None, Score | None]:
        """Head alone and rung, each on images it was not trained on, every training image once.

        With a handful of held-out images one lucky hit would decide; three short trainings cost seconds.
        """
        rows = data.train_rows
        strata = Targets(data.targets[rows], data.multi_label).strata
        folds = folds_by_group(strata, np.arange(len(rows)), fold_count=_GATE_FOLDS, seed=recipe.seed)
        plain = np.zeros(data.targets.shape, np.float32)
        tuned = plain.copy()
        for fold in range(_GATE_FOLDS):
            asked, taught = rows[folds == fold], rows[folds != fold]
            if self.folder.stopping():
                return None, None
            if len(asked) == 0:
                continue
            network = self._network(self.source(), self.frozen)
            self._place_head(network, data, taught)
            plain[asked] = scores_of(network, data, asked)
            train(network, data.only(taught), recipe)
            tuned[asked] = scores_of(network, data, asked)
        judged = rows[folds >= 0]
        if len(judged) == 0:
            return None, None
        truth, names = data.targets[judged], data.class_names
        return (
            score(plain[judged], truth, names, data.multi_label),
            score(tuned[judged], truth, names, data.multi_label),
        )

    # -- what rungs are made of --------------------------------------------------------------------------

    def _network(self, base: Base, frozen_blocks: int) -> AdaptedNetwork:
        """The base under a fresh linear head."""
        torch.manual_seed(self.settings.seed)
        size = (1, 3, base.input_px, base.input_px)
        example = torch.randn(size, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            width = int(base.module(example).shape[1])
        head = ClassHead(width, len(self.request.class_names), None)
        return AdaptedNetwork(base, frozen_blocks, head, example=example).to(self.device)

    def _cached(self, network: AdaptedNetwork) -> TrainingData:
        """Data on the cached activations; on the pixels where the network cannot be cut."""
        if not network.split.cacheable:
            self.folder.note(f"Every step computes the frozen blocks too: {network.split.reason}.")
            return self._data(self.arrays.views)
        if self.frozen == 0:
            return self._data(self.arrays.views)
        views, facts = self.arrays.views, self.request.frozen
        shape = in_torch(network)(np.zeros((1, *views.shape[2:]), np.uint8)).shape[1:]
        file = ActivationFile(self.folder.path, self.frozen, (*views.shape[:2], *shape))
        part = open_part(network, facts, streams=self.request.threads)
        computed = fill(file, views, part, name=network.base.backbone, stepped=self.folder.caching)
        self.folder.note(
            f"Frozen blocks: {computed} of {file.known.size} activations were computed, the rest was kept."
        )
        return self._data(file.values)

    def _data(self, inputs: AnyArray) -> TrainingData:
        arrays, request = self.arrays, self.request
        return TrainingData(inputs, arrays.targets, arrays.held_out, request.class_names, request.multi_label)

    def _place_head(self, network: AdaptedNetwork, data: TrainingData, rows: Ints) -> None:
        """Puts a cross-validated logistic regression on the features of some rows into the head."""
        views = data.view_count if len(rows) <= _FEW_ROWS else min(2, data.view_count)
        features = np.concatenate([features_of(network, data, rows, view=view) for view in range(views)])
        targets = Targets(np.tile(data.targets[rows], (views, 1)), data.multi_label)
        groups = np.tile(np.arange(len(rows)), views)
        folds = folds_by_group(targets.strata, groups, fold_count=5, seed=self.settings.seed)
        fitted = fit_linear(features, targets, data.class_names, folds=folds).head
        with torch.no_grad():
            network.head.scores.weight.copy_(torch.from_numpy(fitted.weights.T.copy()))
            network.head.scores.bias.copy_(torch.from_numpy(fitted.bias))

    def _recipe(
        self, phase: str, epochs: int, *, upper_factor: float, learns_statistics: bool = False
    ) -> Recipe:
        settings = self.settings
        stepped = settings.epochs_per_gamma_step > 0
        return Recipe(
            phase=phase,
            epochs=epochs,
            batch_size=settings.batch_to_run,
            learning_rate=settings.head_learning_rate,
            upper_factor=upper_factor,
            schedule=Schedule.STEP if stepped else Schedule.ONE_CYCLE,
            gamma=settings.gamma,
            epochs_per_gamma_step=settings.epochs_per_gamma_step,
            evaluation_period=settings.evaluation_period,
            weight_decay=settings.weight_decay,
            label_smoothing=settings.label_smoothing,
            learns_statistics=learns_statistics,
            seed=settings.seed,
        )

    def _header(self, network: AdaptedNetwork, phase: str) -> HeadHeader:
        base, request = network.base, self.request
        return HeadHeader(
            backbone=base.backbone,
            base_digest=base.digest,
            weights=str(self.settings.weights),
            frozen_blocks=network.split.frozen_blocks,
            width=network.head.width,
            hidden=network.head.hidden,
            class_names=request.class_names,
            multi_label=request.multi_label,
            preprocessing={"input_px": base.input_px, "mean": base.mean, "std": base.std},
            backend=f"torch {torch.__version__} float32",
            data_version=request.data_version,
            phase=phase,
        )

    def _refuse(self, name: str, reason: str) -> None:
        self.rungs.append(Rung(name, False, reason))
        self.folder.note(f"{name}: {reason}")


def _carry_over(trained: AdaptedNetwork, network: AdaptedNetwork) -> None:
    """Puts the blocks that one network has trained, and its head, into another cut elsewhere."""
    with torch.no_grad():
        own = network.trained_tensors()
        for name, value in trained.trained_tensors().items():
            if name in own:
                own[name].copy_(value)


def device_of(name: str) -> torch.device:
    """The device of that name; auto = a graphics card if there is one. Raises BadSetting."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if not there[name.partition(":")[0]]:
        raise BadSetting(f"device: found {name}, which this machine does not have. Use auto or cpu.")
    return torch.device(name)
