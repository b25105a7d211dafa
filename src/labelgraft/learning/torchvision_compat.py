"""Makes torchvision importable beside a torch that its compiled operators were not built for.

The common torchvision wheel for Linux is built for CUDA torch. Beside a CPU-only torch its operator library
does not load, and `import torchvision` dies while it registers what is missing. A healthy install is never
touched; otherwise `nms` and `roi_align` are defined here, in torch, and torchvision is imported again.

Call `ensure_torchvision()` before the first import of timm, torchvision or transformers, everywhere.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import torch

NMS_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
ROI_ALIGN_SCHEMA = (
    "(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, "
    "int sampling_ratio, bool aligned) -> Tensor"
)


@cache
def ensure_torchvision() -> Literal["native", "shim"]:
    """Import torchvision, with our operators where its own do not load; says which of the two it was.

    Raises: RuntimeError or ImportError as torchvision itself does, when something else is wrong with it.
    """
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    else:
        return "native"
    _forget_half_imported_torchvision()
    _define_operators()
    import torchvision  # noqa: F401
    import torchvision.extension as extension

    extension._has_ops = _operators_are_here
    sys.modules["torchvision.ops.roi_align"]._has_ops = _operators_are_here  # type: ignore[attr-defined]
    return "shim"


def _operators_are_here() -> bool:
    return True


def _forget_half_imported_torchvision() -> None:
    for name in [n for n in sys.modules if n == "torchvision" or n.startswith("torchvision.")]:
        del sys.modules[name]


@cache  # the library object must live as long as the process, or torch forgets the operators
def _define_operators() -> Any:
    import torch

    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    library.define("nms" + NMS_SCHEMA)
    library.define("qnms" + NMS_SCHEMA)
    library.define("roi_align" + ROI_ALIGN_SCHEMA)
    library.impl("nms", nms, "CompositeExplicitAutograd")
    library.impl("roi_align", roi_align, "CompositeImplicitAutograd")
    return library


def nms(dets: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Greedy non-maximum suppression.

    Args:
        dets: (N, 4), x1, y1, x2, y2.
        scores: (N,).
        iou_threshold: a box is dropped when its overlap with a kept, better box is above this.
    Returns: int64 indices of the kept boxes, best first.
    """
    import numpy as np
    import torch

    order = torch.argsort(scores, descending=True, stable=True)
    boxes = dets.detach()[order].to("cpu", torch.float32).numpy()
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    alive = np.ones(len(boxes), dtype=bool)
    kept = []
    for i in range(len(boxes)):
        if not alive[i]:
            continue
        kept.append(i)
        rest = boxes[i + 1 :]
        width = np.minimum(boxes[i, 2], rest[:, 2]) - np.maximum(boxes[i, 0], rest[:, 0])
        height = np.minimum(boxes[i, 3], rest[:, 3]) - np.maximum(boxes[i, 1], rest[:, 1])
        shared = width.clip(0) * height.clip(0)
        # without a division: empty boxes have no union to divide by
        alive[i + 1 :] &= ~(shared > iou_threshold * (area[i] + area[i + 1 :] - shared))
    return order[torch.tensor(kept, dtype=torch.int64, device=order.device)]


