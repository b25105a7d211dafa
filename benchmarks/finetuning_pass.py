"""How fast images pass the frozen blocks, and a fine-tuned network, against torch in float32 on the same images.

    python benchmarks/finetuning_pass.py [--data ../shared/data/catsdogs.tar] [--images 400] [--rounds 3]

Contestants take turns and each one's best round counts, so that other load meets all alike. Prediction is from files
to vectors, with its decoding; torch's is one decoding after the other and one network on all cores.
"""

from __future__ import annotations

import argparse
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from labelgraft.domain.arrays import Pixels
from labelgraft.domain.training import WeightsKind
from labelgraft.formats.pixels import Limits, decode, read_file
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.preparation import square_of
from labelgraft.learning.finetuning import adapted, deployed
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.checkpoints import HeadHeader, write_head
from labelgraft.learning.finetuning.frozen_facts import FrozenFacts
from labelgraft.learning.finetuning.frozen_part import describe, in_torch, network_cut, open_part
from labelgraft.learning.finetuning.network import AdaptedNetwork, ClassHead
from labelgraft.learning.finetuning.parity import cosines
from labelgraft.learning.finetuning.views import view_of
from labelgraft.services.ingest import IngestPool, cores
from labelgraft.services.ingest_messages import NetworkChoice, Output, Shard
from labelgraft.services.run_inputs import SAMPLE, SAMPLE_VIEWS
from labelgraft.services.scan_files import split_into_shards

BACKBONE = "efficientnet-lite0"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "catsdogs.tar"
LIMITS = Limits()


def prepared(files: list[str], *, views: int) -> Pixels:
    """(n, H, W, 3) uint8, one view of each file, another of so many each time."""
    look = registry.get(BACKBONE).preprocessing
    detail = round(look.input_px / look.crop_fraction)
    pictures = [decode(read_file(file, LIMITS), LIMITS, detail_px=detail).image for file in files]
    return np.stack(
        [square_of(view_of(files[n], n % views).of(each), look) for n, each in enumerate(pictures)]
    )


def trained(folder: Path) -> str:
    """The file of a network as a fine-tuning leaves it; its weights are the backbone's."""
    base = base_source(BACKBONE)()
    width = registry.get(BACKBONE).feature_width
    network = AdaptedNetwork(base, 7, ClassHead(width, 2, None))
    header = HeadHeader(
        backbone=base.backbone, base_digest=base.digest, weights="pretrained", frozen_blocks=7, width=width, hidden=None,
        class_names=("cat", "dog"), multi_label=False, preprocessing={}, backend="torch",
    )  # fmt: skip
    write_head(folder / "network.safetensors", header, network.trained_tensors())
    return str(folder / "network.safetensors")


def best_rates(contestants: dict[str, Callable[[], object]], images: int, rounds: int) -> dict[str, float]:
    """Images per second of each one's best round."""
    best = dict.fromkeys(contestants, 0.0)
    for _ in range(rounds):
        for name, run in contestants.items():
            began = time.perf_counter()
            run()
            best[name] = max(best[name], images / (time.perf_counter() - began))
    return best


def frozen_pass(views: Pixels, folder: Path, rounds: int) -> None:
    """Prints the rates of the pass over the frozen blocks."""
    sample = views[:SAMPLE]
    facts = describe(BACKBONE, WeightsKind.PRETRAINED, 0, None, "cpu", sample, str(folder))
    assert isinstance(facts, FrozenFacts)
    network = network_cut(base_source(BACKBONE)(), facts.frozen_blocks)
    fast, exact = open_part(network, facts), in_torch(network)
    rates = best_rates({"torch": lambda: exact(views), "engine": lambda: fast(views)}, len(views), rounds)
    near = cosines(fast(views), exact(views))
    show(f"frozen blocks, {facts.engine.backend} {facts.engine.precision}", rates, near.mean(), near.min())


def prediction(files: list[str], folder: Path, rounds: int) -> None:
    """Prints the rates from files to the vectors of a fine-tuned network."""
    network_file = trained(folder)
    engine = deployed.deploy(BACKBONE, network_file, prepared(files[:SAMPLE], views=1))
    choice = NetworkChoice(
        registry.get(BACKBONE), engine.backend, engine.precision, trained_file=network_file
    )
    found: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}

    def by_workers() -> None:
        shards = [
            Shard(tuple(some), frozenset({Output.EMBEDDING}), choice)
            for some in split_into_shards(files, workers=pool.workers)
        ]
        for shard, result in pool.run(shards):
            assert result.embedding is not None
            found.update(zip(shard.paths, result.embedding.astype(np.float32), strict=True))

    def by_torch() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return adapted.load(network_file).predict(prepared(files, views=1))[1]

    with IngestPool(network=choice) as pool:
        pool.wait_until_ready()
        rates = best_rates({"torch": by_torch, "engine": by_workers}, len(files), rounds)
    near = cosines(np.stack([found[file] for file in files]), by_torch())
    show(f"prediction, {engine.backend} {engine.precision}", rates, near.mean(), near.min())


def show(what: str, rates: dict[str, float], mean: float, least: float) -> None:
    """One line of the table."""
    ratio = rates["engine"] / rates["torch"]
    print(
        f"{what:34} {rates['torch']:8.0f} {rates['engine']:8.0f} {ratio:7.1f} {mean:10.5f} {least:10.5f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    torch.set_num_threads(cores())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with tarfile.open(chosen.data) as tar:
            tar.extractall(folder / "data", filter="data")
        files = [str(file) for file in sorted((folder / "data").rglob("*.jpg"))]
        files = files[:: max(1, len(files) // chosen.images)][: chosen.images]
        print(f"{len(files)} photos, {BACKBONE}, {cores()} cores, best of {chosen.rounds}; images per second")
        print(f"{'':34} {'torch':>8} {'ours':>8} {'ratio':>7} {'cosine':>10} {'at worst':>10}")
        frozen_pass(prepared(files, views=SAMPLE_VIEWS), folder, chosen.rounds)
        prediction(files, folder, chosen.rounds)


if __name__ == "__main__":
    main()
