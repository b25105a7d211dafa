"""How often neighbours share a class: whether an embedding or a map keeps the classes apart."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Floats, Ints
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.neighbours import nearest_neighbours

PURITY_NEIGHBOURS = 15


def embedding_purity(
    embedding: Floats, classes: Ints, *, only: Bools | None = None, k: int = PURITY_NEIGHBOURS
) -> float | None:
    """Share of the k nearest images by cosine that have the image's own class, over all images with a class.

    N images, D numbers each. Images outside `only`, and those without a class, are neither judged nor
    neighbours: pass the images never labelled to learn what training did beyond its own examples. A class of
    fewer than k + 1 images cannot reach 1.

    Args:
        embedding: (N, D) float32.
        classes: (N,) int64, -1 for none.
        only: (N,) bool; all when None.
    Returns: in [0, 1]; None with fewer than k + 1 images to judge.
    Raises: ShapeMismatch if the lengths differ; BadInput for NaN or infinite values.
    """
    judged = _judged(embedding, classes, only)
    if len(judged) <= k:
        return None
    return _share(nearest_neighbours(embedding[judged], k=k).indices, classes[judged])


def map_purity(
    xy: Floats, classes: Ints, *, only: Bools | None = None, k: int = PURITY_NEIGHBOURS
) -> float | None:
    """The same as `embedding_purity` for places on a map, (N, 2) float32, by distance on the map."""
    judged = _judged(xy, classes, only)
    if len(judged) <= k:
        return None
    from scipy.spatial import KDTree

    found = KDTree(xy[judged]).query(xy[judged], k=k + 1)[1]
    itself = found == np.arange(len(judged))[:, None]
    # Among more than k images at one place the search may leave out the image itself: then drop the last.
    itself[~itself.any(axis=1), -1] = True
    return _share(found[~itself].reshape(len(judged), k), classes[judged])


def _judged(places: Floats, classes: Ints, only: Bools | None) -> Ints:
    lengths = {"classes": len(classes), **({} if only is None else {"only": len(only)})}
    for name, length in lengths.items():
        if length != len(places):
            raise ShapeMismatch(f"{name} has {length} entries, expected {len(places)}: one per image.")
    counted = classes >= 0 if only is None else (classes >= 0) & only
    return np.flatnonzero(counted).astype(np.int64)


def _share(neighbours: AnyArray, classes: Ints) -> float:
    return float((classes[neighbours] == classes[:, None]).mean())
