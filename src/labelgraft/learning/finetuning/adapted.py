"""A fine-tuned network in use: the embedding of prepared images, and the linear layer that scores it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from torch import Tensor, nn

from labelgraft.domain.arrays import AnyArray, Floats, Pixels
from labelgraft.errors import WorkspaceDamaged
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.checkpoints import read_head
from labelgraft.learning.finetuning.network import AdaptedNetwork, ClassHead


class Embedding(nn.Module):
    """From normalised images to what a trained network's scores and its map are made of."""

    def __init__(self, network: AdaptedNetwork) -> None:
        super().__init__()
        self.lower, self.upper, self.body = network.lower, network.upper, network.head.body
        self.width = network.head.hidden or network.head.width
        self._network = [network]  # in a list, or its parts would be here twice
        self.eval()

    def forward(self, images: Tensor) -> Tensor:
        """(n, E) of (n, 3, H, W) float32."""
        found: Tensor = self.body(self.upper(self.lower(images)))
        return found

    def of_prepared(self, inputs: Pixels) -> Floats:
        """(n, E) float32 of (n, H, W, 3) uint8 prepared images."""
        _, embedding = self._network[0].predict(inputs)
        return embedding


def scoring_layer(model_file: str) -> dict[str, AnyArray]:
    """weights (E, C) and bias (C,) float32: scores = embedding @ weights + bias."""
    _, tensors = read_head(Path(model_file))
    return {
        "weights": tensors["head.scores.weight"].numpy().T.copy(),
        "bias": tensors["head.scores.bias"].numpy().copy(),
    }


@lru_cache(maxsize=2)
def load(model_file: str) -> AdaptedNetwork:
    """The network of a head file, ready to predict; the last two stay loaded."""
    header, tensors = read_head(Path(model_file))
    base = base_source(header.backbone)()  # a name with its seed, "random:...#7", where weights were random
    if header.frozen_blocks and base.digest != header.base_digest:
        raise WorkspaceDamaged(
            f"{model_file}: was trained on other weights of {header.backbone} than those installed now. "
            "Labels are not affected. Install the version it was trained with, or train again."
        )
    network = AdaptedNetwork(
        base, header.frozen_blocks, ClassHead(header.width, len(header.class_names), header.hidden)
    )
    network.load_trained(tensors)
    return network.eval()
