"""Maps: the preview, the first round of any size, and rounds that keep their places."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from labelgraft.domain.arrays import AnyArray, Floats, Ints
from labelgraft.errors import BadInput, ShapeMismatch
from labelgraft.learning.layout_engine import curve, fuzzy_graph, optimise
from labelgraft.learning.neighbours import nearest_neighbours
from labelgraft.learning.placement import balanced_scale, starting_places
from labelgraft.learning.principal import preview, sunflower
from labelgraft.learning.projection import first_round, next_round
from labelgraft.learning.purity import embedding_purity, map_purity
from labelgraft.learning.registration import frame_radius

SIZES = [0, 1, 2, 3, 5, 14, 15, 16, 30, 50]


def groups(
    count: int, *, classes: int = 3, width: int = 32, noise: float = 0.3, seed: int = 0
) -> tuple[Floats, Ints]:
    """Rows around one direction per class, and the class of each."""
    rng = np.random.default_rng(seed)
    members = np.arange(count, dtype=np.int64) % classes
    rows = rng.normal(size=(classes, width))[members] + noise * rng.normal(size=(count, width))
    return rows.astype(np.float32), members


def digits() -> tuple[Floats, Ints]:
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.data.astype(np.float32), data.target.astype(np.int64)


@pytest.mark.parametrize("count", SIZES)
def test_a_set_of_any_small_size_has_a_map(count: int) -> None:
    embedding, _ = groups(count)
    layout = first_round(embedding)
    assert layout.xy.shape == (count, 2)
    assert layout.xy.dtype == np.float32
    assert np.isfinite(layout.xy).all()
    if count > 1:
        assert frame_radius(layout.xy) == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("kind", ["all alike", "all zero", "five of each", "two that never meet"])
def test_sets_with_identical_images_have_a_map(count: int, kind: str) -> None:
    rows: dict[str, AnyArray] = {
        "all alike": np.ones((count, 6)),
        "all zero": np.zeros((count, 6)),
        "five of each": np.repeat(groups(count // 5 + 1)[0], 5, axis=0)[:count],
        "two that never meet": np.eye(2)[np.arange(count) % 2],
    }
    embedding: Floats = rows[kind].astype(np.float32)
    layout = first_round(embedding)
    assert layout.xy.shape == (count, 2)
    assert np.isfinite(layout.xy).all()
    if count > 1:
        assert np.ptp(layout.xy, axis=0).max() > 0.5


@pytest.mark.parametrize("count", [1, 2, 14, 15, 40])
def test_small_maps_have_next_rounds_with_newcomers(count: int) -> None:
    embedding, _ = groups(count)
    places = first_round(embedding).xy.copy()
    places[: count // 2] = np.nan
    layout = next_round(embedding, places)
    assert np.isfinite(layout.xy).all()
    assert layout.median_move is not None


def test_a_seed_gives_the_same_map_again() -> None:
    embedding, _ = groups(300)
    first, again, other = (first_round(embedding, seed=seed).xy for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_real_classes_stay_together_on_the_map() -> None:
    embedding, classes = digits()
    layout = first_round(embedding)
    in_embedding, on_map = embedding_purity(embedding, classes), map_purity(layout.xy, classes)
    assert in_embedding is not None
    assert on_map is not None
    assert on_map > in_embedding - 0.02 > 0.9


def test_a_next_round_keeps_the_places_and_gains_what_the_embedding_gained() -> None:
    blurred, classes = groups(1_200, classes=6, noise=1.4)
    clear, _ = groups(1_200, classes=6, noise=0.7)
    first = first_round(blurred)
    second = next_round(clear, first.xy)
    before, after = map_purity(first.xy, classes), map_purity(second.xy, classes)
    alone = map_purity(first_round(clear, seed=1).xy, classes)
    assert before is not None
    assert after is not None
    assert alone is not None
    assert after > before
    assert after > alone - 0.03
    assert second.median_move is not None
    assert second.median_move < 0.15
    assert np.median(np.linalg.norm(second.xy - first.xy, axis=1)) == pytest.approx(
        second.median_move, rel=0.1
    )


def test_an_unchanged_embedding_hardly_moves_even_from_a_turned_frame() -> None:
    embedding, _ = digits()
    first = first_round(embedding).xy
    mirrored = first * np.array([-1.0, 1.0], np.float32) + np.array([0.3, 0.1], np.float32)
    assert (next_round(embedding, mirrored).median_move or 0) < 0.05


def test_newcomers_start_among_their_neighbours() -> None:
    embedding, classes = groups(600, classes=4)
    places = first_round(embedding).xy.copy()
    centres = np.stack([places[classes == c].mean(axis=0) for c in range(4)])
    places[::5] = np.nan
    layout = next_round(embedding, places)
    nearest = np.linalg.norm(layout.xy[::5, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == classes[::5]).mean() > 0.97


def test_a_map_without_any_known_place_is_a_first_round() -> None:
    embedding, _ = groups(40)
    layout = next_round(embedding, np.full((40, 2), np.nan, np.float32))
    assert layout.median_move is None
    assert np.array_equal(layout.xy, first_round(embedding).xy)


def test_progress_rises_to_one() -> None:
    heard: list[float] = []
    first_round(groups(40)[0], progress=lambda share, _doing: heard.append(share))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_bad_input_is_refused() -> None:
    embedding, _ = groups(40)
    embedding[5, 0] = np.nan
    with pytest.raises(BadInput, match="row 5"):
        first_round(embedding)
    with pytest.raises(BadInput, match="row 5"):
        preview(embedding[:10])
    with pytest.raises(ShapeMismatch):
        next_round(embedding, np.zeros((39, 2), np.float32))


def test_the_preview_is_the_same_picture_whatever_the_order_of_the_images() -> None:
    embedding, _ = digits()
    order = np.random.default_rng(0).permutation(len(embedding))
    assert preview(embedding[order]) == pytest.approx(preview(embedding)[order], abs=1e-3)


def test_the_preview_works_on_wide_and_on_thin_embeddings() -> None:
    wide, thin = preview(groups(20, width=300)[0]), preview(np.arange(20, dtype=np.float32)[:, None])
    assert frame_radius(wide) == pytest.approx(1.0, abs=1e-4)
    assert thin.shape == (20, 2)
    assert np.isfinite(thin).all()


def test_points_that_cannot_be_told_apart_are_spread_over_a_disc() -> None:
    spread = sunflower(100)
    gaps = np.linalg.norm(spread[:, None] - spread, axis=2) + 9 * np.eye(100)
    assert np.linalg.norm(spread, axis=1).max() <= 1.0
    assert gaps.min() > 0.1
    assert np.array_equal(preview(np.ones((100, 3), np.float32)), spread)


def test_a_converged_layout_balances_at_its_own_scale() -> None:
    embedding, _ = digits()
    graph = fuzzy_graph(nearest_neighbours(embedding, k=14))
    xy = optimise(graph, preview(embedding) * 10, epochs=200, rate=1.0, seed=0)
    a, b = curve()
    for factor in (0.1, 1.0, 7.0):
        scale = balanced_scale(graph, xy * np.float32(factor), a=a, b=b, rng=np.random.default_rng(0))
        assert scale * factor == pytest.approx(1.0, abs=0.1)


def test_groups_without_any_placed_neighbour_start_together_on_the_rim() -> None:
    chain = csr_array(np.kron(np.eye(2), np.ones((3, 3)) - np.eye(3)).astype(np.float32))
    places = np.full((6, 2), np.nan, np.float32)
    places[0] = (0.2, 0.4)
    start = starting_places(chain, places)
    assert start[:3] == pytest.approx(np.tile(np.array([0.2, 0.4], np.float32), (3, 1)), abs=1e-6)
    assert np.ptp(start[3:], axis=0) == pytest.approx([0, 0])
    assert np.linalg.norm(start[3]) == pytest.approx(1.1, rel=1e-5)
