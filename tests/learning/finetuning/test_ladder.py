from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from labelgraft.domain.training import TrainingSettings, WeightsKind
from labelgraft.errors import BadSetting, JobCancelled, TrainingDiverged
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.preparation import square_of
from labelgraft.learning.finetuning import training
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.gate import gate
from labelgraft.learning.finetuning.ladder import HEAD, LAST_BLOCKS, SCRATCH, WHOLE, Climbed, climb
from labelgraft.learning.finetuning.measuring import Score
from labelgraft.learning.finetuning.recipe import one_hot
from labelgraft.learning.finetuning.request import Arrays, Request
from labelgraft.learning.finetuning.run_folder import RunFolder
from labelgraft.learning.finetuning.views import view_of

NAMES = ("red", "green", "blue")


def request_for(names: tuple[str, ...] = NAMES, **settings: Any) -> Request:
    given = {"head": "finetune", "batch_size": 8, "epochs": 2, "device": "cpu", **settings}
    return Request(settings=TrainingSettings(**given), backbone="tiny", class_names=names)


def arrays_for(build: SimpleNamespace, images: int, held_out: int) -> Arrays:
    pixels, classes = build.coloured(images)
    return Arrays(pixels, one_hot(classes, 3), np.arange(images) >= images - held_out)


def kept(climbed: Climbed) -> dict[str, bool]:
    return {rung.name: rung.kept for rung in climbed.rungs}


def test_every_rung_is_tried_told_and_kept_only_if_it_measures_better(
    tmp_path: Path, build: SimpleNamespace
) -> None:
    run = RunFolder(tmp_path)
    climbed = climb(build.source(), request_for(full_steps=5), arrays_for(build, 72, 24), run)
    assert list(kept(climbed)) == [HEAD, LAST_BLOCKS, WHOLE]
    for rung in climbed.rungs[1:]:
        assert rung.reason.startswith("Kept: " if rung.kept else "Not kept")
        assert "24 held-out images" in rung.reason
    assert climbed.header.phase == [name for name, held in kept(climbed).items() if held][-1]
    assert climbed.score is not None


def test_a_finished_rung_is_not_trained_again(tmp_path: Path, build: SimpleNamespace) -> None:
    run, arrays = RunFolder(tmp_path), arrays_for(build, 72, 24)
    first = climb(build.source(), request_for(), arrays, run)
    metrics = (tmp_path / "metrics.jsonl").read_bytes()
    again = climb(build.source(), request_for(), arrays, RunFolder(tmp_path))
    assert again.rungs == first.rungs
    assert (tmp_path / "metrics.jsonl").read_bytes() == metrics
    mine, theirs = first.network.trained_tensors(), again.network.trained_tensors()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_a_worse_rung_is_thrown_away_with_its_numbers(tmp_path: Path, build: SimpleNamespace) -> None:
    spoilt = request_for(learning_rate=0.3, frozen_blocks=2, epochs=1)
    climbed = climb(build.source(), spoilt, arrays_for(build, 72, 24), RunFolder(tmp_path))
    assert kept(climbed) == {HEAD: True, LAST_BLOCKS: False}
    assert climbed.header.phase == HEAD
    assert "no better" in climbed.rungs[1].reason


def test_below_fifty_labels_the_head_alone_is_trained(tmp_path: Path, build: SimpleNamespace) -> None:
    climbed = climb(build.source(), request_for(), arrays_for(build, 40, 10), RunFolder(tmp_path))
    assert kept(climbed) == {HEAD: True, LAST_BLOCKS: False}
    assert "40 labels" in climbed.rungs[1].reason


def test_few_held_out_images_are_replaced_by_cross_validation(tmp_path: Path, build: SimpleNamespace) -> None:
    climbed = climb(build.source(), request_for(), arrays_for(build, 60, 12), RunFolder(tmp_path))
    assert "48 labelled images, cross-validated" in climbed.rungs[1].reason


def test_without_held_out_images_the_last_blocks_are_judged_by_folds_and_the_whole_network_not_kept(
    tmp_path: Path, build: SimpleNamespace
) -> None:
    climbed = climb(build.source(), request_for(full_steps=3), arrays_for(build, 60, 0), RunFolder(tmp_path))
    assert "60 labelled images, cross-validated" in climbed.rungs[1].reason
    assert "no images are held out" in climbed.rungs[2].reason
    assert not climbed.rungs[2].kept


