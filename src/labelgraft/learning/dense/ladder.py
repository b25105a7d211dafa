"""The ladder of a dense network: the head on kept maps, then the last stage from kept maps, then everything from pixels.

Each rung starts from the one below and is kept only if images it was not trained on say that it is better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from labelgraft.domain.arrays import Bools
from labelgraft.domain.training import HeadKind, TrainingSettings
from labelgraft.errors import BadSetting, ShapeMismatch, TrainingDiverged
from labelgraft.learning.dense.batches import CachedInputs, FreshInputs, Inputs
from labelgraft.learning.dense.cache import PyramidCache
from labelgraft.learning.dense.canvas import Canvas
from labelgraft.learning.dense.head import DenseScore
from labelgraft.learning.dense.network import DenseNetwork
from labelgraft.learning.dense.pyramid import LEVELS, STRIDES, feature_rows
from labelgraft.learning.dense.training import DenseData, measure, train
from labelgraft.learning.dense.trunk_pass import open_pass
from labelgraft.learning.dense.truth import Truth
from labelgraft.learning.dense.views import Picture, view_of, views_per_image
from labelgraft.learning.finetuning.blocks import block_of_parameter, check_frozen
from labelgraft.learning.finetuning.checkpoints import HeadHeader
from labelgraft.learning.finetuning.gate import Verdict
from labelgraft.learning.finetuning.ladder import Rung, device_of
from labelgraft.learning.finetuning.network import BaseSource
from labelgraft.learning.finetuning.recipe import Recipe, Schedule
from labelgraft.learning.finetuning.run_folder import RunFolder

HEAD, LAST_STAGE, WHOLE, SCRATCH = "head", "last blocks", "whole network", "scratch"
STEPS = 300
EPOCHS = 10
BATCH = 8
EVALUATIONS = 6
"""Of a phase, unless the settings name a period."""
_SAMPLE = 8
_HEAD_RATE = 2e-3
_LATER_RATE = 0.5
"""Of the head's rate, on rungs above the first."""
_TRUNK_FACTOR = 0.1
_WHOLE_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class DenseRequest:
    """What is to be trained on. kind: of the head. pictures, truths: of the same images. held_out: (N,), only measured on.

    full_steps of the settings: 0 leaves the whole network out. long_side_px: of the canvas, None = as the images are.
    threads: for the pass of the frozen stages.
    """

    kind: str
    settings: TrainingSettings
    class_names: tuple[str, ...]
    pictures: Sequence[Picture]
    truths: Sequence[Truth]
    held_out: Bools
    data_version: str = ""
    long_side_px: int | None = None
    threads: int = 1

    def __post_init__(self) -> None:
        if not len(self.pictures) == len(self.truths) == len(self.held_out):
            raise ShapeMismatch("a dense request: expected a truth and a held-out flag for each picture.")


@dataclass(frozen=True, slots=True)
class DenseClimbed:
    """The network that the ladder ends with. score: on the held-out images, None without any."""

    network: DenseNetwork
    header: HeadHeader
    canvas: Canvas
    score: DenseScore | None
    rungs: tuple[Rung, ...]
    stopped: bool


def climb(source: BaseSource, request: DenseRequest, folder: RunFolder) -> DenseClimbed:
    """Trains as the settings say, and goes on from the folder's checkpoints where there are any.

    Ways: `linear` only the head; `finetune` the ladder; `scratch` everything at once from the weights of the source.
    Raises NothingLabelled, TrainingDiverged (of the first rung), OutOfMemory, BadSetting, JobCancelled.
    """
    return _Ladder(source, request, folder).climb()


@dataclass(frozen=True, slots=True)
class _Held:
    """What stands on a rung."""

    network: DenseNetwork
    header: HeadHeader
    score: DenseScore | None