def roi_align(
    input: torch.Tensor,
    rois: torch.Tensor,
    spatial_scale: float,
    pooled_height: int,
    pooled_width: int,
    sampling_ratio: int,
    aligned: bool,
) -> torch.Tensor:
    """RoIAlign as weighted sums of rows of the map, so that autograd comes for free.

    The map becomes a table of N * H * W rows of C numbers; each output bin is the weighted sum of the four
    corners of each of its sample points.

    Args:
        input: (N, C, H, W).
        rois: (K, 5), image index, then x1, y1, x2, y2 in the units that spatial_scale brings to the map.
        sampling_ratio: sample points per bin and axis; <= 0 lets the size of each box decide.
        aligned: shift by half a pixel, as pixel centres demand.
    Returns: (K, C, pooled_height, pooled_width).
    Source: He et al. 2017, arXiv:1703.06870, section 3; sample points outside [-1, size] count as zero.
    """
    import torch

    count, channels = len(rois), input.shape[1]
    table = input.permute(0, 2, 3, 1).reshape(-1, channels)
    output = table.new_zeros(count, pooled_height, pooled_width, channels)
    if count == 0 or table.shape[0] == 0:
        return output.permute(0, 3, 1, 2)
    shift = 0.5 if aligned else 0.0
    box = rois[:, 1:].to(torch.float32) * spatial_scale - shift
    size = box[:, 2:] - box[:, :2]
    if not aligned:
        size = size.clamp(min=1.0)
    bins = torch.tensor([pooled_width, pooled_height], dtype=torch.float32, device=rois.device)
    if sampling_ratio > 0:
        samples = torch.full((count, 2), sampling_ratio, dtype=torch.int64, device=rois.device)
    else:
        samples = torch.ceil(size / bins).to(torch.int64).clamp(min=0)
    parts = []
    where = []
    for grid in torch.unique(samples, dim=0):
        if int(grid.min()) <= 0:
            continue  # a box without area has no sample point: zeros
        chosen = torch.nonzero((samples == grid).all(dim=1)).squeeze(1)
        index, weight = _corners(
            rois[chosen, 0].to(torch.int64),
            box[chosen, :2],
            size[chosen] / bins,
            (pooled_height, pooled_width),
            (int(grid[1]), int(grid[0])),
            (input.shape[2], input.shape[3]),
        )
        bags = torch.nn.functional.embedding_bag(
            index, table, mode="sum", per_sample_weights=weight.to(table.dtype)
        )
        parts.append(bags.reshape(len(chosen), pooled_height, pooled_width, channels))
        where.append(chosen)
    if parts:
        output = output.index_copy(0, torch.cat(where), torch.cat(parts))
    return output.permute(0, 3, 1, 2)


def _corners(
    image: torch.Tensor,
    start: torch.Tensor,
    bin_size: torch.Tensor,
    pooled: tuple[int, int],
    samples: tuple[int, int],
    map_size: tuple[int, int],
) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of the map's table and their weights: (K * bins, 4 * samples per bin), both."""
    import torch

    y_low, y_high, y_weight = _axis(start[:, 1], bin_size[:, 1], pooled[0], samples[0], map_size[0])
    x_low, x_high, x_weight = _axis(start[:, 0], bin_size[:, 0], pooled[1], samples[1], map_size[1])
    rows = image[:, None, None] * map_size[0]
    index = []
    weight = []
    for y, wy in ((y_low, y_weight[0]), (y_high, y_weight[1])):
        for x, wx in ((x_low, x_weight[0]), (x_high, x_weight[1])):
            # (K, bins down, samples down) and (K, bins across, samples across) -> (K, down, across, sd, sa)
            place = (rows + y)[:, :, None, :, None] * map_size[1] + x[:, None, :, None, :]
            index.append(place.flatten(3))
            weight.append((wy[:, :, None, :, None] * wx[:, None, :, None, :]).flatten(3))
    per_point = samples[0] * samples[1]
    all_index = torch.cat(index, dim=3).reshape(-1, 4 * per_point)
    all_weight = torch.cat(weight, dim=3).reshape(-1, 4 * per_point)
    return all_index, all_weight / per_point


def _axis(
    start: torch.Tensor, bin_size: torch.Tensor, bins: int, samples: int, size: int
) -> tuple[torch.Tensor, torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
    """Lower and upper neighbour of each sample point on one axis, (K, bins, samples), and their weights."""
    import torch

    bin_index = torch.arange(bins, dtype=torch.float32, device=start.device)[None, :, None]
    offset = (torch.arange(samples, dtype=torch.float32, device=start.device) + 0.5)[None, None, :] / samples
    place = start[:, None, None] + (bin_index + offset) * bin_size[:, None, None]
    inside = ((place >= -1.0) & (place <= size)).to(torch.float32)
    place = place.clamp(min=0.0)
    low = place.floor().to(torch.int64).clamp(max=size - 1)
    high = (low + 1).clamp(max=size - 1)
    fraction = torch.where(low >= size - 1, torch.zeros_like(place), place - low)
    return low, high, ((1.0 - fraction) * inside, fraction * inside)
