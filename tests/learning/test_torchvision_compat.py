"""The operators that stand in for torchvision's own, against transcriptions of their definitions."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from labelgraft.learning.torchvision_compat import ensure_torchvision, nms, roi_align


def naive_nms(boxes: torch.Tensor, scores: torch.Tensor, threshold: float) -> list[int]:
    def overlap(a: list[float], b: list[float]) -> float:
        width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
        height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
        union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
        return width * height / union if union > 0 else 0.0

    kept: list[int] = []
    for i in sorted(range(len(boxes)), key=lambda i: -float(scores[i])):
        if all(overlap(boxes[i].tolist(), boxes[j].tolist()) <= threshold for j in kept):
            kept.append(i)
    return kept


def corner_value(plane: np.ndarray[tuple[int, int], np.dtype[np.float64]], y: float, x: float) -> float:
    """Bilinear value at a point; zero over one pixel outside, the edge's value within one pixel."""
    height, width = plane.shape
    if y < -1 or y > height or x < -1 or x > width:
        return 0.0
    y, x = max(y, 0.0), max(x, 0.0)
    y0, x0 = min(int(y), height - 1), min(int(x), width - 1)
    y1, x1 = min(y0 + 1, height - 1), min(x0 + 1, width - 1)
    dy = 0.0 if y0 == height - 1 else y - y0
    dx = 0.0 if x0 == width - 1 else x - x0
    top = plane[y0, x0] * (1 - dx) + plane[y0, x1] * dx
    bottom = plane[y1, x0] * (1 - dx) + plane[y1, x1] * dx
    return float(top * (1 - dy) + bottom * dy)


def loop_roi_align(
    maps: torch.Tensor, rois: torch.Tensor, scale: float, bins: tuple[int, int], ratio: int, aligned: bool
) -> torch.Tensor:
    result = np.zeros((len(rois), maps.shape[1], *bins))
    for k, (image, *corners) in enumerate(rois.tolist()):
        x1, y1, x2, y2 = (c * scale - (0.5 if aligned else 0.0) for c in corners)
        width, height = x2 - x1, y2 - y1
        if not aligned:
            width, height = max(width, 1.0), max(height, 1.0)
        down = ratio if ratio > 0 else int(np.ceil(height / bins[0]))
        across = ratio if ratio > 0 else int(np.ceil(width / bins[1]))
        for c in range(maps.shape[1]):
            plane = maps[int(image), c].numpy().astype(float)
            for i in range(bins[0]):
                for j in range(bins[1]):
                    values = [
                        corner_value(
                            plane,
                            y1 + (i + (a + 0.5) / down) * height / bins[0],
                            x1 + (j + (b + 0.5) / across) * width / bins[1],
                        )
                        for a in range(down)
                        for b in range(across)
                    ]
                    result[k, c, i, j] = sum(values) / max(1, len(values))
    return torch.from_numpy(result).float()


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.9])
def test_nms_keeps_the_same_boxes_as_the_naive_loop(threshold: float) -> None:
    generator = torch.Generator().manual_seed(3)
    corner = torch.rand(120, 2, generator=generator) * 60
    boxes = torch.cat([corner, corner + torch.rand(120, 2, generator=generator) * 40], dim=1)
    boxes[7, 2:] = boxes[7, :2]  # an empty box
    scores = torch.rand(120, generator=generator)
    assert nms(boxes, scores, threshold).tolist() == naive_nms(boxes, scores, threshold)


def test_nms_of_no_boxes_is_empty() -> None:
    assert nms(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist() == []


@pytest.mark.parametrize("ratio", [2, -1])
@pytest.mark.parametrize("aligned", [True, False])
def test_roi_align_equals_the_definition_inside_and_outside_the_map(ratio: int, aligned: bool) -> None:
    maps = torch.rand(2, 2, 11, 13, generator=torch.Generator().manual_seed(0))
    rois = torch.tensor(
        [
            [0.0, 3.0, 4.0, 18.0, 15.0],
            [1.0, -9.0, -5.0, 9.0, 30.0],
            [1.0, 20.0, 18.0, 60.0, 50.0],
            [0.0, 5.0, 5.0, 5.5, 5.5],
            [1.0, 0.0, 0.0, 26.0, 22.0],
        ]
    )
    ours = roi_align(maps, rois, 0.5, 3, 2, ratio, aligned)
    expected = loop_roi_align(maps, rois, 0.5, (3, 2), ratio, aligned)
    assert float((ours - expected).abs().max()) < 1e-5


def test_gradients_flow_through_roi_align() -> None:
    maps = torch.rand(1, 3, 8, 8, requires_grad=True)
    roi_align(maps, torch.tensor([[0.0, 1.0, 1.0, 6.0, 6.0]]), 1.0, 2, 2, 2, True).sum().backward()  # type: ignore[no-untyped-call]
    assert maps.grad is not None
    assert float(maps.grad.sum()) == pytest.approx(12.0, abs=1e-4)


def test_torchvision_networks_run_whatever_the_install() -> None:
    assert ensure_torchvision() in ("native", "shim")
    import timm
    from torchvision import models, ops

    assert timm.is_model("tf_efficientnet_lite0")
    boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0]])
    assert ops.nms(boxes, torch.tensor([0.5, 0.9, 0.1]), 0.5).tolist() == [1, 2]
    detector = models.detection.ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None).eval()
    with torch.inference_mode():
        found = detector([torch.rand(3, 64, 64)])
    assert set(found[0]) == {"boxes", "scores", "labels"}
    pooled = ops.roi_align(torch.ones(1, 1, 8, 8), [torch.tensor([[1.0, 1.0, 6.0, 6.0]])], 2, 1.0, 2, True)
    assert torch.allclose(pooled, torch.ones(1, 1, 2, 2), atol=1e-6)


def test_a_healthy_torchvision_is_left_alone() -> None:
    """A stand-in that imports well counts as healthy, and none of our operators is defined beside it."""
    code = (
        "import sys, types; sys.modules['torchvision'] = healthy = types.ModuleType('torchvision')\n"
        "from labelgraft.learning.torchvision_compat import ensure_torchvision\n"
        "assert ensure_torchvision() == 'native' and sys.modules['torchvision'] is healthy\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
