"""Runs a backbone with torch: where OpenVINO does not install, and on other devices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Backbone
from labelgraft.errors import BadSetting
from labelgraft.learning.backbones.finite import demand_finite
from labelgraft.learning.backbones.preparation import square_of

if TYPE_CHECKING:
    import torch

    from labelgraft.learning.backbones.timm_networks import LoadedModule

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


def demand_device(device: str) -> None:
    """Raises: BadSetting in one sentence if torch cannot compute on that device."""
    import torch

    kind, _, index = device.partition(":")
    there = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if kind not in there or (index and not index.isdecimal()):
        raise BadSetting(f"device: found {device!r}, expected cpu, cuda, cuda:1 or mps.")
    if int(index or 0) >= there[kind]:
        raise BadSetting(
            f"device {device!r} cannot be reached from here (torch {torch.__version__} sees "
            f"{there[kind]} of that kind). Nothing was loaded. Use device cpu."
        )


def on_device(backbone: Backbone, loaded: LoadedModule, precision: str, device: str) -> TorchNetwork:
    """The network on that device, in the memory layout in which convolutions are fastest."""
    import torch

    module: Any = loaded.module
    module = module.to(device).to(memory_format=torch.channels_last)
    return TorchNetwork(backbone, loaded.weights_digest, module, precision, device)


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
