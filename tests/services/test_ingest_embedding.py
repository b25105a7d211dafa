"""Embeddings from the pool are those of the network itself, whatever they are made together with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from labelgraft.domain.arrays import Doubles, Floats, Pixels
from labelgraft.errors import LabelgraftError
from labelgraft.formats import pixels
from labelgraft.formats.pixels import Limits, decode, read_file
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.network import Network, load
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import Halves, NetworkChoice, Output, Shard, ShardResult
from labelgraft.services.ingest_worker import detail_px

LITE0 = NetworkChoice(registry.get("efficientnet-lite0"))
HISTOGRAM = NetworkChoice(registry.get("color-histogram"))
EMBEDDING = frozenset({Output.EMBEDDING})


@pytest.fixture(scope="module")
def photos(shared_data: Callable[[str], Path]) -> list[str]:
    return [str(path) for path in sorted(shared_data("catsdogs").rglob("*.jpg"))[:40:2]]


@pytest.fixture(scope="module")
def network() -> Network:
    return load(LITE0.backbone)


@pytest.fixture(scope="module")
def pool() -> Iterator[IngestPool]:
    with IngestPool(workers=1, network=LITE0) as running:
        yield running


def embedding_of(result: ShardResult) -> Halves:
    assert result.embedding is not None
    return result.embedding


def prepared(network: Network, paths: list[str]) -> Pixels:
    detail = detail_px(network.backbone.preprocessing)
    pictures = [decode(read_file(path, Limits()), Limits(), detail_px=detail) for path in paths]
    return np.stack([network.prepare(picture.image) for picture in pictures])


def cosines(one: Floats | Halves, other: Floats | Halves) -> Doubles:
    a, b = one.astype(np.float64), other.astype(np.float64)
    return np.asarray((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1))


@pytest.mark.slow
def test_the_pool_embeds_like_the_network_itself(
    pool: IngestPool, network: Network, photos: list[str]
) -> None:
    facts = pool.wait_until_ready()
    assert facts is not None
    assert (facts.backend, facts.precision) == (network.backend, network.precision)
    assert (facts.weights_digest, facts.layer) == (network.weights_digest, network.layer)
    result = pool.submit(Shard(tuple(photos), EMBEDDING, LITE0)).result()
    assert embedding_of(result).dtype == np.float16
    assert result.network == facts
    assert result.thumbnails == ()
    assert cosines(embedding_of(result), network.embed(prepared(network, photos))).min() > 0.9999


@pytest.mark.slow
def test_the_embedding_does_not_depend_on_what_else_is_made_nor_on_the_shard(
    pool: IngestPool, photos: list[str]
) -> None:
    alone = pool.submit(Shard(tuple(photos), EMBEDDING, LITE0)).result()
    both = pool.submit(Shard(tuple(photos), frozenset(Output), LITE0)).result()
    part = pool.submit(Shard(tuple(photos[:3]), EMBEDDING, LITE0)).result()
    np.testing.assert_array_equal(embedding_of(alone), embedding_of(both))
    assert cosines(embedding_of(part), embedding_of(alone)[:3]).min() > 0.9999
    assert len(both.thumbnails) == len(photos)
    assert both.peak_memory_bytes < 1_500_000_000


@pytest.mark.slow
def test_prepared_inputs_for_training_are_the_networks_own(
    pool: IngestPool, network: Network, photos: list[str]
) -> None:
    result = pool.submit(Shard(tuple(photos[:4]), frozenset({Output.INPUTS}), LITE0)).result()
    assert result.embedding is None
    assert result.inputs is not None
    np.testing.assert_array_equal(result.inputs, prepared(network, photos[:4]))


@pytest.mark.slow
def test_refused_files_leave_no_hole_in_the_rows(
    pool: IngestPool, network: Network, photos: list[str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no image")
    result = pool.submit(Shard((photos[0], str(broken), photos[1]), EMBEDDING, LITE0)).result()
    assert [refused.path for refused in result.refused] == [str(broken)]
    assert embedding_of(result).shape == (2, LITE0.backbone.feature_width)
    none = pool.submit(Shard((str(broken),), EMBEDDING, LITE0)).result()
    assert embedding_of(none).shape == (0, LITE0.backbone.feature_width)


@pytest.mark.slow
def test_a_shard_may_name_another_network_than_the_pool(pool: IngestPool, photos: list[str]) -> None:
    result = pool.submit(Shard(tuple(photos[:3]), EMBEDDING, HISTOGRAM)).result()
    assert result.network is not None
    assert result.network.backbone == "color-histogram"
    assert embedding_of(result).shape == (3, HISTOGRAM.backbone.feature_width)


@pytest.mark.slow
def test_drafts_keep_the_embedding_within_the_documented_tolerance(
    network: Network, shared_data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shared_data("nasty-images") / "images"
    paths = [
        str(folder / f"{name}.jpg") for name in ("Landscape_1", "Landscape_6", "Portrait_2", "Portrait_7")
    ]
    quick = prepared(network, paths)
    monkeypatch.setattr(pixels, "MARGIN", 1e9)
    full = prepared(network, paths)
    difference = np.abs(quick.astype(np.int64) - full).mean((1, 2, 3))
    assert difference.min() > 0
    assert difference.max() < 1.5
    assert cosines(network.embed(quick), network.embed(full)).min() > 0.996


def test_a_network_that_cannot_be_loaded_is_told_and_the_pool_goes_on(tmp_path: Path) -> None:
    nowhere = NetworkChoice(LITE0.backbone, backend="no such backend")
    with IngestPool(workers=1, network=nowhere) as pool:
        with pytest.raises(LabelgraftError, match="no such backend"):
            pool.wait_until_ready()
        assert pool.submit(Shard(())).result().records == ()