class _Ladder:
    """The moving parts of one call of `climb`."""

    def __init__(self, source: BaseSource, request: DenseRequest, folder: RunFolder) -> None:
        self.source, self.request, self.folder = source, request, folder
        self.settings = request.settings
        if self.settings.head is HeadKind.MLP:
            raise BadSetting("head: found mlp, expected linear, finetune or scratch where shapes are learnt.")
        self.device = device_of(self.settings.device)
        sizes = [(p.width_px, p.height_px) for p in request.pictures]
        self.canvas = Canvas.for_images(sizes, request.long_side_px)
        self.data = DenseData(request.truths, request.held_out, request.class_names)
        self.rungs: list[Rung] = []
        self.stopped = False

    def climb(self) -> DenseClimbed:
        held = self._scratch() if self.settings.head is HeadKind.SCRATCH else self._steps_up()
        return DenseClimbed(
            held.network, held.header, self.canvas, held.score, tuple(self.rungs), self.stopped
        )

    def _steps_up(self) -> _Held:
        network = self._network(LEVELS)
        network.dense_head.demand_taught([self.request.truths[row] for row in self.data.train_rows])
        cache = self._cached(network)
        held = self._first(network, CachedInputs(cache, LEVELS))
        if self.settings.head is not HeadKind.FINETUNE:
            return held
        boundary = self._boundary()
        if 0 < boundary < LEVELS and not self.stopped:
            held = self._try(held, LAST_STAGE, boundary, CachedInputs(cache, boundary), STEPS // 2)
        steps = self.settings.full_steps or (_WHOLE_STEPS if boundary == 0 else 0)
        if steps and not self.stopped:
            held = self._try(held, WHOLE, 0, None, steps)
        return held

    # -- rungs ---------------------------------------------------------------------------------------

    def _first(self, network: DenseNetwork, inputs: Inputs) -> _Held:
        """The head alone: where the ladder stands, whatever comes of it."""
        header = self._header(network, HEAD)
        done = self.folder.finished_rung(HEAD)
        if done is None:
            self._train(network, inputs, self._recipe(HEAD, STEPS, 1.0), header)
            if not self.stopped:
                self.folder.finish_rung(HEAD, header, network.trained_tensors(), {"kept": True, "reason": ""})
        else:
            network.load_trained(done[1])
        found = measure(network, inputs, self.data, self.data.held_out_rows)
        reason = "The head on the unchanged backbone is the start"
        reason += f": {_told(found)}." if found else "."
        if self.stopped:
            reason = f"Stopped on request. {reason}"
        self._tell(Rung(HEAD, True, reason))
        return _Held(network, header, found)

    def _try(self, below: _Held, name: str, boundary: int, inputs: Inputs | None, steps: int) -> _Held:
        """Trains a rung from the one below, or reads it back if it was finished, and keeps the better of the two."""
        network = self._network(boundary)
        network.load_trained(_carried(below.network))
        inputs = inputs or self._fresh(network)
        header = self._header(network, name)
        done = self.folder.finished_rung(name)
        if done is not None:
            network.load_trained(done[1])
            verdict = Verdict(bool(done[2]["kept"]), str(done[2]["reason"]))
            found = measure(network, inputs, self.data, self.data.held_out_rows) if verdict.kept else None
        else:
            verdict, found = self._judged(below, network, inputs, header, name, steps)
            if not self.stopped:
                record = {"kept": verdict.kept, "reason": verdict.reason}
                self.folder.finish_rung(name, header, network.trained_tensors(), record)
        self._tell(Rung(name, verdict.kept, verdict.reason))
        return _Held(network, header, found) if verdict.kept else below

    def _judged(
        self, below: _Held, network: DenseNetwork, inputs: Inputs, header: HeadHeader, name: str, steps: int
    ) -> tuple[Verdict, DenseScore | None]:
        try:
            found = self._train(network, inputs, self._recipe(name, steps, _LATER_RATE), header)
        except TrainingDiverged as error:
            return Verdict(False, str(error)), None
        if self.stopped:
            better = below.score is None or (found is not None and found.figure > below.score.figure)
            word = "kept, as it is better already" if better else "not kept, as it is no better yet"
            return Verdict(better, f"Stopped on request; {word}."), found
        return dense_gate(below.score, found), found

    def _scratch(self) -> _Held:
        """Everything at once; batch norms learn their statistics too."""
        network = self._network(0, learns_statistics=True)
        header = self._header(network, SCRATCH)
        recipe = self._recipe(SCRATCH, STEPS, 1.0, trunk_factor=1.0)
        found = self._train(network, self._fresh(network), recipe, header)
        said = f": {_told(found)}" if found else ""
        self._tell(Rung(SCRATCH, True, f"All blocks trained from random weights{said}."))
        return _Held(network, header, found)

    def _train(
        self, network: DenseNetwork, inputs: Inputs, recipe: Recipe, header: HeadHeader
    ) -> DenseScore | None:
        state, best = self.folder.resume(recipe.phase)
        outcome = train(
            network, inputs, self.data, recipe, watcher=self.folder.watcher(header), resume=state, best=best
        )
        if outcome.stopped:
            self.stopped = True
            self.folder.keep_stopped(header, outcome.state)
        return outcome.score

    # -- what rungs are made of ----------------------------------------------------------------------

    def _network(self, boundary: int, *, learns_statistics: bool = False) -> DenseNetwork:
        torch.manual_seed(self.settings.seed)
        count = len(self.request.class_names)
        made = DenseNetwork(
            self.source(), self.request.kind, count, boundary, learns_statistics=learns_statistics
        )
        return made.to(self.device)

    def _fresh(self, network: DenseNetwork) -> FreshInputs:
        return FreshInputs(self.request.pictures, self.canvas, self.settings.augmentation, network.pyramid)

    def _cached(self, network: DenseNetwork) -> PyramidCache:
        """The maps of all views of the images to train on, and of the clean view of those held out."""
        pictures, held_out = self.request.pictures, self.request.held_out
        views = views_per_image(int((~held_out).sum()), self.settings.augmentation)
        sample = np.stack([view_of(p.key, 0).of(p, self.canvas) for p in pictures[:_SAMPLE]])
        trunk, engine = open_pass(network.pyramid, self.canvas, sample, streams=self.request.threads)
        cache = PyramidCache(self.folder.path, pictures, views, self.canvas, network.pyramid.widths)
        wanted = np.repeat(~held_out[:, None], views, axis=1)
        wanted[:, 0] = True
        computed = cache.fill(trunk, wanted, name=network.base.backbone, stepped=self.folder.caching)
        self.folder.note(
            f"Frozen blocks: {computed} of {int(wanted.sum())} views were computed with {engine}, the rest was kept. "
            f"Images are seen at {self.canvas.width_px} x {self.canvas.height_px}."
        )
        return cache

    def _boundary(self) -> int:
        """How many stages lie below the frozen blocks that the settings ask for; all but the last one by default."""
        asked = self.settings.frozen_blocks
        if asked is None:
            return LEVELS - 1
        module = self.source().module
        return boundary_of(module, check_frozen(module, asked))

    def _recipe(
        self, phase: str, steps: int, rate_factor: float, *, trunk_factor: float = _TRUNK_FACTOR
    ) -> Recipe:
        settings, rows = self.settings, len(self.data.train_rows)
        batch = settings.batch_size or BATCH
        per_epoch = math.ceil(rows / batch)
        epochs = settings.epochs or max(EPOCHS, math.ceil(steps / per_epoch))
        if phase == WHOLE:
            epochs = max(1, math.ceil(steps / per_epoch))
        period = settings.evaluation_period
        return Recipe(
            phase=phase,
            epochs=epochs,
            batch_size=batch,
            learning_rate=(settings.learning_rate or _HEAD_RATE) * rate_factor,
            upper_factor=trunk_factor,
            schedule=Schedule.STEP if settings.epochs_per_gamma_step else Schedule.ONE_CYCLE,
            gamma=settings.gamma,
            epochs_per_gamma_step=settings.epochs_per_gamma_step,
            evaluation_period=period if period > 1 else max(1, epochs // EVALUATIONS),
            weight_decay=settings.weight_decay,
            seed=settings.seed,
        )

    def _header(self, network: DenseNetwork, phase: str) -> HeadHeader:
        base = network.base
        return HeadHeader(
            backbone=base.backbone,
            base_digest=base.digest,
            weights=str(self.settings.weights),
            frozen_blocks=network.pyramid.boundary,
            width=network.pyramid.widths[-1],
            hidden=None,
            class_names=self.request.class_names,
            multi_label=False,
            preprocessing={
                "canvas": [self.canvas.width_px, self.canvas.height_px], "mean": base.mean, "std": base.std,
            },
            backend=f"torch {torch.__version__} float32",
            data_version=self.request.data_version,
            phase=phase,
            dense_kind=self.request.kind,
        )  # fmt: skip

    def _tell(self, rung: Rung) -> None:
        self.rungs.append(rung)
        self.folder.note(f"{rung.name}: {rung.reason}")


def dense_gate(below: DenseScore | None, above: DenseScore | None) -> Verdict:
    """Kept only if the held-out figure rises."""
    if below is None or above is None:
        return Verdict(
            False,
            "Not kept: no held-out image has a shape, so nobody can tell whether it is better. Name test folders or a "
            "test fraction above 0.",
        )
    numbers = (
        f"{above.name} {100 * below.figure:.1f} -> {100 * above.figure:.1f} on {above.count} held-out images"
    )
    if above.figure > below.figure:
        return Verdict(True, f"Kept: {numbers}.")
    return Verdict(False, f"Not kept, as it is no better: {numbers}.")


def boundary_of(module: torch.nn.Module, frozen_blocks: int) -> int:
    """How many of the three stages lie wholly below that many frozen blocks."""
    owner = block_of_parameter(module)
    rows = feature_rows(module)
    ends = [str(rows[stride][1]["module"]) for stride in STRIDES]
    last = [max((b for name, b in owner.items() if name.startswith(f"{end}.")), default=0) for end in ends]
    return sum(block < frozen_blocks for block in last)


def _carried(network: DenseNetwork) -> dict[str, torch.Tensor]:
    """Everything of a network, for one with another boundary."""
    return dict(network.state_dict())


def _told(score: DenseScore) -> str:
    return f"{score.name} {100 * score.figure:.1f} on {score.count} held-out images"
