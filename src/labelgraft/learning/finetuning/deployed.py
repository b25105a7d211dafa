"""A fine-tuned network at work: converted once after its training, then as fast as an untouched backbone.

Loading it takes no torch where OpenVINO runs it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Backbone
from labelgraft.learning.backbones import compiled_cache, registry
from labelgraft.learning.backbones import openvino_backend as ov
from labelgraft.learning.backbones.network import Network, best_backend
from labelgraft.learning.finetuning.converted import converted_engine
from labelgraft.learning.finetuning.frozen_facts import EXACT, Engine
from labelgraft.learning.weights import file_digest

CONVERTED = "converted"
LAYER = "adapted"


def deploy(backbone: str, network_file: str, sample: Pixels) -> Engine:
    """Converts a trained network, beside its file, and says which engine gives what float32 gives.

    sample: (n, H, W, 3) uint8 prepared images to compare on; the torch that trained it where there are none.
    Raises: as `adapted.load`.
    """
    if best_backend() != "openvino" or not len(sample):
        return EXACT
    from labelgraft.learning.finetuning.adapted import Embedding, load

    module = Embedding(load(network_file))
    return converted_engine(
        module, registry.get(backbone).preprocessing, module.of_prepared, sample, _place(network_file)
    )


def embed_inputs(backbone: str, network_file: str, engine: Engine, inputs: Pixels) -> Floats:
    """(n, E) float32, what the model's scores and its map are made of, of (n, H, W, 3) uint8 prepared images.

    Raises: BadFormat; WorkspaceDamaged if the backbone's weights are not those it was trained on.
    """
    return _opened(backbone, network_file, engine).embed(inputs)


@lru_cache(maxsize=2)
def _opened(backbone: str, network_file: str, engine: Engine) -> Network:
    return open_trained(registry.get(backbone), network_file, engine.backend, engine.precision)


def open_trained(
    backbone: Backbone, network_file: str, backend: str | None, precision: str | None
) -> Network:
    """A trained network, ready to embed on one thread. None: torch in float32.

    Raises: as `adapted.load`, which converts it again where its conversion is gone.
    """
    engine = Engine(backend or EXACT.backend, precision or EXACT.precision)
    digest = file_digest(Path(network_file))
    if engine.backend == "openvino":
        model = compiled_cache.read(_place(network_file))
        if model is None:
            from labelgraft.learning.finetuning.adapted import Embedding, load

            model = ov.convert(Embedding(load(network_file)), backbone.preprocessing)
            compiled_cache.write(_place(network_file), model)
        width = model.output().get_partial_shape()[1].get_length()
        request = ov.compile_model(model, engine.precision)
        return ov.OpenVinoNetwork(
            replace(backbone, feature_width=width), digest, request, engine.precision, layer=LAYER
        )
    from labelgraft.learning.backbones.torch_backend import TorchNetwork
    from labelgraft.learning.finetuning.adapted import Embedding, load

    module = Embedding(load(network_file))
    sized = replace(backbone, feature_width=module.width)
    return TorchNetwork(sized, digest, module, engine.precision, layer=LAYER)


def _place(network_file: str) -> Path:
    return Path(network_file).parent / CONVERTED