def test_scratch_trains_every_block_from_pixels(tmp_path: Path, build: SimpleNamespace) -> None:
    request = request_for(head="scratch", epochs=2, batch_size=16)
    before = build.source()().module.state_dict()
    climbed = climb(build.source(), request, arrays_for(build, 72, 24), RunFolder(tmp_path))
    assert kept(climbed) == {SCRATCH: True}
    assert not list(tmp_path.glob("activations*"))
    after = climbed.network.upper.state_dict()
    moved = [name for name, value in after.items() if not torch.equal(value, before[name])]
    assert "conv_stem.weight" in moved
    assert "bn1.running_mean" in moved


def test_the_result_embeds_and_scores_prepared_images(tmp_path: Path, build: SimpleNamespace) -> None:
    arrays = arrays_for(build, 60, 24)
    climbed = climb(build.source(), request_for(), arrays, RunFolder(tmp_path))
    scores, embedding = climbed.network.predict(arrays.views[:5, 0])
    assert scores.shape == (5, 3)
    assert embedding.shape == (5, climbed.header.width)
    again, _ = climbed.network.predict(arrays.views[:5, 0], batch_size=2)
    assert scores == pytest.approx(again, abs=1e-4)


def test_a_rung_that_diverges_is_not_kept(
    tmp_path: Path, build: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverge(*_: object) -> None:
        raise TrainingDiverged("the loss became nan")

    monkeypatch.setattr(training._Phase, "_step", diverge)
    climbed = climb(build.source(), request_for(), arrays_for(build, 72, 24), RunFolder(tmp_path))
    assert climbed.rungs[1].reason == "the loss became nan"
    assert climbed.header.phase == HEAD


def test_a_stop_before_anything_is_trained_leaves_no_model(tmp_path: Path, build: SimpleNamespace) -> None:
    run = RunFolder(tmp_path, interrupted=lambda: True)
    with pytest.raises(JobCancelled, match="nothing was trained yet"):
        climb(build.source(), request_for(), arrays_for(build, 72, 24), run)


def test_a_device_that_is_not_there_is_told(tmp_path: Path, build: SimpleNamespace) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a graphics card")
    with pytest.raises(BadSetting, match="cuda:3, which this machine does not have"):
        climb(build.source(), request_for(device="cuda:3"), arrays_for(build, 60, 24), RunFolder(tmp_path))


@pytest.mark.parametrize(
    ("below", "above", "passes"),
    [((0.90, 0.3), (0.91, 0.9), True), ((0.90, 0.3), (0.90, 0.2), True), ((0.90, 0.3), (0.90, 0.3), False),
     ((0.90, 0.3), (0.89, 0.1), False)],
)  # fmt: skip
def test_the_gate_asks_for_more_right_or_as_many_with_less_loss(
    below: tuple[float, float], above: tuple[float, float], passes: bool
) -> None:
    def of(accuracy: float, loss: float) -> Score:
        return Score(loss, accuracy, 100, (), np.zeros((100, 2), np.float32))

    verdict = gate(of(*below), of(*above), of="held-out images")
    assert verdict.kept is passes
    assert "90.0 % ->" in verdict.reason


def pets(folder: Path, images: int, views: int) -> Arrays:
    look = registry.get("efficientnet-lite0").preprocessing
    with (folder / "labels.csv").open() as opened:
        rows = list(csv.DictReader(opened))
    names = sorted({row["label"] for row in rows})
    chosen = [rows[i] for i in np.random.default_rng(0).permutation(len(rows))[:images]]
    prepared = np.stack(
        [[square_of(view_of(row["path"], v).of(Image.open(folder / row["path"]).convert("RGB")), look)
          for v in range(views)] for row in chosen]
    )  # fmt: skip
    classes = np.array([names.index(row["label"]) for row in chosen])
    return Arrays(prepared, one_hot(classes, 3), np.arange(images) >= images // 2)


@pytest.mark.slow
def test_on_real_breeds_the_ladder_is_never_below_the_head_and_random_weights_are_far_below(
    tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    arrays = pets(shared_data("pets"), images=80, views=2)
    request = request_for(("a", "b", "c"), epochs=8, batch_size=16)
    climbed = climb(base_source("efficientnet-lite0"), request, arrays, RunFolder(tmp_path / "real"))
    linear = request_for(("a", "b", "c"), frozen_blocks=8)
    plain = Arrays(arrays.views[:, :1], arrays.targets, arrays.held_out)
    random = base_source("efficientnet-lite0", weights=WeightsKind.RANDOM)
    head = climb(base_source("efficientnet-lite0"), linear, plain, RunFolder(tmp_path / "head")).score
    without = climb(random, linear, plain, RunFolder(tmp_path / "random")).score
    assert climbed.score is not None
    assert head is not None
    assert without is not None
    assert head.accuracy > 0.85
    assert climbed.score.accuracy >= head.accuracy - 1 / 40  # the head here saw one view, there two
    assert without.accuracy < 0.75
