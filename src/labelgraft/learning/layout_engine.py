"""The parts of umap-learn that we use: neighbours to weighted graph, and the moving of its points.

umap-learn is imported when first needed (some seconds). What it compiles is cached on disk where that can be
written, so that only the first layout on a machine waits for the compiler.
"""

from __future__ import annotations

import contextlib
import warnings
from functools import cache
from types import ModuleType

import numpy as np
from scipy.sparse import csr_array

from labelgraft.domain.arrays import Floats
from labelgraft.learning.neighbours import Neighbours

SPREAD, MIN_DIST = 1.0, 0.1
COMPILED = (
    ("umap_", "smooth_knn_dist"),
    ("umap_", "compute_membership_strengths"),
    ("layouts", "_nb_optimize_layout_euclidean_single_epoch"),
)
"""What takes seconds to compile and umap-learn 0.5.12 does not cache by itself."""


def curve() -> tuple[float, float]:
    """a and b of 1 / (1 + a d^(2 b)), the likeness of two points at distance d on the map."""
    a, b = _umap()["umap_"].find_ab_params(SPREAD, MIN_DIST)
    return float(a), float(b)


def fuzzy_graph(neighbours: Neighbours) -> csr_array:
    """The (N, N) symmetric graph of the neighbours, weights in (0, 1]; umap-learn's fuzzy union.

    Source: McInnes, Healy and Melville 2018, arXiv:1802.03426, section 3.1.
    """
    count = len(neighbours.indices)
    # umap-learn counts an image as its own first neighbour, at distance 0.
    indices = np.column_stack([np.arange(count), neighbours.indices]).astype(np.int64)
    distances = np.column_stack([np.zeros(count), neighbours.distances]).astype(np.float32)
    graph, _, _ = _umap()["umap_"].fuzzy_simplicial_set(
        X=indices,  # only its length is read when the neighbours are given
        n_neighbors=indices.shape[1],
        random_state=None,
        metric="cosine",
        knn_indices=indices,
        knn_dists=distances,
    )
    return csr_array(graph)


def optimise(graph: csr_array, start: Floats, *, epochs: int, rate: float, seed: int) -> Floats:
    """Move the points, (N, 2), so that what is connected comes near and what is not moves apart.

    One thread, so that a seed gives one result. start: in the layout's own scale, not the map's frame; no two
    points at one place. rate: the first step's size, falling to 0; 1.0 rearranges, 0.1 refines.
    """
    edges = graph.tocoo()
    # An edge this weak would not be drawn once in all epochs.
    drawn = edges.data >= edges.data.max(initial=0.0) / max(epochs, 10)
    weight = edges.data[drawn]
    xy: Floats = np.array(start, np.float32, order="C")
    if len(weight) == 0:
        return xy
    a, b = curve()
    _umap()["layouts"].optimize_layout_euclidean(
        xy,
        xy,
        edges.coords[0][drawn].astype(np.int32),
        edges.coords[1][drawn].astype(np.int32),
        epochs,
        len(xy),
        (weight.max() / weight).astype(np.float64),
        a,
        b,
        np.random.default_rng(seed).integers(-(2**31) + 1, 2**31 - 1, 3),
        gamma=1.0,
        initial_alpha=float(rate),
        negative_sample_rate=5.0,
        parallel=False,
        verbose=False,
        move_other=True,
    )
    return xy


@cache
def _umap() -> dict[str, ModuleType]:
    with warnings.catch_warnings():
        # Its parametric variant wants Tensorflow, which we never use.
        warnings.filterwarnings("ignore", "Tensorflow not installed", ImportWarning)
        import umap.layouts
        import umap.umap_

    modules = {"umap_": umap.umap_, "layouts": umap.layouts}
    for module, name in COMPILED:
        compiled = getattr(modules[module], name, None)
        if compiled is not None and hasattr(compiled, "enable_caching"):
            # RuntimeError: neither the package's folder nor the user's cache can be written. Only slower.
            with contextlib.suppress(RuntimeError):
                compiled.enable_caching()
    return modules
