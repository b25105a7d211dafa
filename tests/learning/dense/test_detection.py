"""Boxes: what cells are taught, and that a head learns, goes on and is read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learning.dense.conftest import drawn

from labelgraft.domain.training import Augmentation, HeadKind, TrainingSettings
from labelgraft.errors import BadSetting, NothingLabelled
from labelgraft.learning.dense import deployed
from labelgraft.learning.dense.box_scores import score_boxes
from labelgraft.learning.dense.canvas import Canvas
from labelgraft.learning.dense.detection_head import giou, targets_of
from labelgraft.learning.dense.head import DenseScore
from labelgraft.learning.dense.ladder import DenseClimbed, DenseRequest, climb, dense_gate
from labelgraft.learning.dense.network import DenseNetwork
from labelgraft.learning.dense.truth import Truth
from labelgraft.learning.dense.views import Picture
from labelgraft.learning.finetuning.network import BaseSource
from labelgraft.learning.finetuning.run_folder import RunFolder

CANVAS = Canvas(256, 192)
NAMES = ("square", "disc", "never drawn")


def request(
    images: list[tuple[Picture, Truth]], held_out: int = 0, epochs: int = 60, **chosen: Any
) -> DenseRequest:
    how = TrainingSettings(augmentation=Augmentation.MIRROR, device="cpu", epochs=epochs, **chosen)
    held = np.arange(len(images)) >= len(images) - held_out
    pictures, truths = zip(*images, strict=True)
    return DenseRequest("boxes", how, NAMES, pictures, truths, held, long_side_px=160)


@given(
    st.lists(
        st.tuples(st.floats(-40, 230), st.floats(-40, 170), st.floats(4, 200), st.floats(4, 160)), max_size=12
    )
)
@settings(max_examples=60, deadline=None)
def test_every_box_that_is_mostly_seen_teaches_a_cell_inside_it_unless_a_smaller_one_takes_all(
    given_boxes: list[tuple[float, float, float, float]],
) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in given_boxes]).reshape(-1, 4)
    targets = targets_of(boxes, np.arange(len(boxes)), CANVAS)
    assert len(targets.cells) == len(set(targets.cells.tolist()))
    shown = np.stack(
        [
            boxes[:, 0].clip(0, 256),
            boxes[:, 1].clip(0, 192),
            boxes[:, 2].clip(0, 256),
            boxes[:, 3].clip(0, 192),
        ],
        1,
    )
    size = (shown[:, 2] - shown[:, 0]).clip(0) * (shown[:, 3] - shown[:, 1]).clip(0)
    whole = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    assert set(targets.classes.tolist()) <= set(np.flatnonzero(size >= 0.3 * whole).tolist())
    assert np.allclose(targets.boxes, shown[targets.classes])
    if len(boxes) == 1 and size[0] >= 0.31 * whole[0] and min(shown[0, 2:] - shown[0, :2]) >= 2:
        assert len(targets.cells)


def test_the_generalised_overlap_is_the_overlap_less_the_empty_part_of_the_hull() -> None:
    found = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 1, 1]])
    truth = torch.tensor([[0.0, 0, 10, 10], [5, 0, 15, 10], [3, 0, 4, 1]])
    overlap, generalised = giou(found, truth)
    assert overlap.tolist() == pytest.approx([1, 1 / 3, 0])
    assert generalised.tolist() == pytest.approx([1, 1 / 3, -0.5])


@pytest.fixture(scope="module")
def learnt(source: BaseSource, tmp_path_factory: pytest.TempPathFactory) -> tuple[DenseClimbed, Path]:
    """Eight images, two of them without any object."""
    folder = tmp_path_factory.mktemp("run")
    images = [drawn(n, empty=n >= 6) for n in range(8)]
    return climb(source, request(images, epochs=120), RunFolder(folder)), folder


def test_a_head_learns_eight_images_by_heart_and_keeps_quiet_on_empty_ones(
    learnt: tuple[DenseClimbed, Path], tmp_path: Path
) -> None:
    climbed, _ = learnt
    file = tmp_path / "model.safetensors"
    deployed.save(file, climbed.network, climbed.header)
    model = deployed.load(str(file))
    images = [drawn(n, empty=n >= 6) for n in range(8)]
    found = model.find([picture.pixels for picture, _ in images], threshold=0.02)
    score = score_boxes([truth for _, truth in images], found, NAMES)
    assert score is not None
    assert score.figure > 0.9
    assert "ap50 never drawn" not in score.figures
    assert max((f.confidences.max(initial=0.0) for f in found[6:]), default=0) < 0.3
    assert all((f.class_indexes < 2).all() for f in found if (f.confidences > 0.3).all())


def test_losses_fall_and_every_evaluation_is_a_line(learnt: tuple[DenseClimbed, Path]) -> None:
    lines = [json.loads(line) for line in (learnt[1] / "metrics.jsonl").read_text().splitlines()]
    assert len(lines) >= 5
    assert lines[-1]["loss_train"] < 0.5 * lines[0]["loss_train"]
    assert lines[-1]["accuracy_train"] > 0.9


def test_found_boxes_are_in_pixels_of_the_full_image(learnt: tuple[DenseClimbed, Path]) -> None:
    climbed, _ = learnt
    picture, truth = drawn(2)
    model = deployed.DenseModel(climbed.network, climbed.canvas, NAMES)
    large = Picture("large", picture.pixels, 4 * 160, 4 * 120)
    found = model.find_in([large], threshold=0.3)[0]
    assert score_boxes([Truth(4 * truth.boxes, truth.classes)], [found], NAMES).figure > 0.9  # type: ignore[union-attr]


def test_a_training_that_was_stopped_goes_on_to_the_same_weights_bit_for_bit(
    source: BaseSource, tmp_path: Path
) -> None:
    images = [drawn(n) for n in range(6)]
    chosen: dict[str, Any] = {"epochs": 2, "head": HeadKind.FINETUNE, "full_steps": 2}
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    whole = climb(source, request(images, 2, **chosen), RunFolder(tmp_path / "whole"))
    asked = 0

    def third_time() -> bool:
        nonlocal asked
        asked += 1
        return asked == 4

    stopped = climb(source, request(images, 2, **chosen), RunFolder(tmp_path / "cut", interrupted=third_time))
    assert stopped.stopped
    again = climb(source, request(images, 2, **chosen), RunFolder(tmp_path / "cut"))
    assert not again.stopped
    assert [rung.name for rung in again.rungs] == ["head", "last blocks", "whole network"]
    assert [rung.reason for rung in again.rungs] == [rung.reason for rung in whole.rungs]
    first, second = whole.network.state_dict(), again.network.state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    metrics = [(tmp_path / name / "metrics.jsonl").read_text() for name in ("whole", "cut")]
    assert metrics[0] == metrics[1]


def test_without_any_box_there_is_one_clear_error(source: BaseSource, tmp_path: Path) -> None:
    with pytest.raises(NothingLabelled, match="None of the 3 images to train on has a box"):
        climb(source, request([drawn(n, empty=True) for n in range(3)]), RunFolder(tmp_path))


def test_a_way_that_does_not_exist_for_shapes_is_refused(source: BaseSource, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="head: found mlp"):
        climb(source, request([drawn(0)], head=HeadKind.MLP), RunFolder(tmp_path))


def test_a_rung_is_kept_only_if_the_held_out_figure_rises() -> None:
    low, high = (DenseScore("AP50", figure, {}, (), 20) for figure in (0.5, 0.6))
    assert dense_gate(low, high).kept
    assert not dense_gate(high, low).kept
    assert not dense_gate(low, low).kept
    assert not dense_gate(None, high).kept


@pytest.mark.parametrize("boundary", [0, 1, 2, 3])
def test_what_is_frozen_stays_and_what_is_not_learns(source: BaseSource, boundary: int) -> None:
    network = DenseNetwork(source(), "boxes", 2, boundary).train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    images = network.pyramid.normalised(torch.randint(0, 255, (2, 96, 96, 3), dtype=torch.uint8))
    with torch.no_grad():
        given = network.pyramid.frozen_maps(images) if boundary else [images]
    targets = [targets_of(np.array([[10.0, 10, 60, 60]]), np.zeros(1, np.int64), Canvas(96, 96))] * 2
    optimiser = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=0.1)
    sum(network.head.loss(network(given), targets).values()).backward()
    optimiser.step()
    changed = {name for name, tensor in network.state_dict().items() if not torch.equal(tensor, before[name])}
    stages = {name.split(".")[2] for name in changed if name.startswith("pyramid")}
    assert stages == {str(stage) for stage in range(boundary, 3)}
    assert not any("running" in name for name in changed if name.startswith("pyramid"))
    assert set(network.trained_tensors()) >= changed


def test_the_stages_give_the_maps_that_timm_gives(source: BaseSource) -> None:
    base = source()
    images = torch.randn((2, 3, 64, 96), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        wanted = base.module.forward_intermediates(images, indices=[2, 3, 4], intermediates_only=True)  # type: ignore[operator]
        network = DenseNetwork(base, "boxes", 2, 3).eval()
        got = network.pyramid.frozen_maps(images.contiguous(memory_format=torch.channels_last))
    assert [tuple(m.shape[2:]) for m in got] == [(8, 12), (4, 6), (2, 3)]
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(got, wanted, strict=True))
