"""The network that is trained: a frozen lower part, a trained upper part, and a head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.learning.finetuning.split import Split

_SMALLEST_BATCH_FOR_STATISTICS = 16
"""Below this, a batch's mean and variance say too little and would spoil the pretrained ones."""


@dataclass(frozen=True, slots=True)
class Base:
    """A backbone as it was before this training. digest: of its weights. mean, std: per channel, values 0
    to 1.
    """

    backbone: str
    module: nn.Module
    input_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    digest: str


class BaseSource(Protocol):
    """Makes the same untouched backbone each time it is called."""

    def __call__(self) -> Base:
        """A base whose module the caller may change."""


class ClassHead(nn.Module):
    """Class scores from features (n, D); `embedding` is what the map is drawn from.

    hidden = None: one linear layer, and the embedding is the features themselves. Else LayerNorm,
    Linear(hidden), GELU, Linear: the embedding is the hidden activation.
    """

    def __init__(self, width: int, class_count: int, hidden: int | None) -> None:
        super().__init__()
        self.width, self.class_count, self.hidden = width, class_count, hidden
        if hidden is None:
            self.body: nn.Module = nn.Identity()
        else:
            self.body = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, hidden), nn.GELU())
        self.scores = nn.Linear(hidden or width, class_count)
        nn.init.zeros_(self.scores.bias)
        nn.init.normal_(self.scores.weight, std=0.01)

    def embedding(self, features: Tensor) -> Tensor:
        """(n, E) from (n, D)."""
        result: Tensor = self.body(features)
        return result

    def forward(self, features: Tensor) -> Tensor:
        """(n, C) scores before softmax or sigmoid."""
        result: Tensor = self.scores(self.embedding(features))
        return result


class AdaptedNetwork(nn.Module):
    """lower (frozen) -> upper (trained) -> head (trained).

    `train()` leaves the lower part and, unless `learns_statistics`, every batch-norm statistic as they are.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self, base: Base, frozen_blocks: int, head: ClassHead, *, example: Tensor | None = None
    ) -> None:
        super().__init__()
        self.base = base
        self.split = Split(base.module, frozen_blocks, example=example)
        self.lower, self.upper, self.head = self.split.lower, self.split.upper, head
        self.learns_statistics = False
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.register_buffer("mean", torch.tensor(base.mean).view(1, 3, 1, 1) * 255, persistent=False)
        self.register_buffer("std", torch.tensor(base.std).view(1, 3, 1, 1) * 255, persistent=False)

    def normalised(self, pixels: Tensor) -> Tensor:
        """(n, 3, H, W) float32 from prepared (n, H, W, 3) uint8."""
        seen = (pixels.permute(0, 3, 1, 2).to(torch.float32) - self.mean) / self.std
        return seen.contiguous(memory_format=torch.channels_last)  # twice as fast on a processor

    def activations(self, pixels: Tensor) -> Tensor:
        """What the frozen part gives for prepared pixels; this may be cached where `split.cacheable`."""
        with torch.no_grad():
            result: Tensor = self.lower(self.normalised(pixels))
        return result

    def features(self, inputs: Tensor) -> Tensor:
        """(n, D) from cached activations (floating point) or from prepared pixels (uint8)."""
        reached = self.activations(inputs) if inputs.dtype == torch.uint8 else inputs
        result: Tensor = self.upper(reached)
        return result

    def forward(self, inputs: Tensor) -> Tensor:
        """(n, C) scores."""
        result: Tensor = self.head(self.features(inputs))
        return result

    def train(self, mode: bool = True) -> AdaptedNetwork:
        """Like torch's, but what is frozen stays frozen."""
        super().train(mode)
        self.lower.eval()
        for module in self.upper.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm) and not self._may_learn(module):
                module.eval()
        return self

    def _may_learn(self, norm: nn.Module) -> bool:
        """True if a batch norm may update its statistics: it is trained, and batches are large enough."""
        return self.learns_statistics and any(p.requires_grad for p in norm.parameters())

    def trained_tensors(self) -> dict[str, Tensor]:
        """Everything that training may change, by name: "upper.*" and "head.*", statistics included."""
        return {n: t for n, t in self.state_dict().items() if n.startswith(("upper.", "head."))}

    def load_trained(self, tensors: dict[str, Tensor]) -> None:
        """The inverse of `trained_tensors`. Raises RuntimeError of torch if names or shapes differ."""
        self.upper.load_state_dict(_below("upper.", tensors))
        self.head.load_state_dict(_below("head.", tensors))

    @torch.inference_mode()
    def predict(self, pixels: Pixels, *, batch_size: int = 32) -> tuple[Floats, Floats]:
        """Scores (n, C) and embedding (n, E) of prepared images (n, H, W, 3) uint8, both float32."""
        self.eval()
        scores, embeddings = [], []
        for start in range(0, len(pixels), batch_size):
            device = self.mean.device
            features = self.features(torch.from_numpy(pixels[start : start + batch_size].copy()).to(device))
            embedding = self.head.embedding(features)
            scores.append(self.head.scores(embedding).cpu())
            embeddings.append(embedding.cpu())
        return torch.cat(scores).numpy(), torch.cat(embeddings).numpy()


def batch_is_large_enough(batch_size: int) -> bool:
    """True if batch norm may learn its statistics from batches of that size."""
    return batch_size >= _SMALLEST_BATCH_FOR_STATISTICS


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under a prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
