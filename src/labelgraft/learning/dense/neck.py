"""Three maps of one width, each knowing what the coarser ones saw."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class Neck(nn.Module):
    """1x1 to `width`, coarser maps added to finer ones, then `depth` depthwise 5x5 residual blocks on each map."""

    def __init__(self, widths: tuple[int, ...], width: int, depth: int) -> None:
        super().__init__()
        self.inlets = nn.ModuleList(_convolved(before, width) for before in widths)
        self.blocks = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(width) for _ in range(depth))) for _ in widths
        )

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """The same sizes, all of them (n, width, h, w), the finest first."""
        results: list[Tensor] = []
        coarser: Tensor | None = None
        for level in reversed(range(len(maps))):
            here: Tensor = self.inlets[level](maps[level])
            if coarser is not None:
                here = here + functional.interpolate(coarser, size=here.shape[-2:], mode="nearest")
            coarser = self.blocks[level](here)
            results.append(coarser)
        return results[::-1]


class ResidualBlock(nn.Module):
    """Adds what a 5x5 depthwise and a 1x1 convolution see."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.seen = nn.Sequential(
            nn.Conv2d(width, width, 5, padding=2, groups=width, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, before: Tensor) -> Tensor:
        """(n, width, h, w), as it came in."""
        result: Tensor = functional.relu(before + self.seen(before))
        return result


def _convolved(before: int, width: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(before, width, 1, bias=False), nn.BatchNorm2d(width))
