"""Boxes without anchors: every cell of three maps says which class lies around it and how far its edges are.

Form: FCOS (Tian et al. 2019, arXiv:1904.01355), class scores that learn the overlap of their box (generalised focal
loss, Li et al. 2020, arXiv:2006.04388), boxes by GIoU (Rezatofighi et al. 2019, arXiv:1902.09630).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from labelgraft.domain.arrays import Doubles, Floats, Ints
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import NothingLabelled
from labelgraft.learning.dense.box_scores import score_boxes
from labelgraft.learning.dense.canvas import Canvas, Placing
from labelgraft.learning.dense.head import DenseScore, Seen
from labelgraft.learning.dense.neck import Neck
from labelgraft.learning.dense.pyramid import LEVELS, STRIDES
from labelgraft.learning.dense.truth import Truth
from labelgraft.learning.detectors.answer import Found
from labelgraft.learning.detectors.nms import nms

_PRIOR = 0.02
"""What a cell says at the start: most are background."""
_SIDE_OF_LEVEL = 4.0
"""An object this many strides wide belongs to the middle of its level."""
_REACH = 0.8
"""How far a level reaches, in octaves of size: objects between two levels are taught on both."""
_RADIUS = 1.5
"""Cells so many strides around the centre of an object are taught its box."""
_BOX_WEIGHT = 2.0
_CANDIDATES = 1000
_MOST = 300
_NMS_IOU = 0.45
"""From few images boxes are learnt roughly: at 0.6 every third raccoon was proposed twice, at 0.45 none was lost."""


@dataclass(frozen=True, slots=True)
class BoxAnswers:
    """classes: (n, A, C) before the sigmoid. boxes: (n, A, 4) left, top, right, bottom on the canvas. A: all cells."""

    classes: Tensor
    boxes: Tensor


@dataclass(frozen=True, slots=True)
class BoxTargets:
    """What the cells of one view are taught. cells: (P,) their numbers. classes: (P,). boxes: (P, 4) on the canvas."""

    cells: Ints
    classes: Ints
    boxes: Floats


class DetectionHead(nn.Module):
    """Class scores and a box for every cell of the maps of strides 8, 16 and 32."""

    kind = "boxes"

    def __init__(self, widths: tuple[int, ...], class_count: int, *, width: int = 96, depth: int = 2) -> None:
        super().__init__()
        self.class_count = class_count
        self.neck = Neck(widths, width, depth)
        self.classes = _answering(width, class_count, -math.log((1 - _PRIOR) / _PRIOR))
        self.edges = _answering(width, 4, math.log(_SIDE_OF_LEVEL / 2))
        self.scales = nn.Parameter(torch.ones(LEVELS))

    def forward(self, maps: list[Tensor]) -> BoxAnswers:
        """The answers for the three maps of a pyramid, (n, width, h, w) each."""
        classes, boxes = [], []
        for level, seen in enumerate(self.neck(maps)):
            classes.append(self.classes(seen).flatten(2).transpose(1, 2).float())
            reach = (self.edges(seen).float() * self.scales[level]).clamp(max=6).exp() * STRIDES[level]
            height, width = seen.shape[-2:]
            centres = torch.from_numpy(_centres(height, width, STRIDES[level])).to(seen.device)
            reach = reach.flatten(2).transpose(1, 2)
            boxes.append(torch.cat([centres - reach[..., :2], centres + reach[..., 2:]], dim=-1))
        return BoxAnswers(torch.cat(classes, 1), torch.cat(boxes, 1))

    def loss(self, answers: BoxAnswers, targets: list[BoxTargets]) -> dict[str, Tensor]:
        """The parts of the loss, to be summed. targets: one for each image of the batch."""
        image = np.concatenate([np.full(len(t.cells), at) for at, t in enumerate(targets)])
        cells = np.concatenate([t.cells for t in targets])
        device = answers.classes.device
        wanted = torch.zeros_like(answers.classes)
        if len(cells) == 0:
            return {"class": quality_focal(answers.classes, wanted).sum(), "box": answers.boxes.sum() * 0}
        at = (torch.from_numpy(image).to(device), torch.from_numpy(cells).to(device))
        classes = torch.from_numpy(np.concatenate([t.classes for t in targets])).to(device)
        truth = torch.from_numpy(np.concatenate([t.boxes for t in targets])).to(device)
        overlap, generalised = giou(answers.boxes[at], truth)
        quality = overlap.detach().clamp(0, 1)
        wanted[(*at, classes)] = quality
        whole = quality.sum().clamp(min=1.0)
        return {
            "class": quality_focal(answers.classes, wanted).sum() / whole,
            "box": _BOX_WEIGHT * ((1 - generalised) * quality.clamp(min=0.1)).sum() / whole,
        }

    def targets(self, truth: Truth, placing: Placing, canvas: Canvas) -> BoxTargets:
        """Which cells learn which box."""
        return targets_of(placing.boxes(truth.boxes), truth.classes, canvas)

    def found(self, answers: BoxAnswers, seen: Sequence[Seen], *, threshold: float) -> list[Found]:
        """The boxes that stay after class-wise suppression, surest first."""
        scores = answers.classes.sigmoid().cpu().numpy()
        boxes = answers.boxes.cpu().numpy().astype(np.float64)
        return [_found(*each, threshold) for each in zip(scores, boxes, seen, strict=True)]

    def score(
        self, truths: Sequence[Truth], found: Sequence[Found], class_names: Sequence[str]
    ) -> DenseScore | None:
        """AP50 decides."""
        return score_boxes(truths, found, class_names)

    def demand_taught(self, truths: Sequence[Truth]) -> None:
        """Raises NothingLabelled if no image has a box."""
        if not any(len(truth.boxes) for truth in truths):
            raise NothingLabelled(
                f"None of the {len(truths)} images to train on has a box. Nothing was trained. Draw some boxes first; "
                "images without objects help only beside them."
            )


def _found(scores: Floats, boxes: Doubles, seen: Seen, threshold: float) -> Found:
    """scores: (A, C). boxes: (A, 4) on the canvas."""
    cells, classes = np.nonzero(scores >= threshold)
    sure = scores[cells, classes]
    first = np.argsort(-sure, kind="stable")[:_CANDIDATES]
    cells, classes, sure = cells[first], classes[first], sure[first]
    places = seen.placing.back.boxes(boxes[cells])
    places[:, [0, 2]] = places[:, [0, 2]].clip(0, seen.width_px)
    places[:, [1, 3]] = places[:, [1, 3]].clip(0, seen.height_px)
    whole = np.flatnonzero((places[:, 2] > places[:, 0]) & (places[:, 3] > places[:, 1]))
    all_found = Found(ShapeKind.BOX, classes[whole].astype(np.int64), sure[whole], places[whole])
    kept = nms(all_found.boxes, all_found.confidences, all_found.class_indexes, iou=_NMS_IOU)
    return all_found.only(kept[:_MOST])


def _answering(width: int, count: int, start: float) -> nn.Conv2d:
    """A 1x1 convolution that says `start` everywhere, or nearly."""
    made = nn.Conv2d(width, count, 1, bias=True)
    nn.init.normal_(made.weight, std=0.01)
    if made.bias is not None:
        nn.init.constant_(made.bias, start)
    return made


def targets_of(boxes: Doubles, classes: Ints, canvas: Canvas) -> BoxTargets:
    """Which cells learn which of the (M, 4) boxes on the canvas; where two want a cell, the smaller one has it."""
    visible = np.stack(
        [
            boxes[:, 0].clip(0, canvas.width_px),
            boxes[:, 1].clip(0, canvas.height_px),
            boxes[:, 2].clip(0, canvas.width_px),
            boxes[:, 3].clip(0, canvas.height_px),
        ],
        axis=1,
    )
    width, height = visible[:, 2] - visible[:, 0], visible[:, 3] - visible[:, 1]
    before = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    stays = (width >= 2) & (height >= 2) & (width * height >= 0.3 * before)
    order = np.flatnonzero(stays)
    order = order[np.argsort(-(width * height)[order], kind="stable")]
    owner = np.full(cell_count(canvas), -1, np.int64)
    first = 0
    for level, stride in enumerate(STRIDES):
        rows, columns = canvas.height_px // stride, canvas.width_px // stride
        owners = owner[first : first + rows * columns].reshape(rows, columns)
        for number in order:
            octave = math.log2(math.sqrt(width[number] * height[number]) / (_SIDE_OF_LEVEL * stride))
            lowest, highest = level == 0, level == LEVELS - 1
            if (octave > _REACH and not highest) or (octave < -_REACH and not lowest):
                continue
            _claim(owners, visible[number], stride, int(number))
        first += rows * columns
    cells = np.flatnonzero(owner >= 0)
    chosen = owner[cells]
    return BoxTargets(cells, classes[chosen], visible[chosen].astype(np.float32))


def _claim(owners: Ints, box: Doubles, stride: int, number: int) -> None:
    """Gives a box the cells around its centre that lie in it; at least the one under its centre."""
    centre_x, centre_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    left = max(box[0], centre_x - _RADIUS * stride) / stride - 0.5
    right = min(box[2], centre_x + _RADIUS * stride) / stride - 0.5
    top = max(box[1], centre_y - _RADIUS * stride) / stride - 0.5
    bottom = min(box[3], centre_y + _RADIUS * stride) / stride - 0.5
    rows, columns = owners.shape
    x0, x1 = max(0, math.ceil(left)), min(columns - 1, math.floor(right))
    y0, y1 = max(0, math.ceil(top)), min(rows - 1, math.floor(bottom))
    if x1 < x0:
        x0 = x1 = min(columns - 1, int(centre_x / stride))
    if y1 < y0:
        y0 = y1 = min(rows - 1, int(centre_y / stride))
    owners[y0 : y1 + 1, x0 : x1 + 1] = number


def cell_count(canvas: Canvas) -> int:
    """Cells of all levels."""
    return sum((canvas.height_px // s) * (canvas.width_px // s) for s in STRIDES)


def _centres(rows: int, columns: int, stride: int) -> Floats:
    """(rows * columns, 2) x, y of the centres of the cells, on the canvas."""
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    centres: Floats = (np.stack([x.ravel(), y.ravel()], axis=1) + np.float32(0.5)) * np.float32(stride)
    return centres


def quality_focal(scores: Tensor, wanted: Tensor) -> Tensor:
    """Binary cross-entropy against an overlap in [0, 1], weighted by the squared distance from it. No reduction."""
    weight = (scores.detach().sigmoid() - wanted) ** 2
    return functional.binary_cross_entropy_with_logits(scores, wanted, reduction="none") * weight


def giou(found: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and generalised IoU of boxes (P, 4), pair by pair."""
    low, high = torch.maximum(found[:, :2], truth[:, :2]), torch.minimum(found[:, 2:], truth[:, 2:])
    shared = (high - low).clamp(min=0).prod(1)
    areas = (found[:, 2:] - found[:, :2]).prod(1) + (truth[:, 2:] - truth[:, :2]).prod(1)
    union = areas - shared
    around = torch.maximum(found[:, 2:], truth[:, 2:]) - torch.minimum(found[:, :2], truth[:, :2])
    hull = around.prod(1)
    overlap = shared / union.clamp(min=1e-6)
    return overlap, overlap - (hull - union) / hull.clamp(min=1e-6)
