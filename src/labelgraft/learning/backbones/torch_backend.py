"""Runs a backbone with torch: where OpenVINO does not install, and on other devices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Backbone
from labelgraft.learning.backbones.finite import demand_finite
from labelgraft.learning.backbones.preparation import square_of

if TYPE_CHECKING:
    import torch

CHUNK = 16


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch computes on one thread inside, and as before outside."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass(frozen=True, slots=True)
class TorchNetwork:
    """A torch module that normalises bytes itself."""

    backbone: Backbone
    weights_digest: str
    module: torch.nn.Module
    precision: str = "f32"
    device: str = "cpu"
    backend: str = "torch"
    layer: str = "pooled"

    def prepare(self, image: Image.Image) -> Pixels:
        """(H, W, 3) uint8 of an upright RGB image."""
        return square_of(image, self.backbone.preprocessing)

    def embed(self, batch: Pixels) -> Floats:
        """(n, H, W, 3) uint8 -> (n, D) float32."""
        import torch

        parts = []
        autocast = torch.autocast(self.device.split(":")[0], torch.bfloat16, enabled=self.precision == "bf16")
        with one_thread(), torch.inference_mode(), autocast:
            for start in range(0, len(batch), CHUNK):
                parts.append(
                    self.module(self._normalised(batch[start : start + CHUNK])).float().cpu().numpy()
                )
        if not parts:
            return np.zeros((0, self.backbone.feature_width), np.float32)
        return demand_finite(np.concatenate(parts), self.backbone.name, self.precision)

    def _normalised(self, batch: Pixels) -> torch.Tensor:
        import torch

        p = self.backbone.preprocessing
        # NHWC bytes seen as NCHW are channels_last already, the layout in which convolutions are fastest
        pixels = torch.from_numpy(np.ascontiguousarray(batch)).to(self.device).permute(0, 3, 1, 2).float()
        mean = torch.tensor(p.mean, device=self.device).view(3, 1, 1) * 255
        scale = 1 / (torch.tensor(p.std, device=self.device).view(3, 1, 1) * 255)
        return (pixels - mean) * scale
