"""Islands: the clusters of a map, numbered as in the round before and named after their labels.

scikit-learn's HDBSCAN on at most 8,000 places, and each other image goes with the nearest of these. Against
fast_hdbscan on 20,000 images: 0.23 s to 0.39 s once that is compiled, and without its 12 to 18 s of compiling
on a new machine and its import of 4 s in each process.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.map import Island
from labelgraft.errors import ShapeMismatch

FEWEST = 10
"""Below so many images, none is an island."""
SAMPLE = 8_000
SMALLEST_ISLAND = 5
DENSE_NEIGHBOURS = 5
RADIUS_SHARE = 95.0


def find_islands(xy: Floats, *, seed: int = 0) -> Ints:
    """The island of each image: (N,) int64, 0 for the largest, -1 for images between islands.

    An island holds at least sqrt(N) images (and 5): 7 of 50, 32 of 1,000, 141 of 20,000. Fewer than 10
    images, or a map of one blob, have none.

    Args:
        xy: (N, 2) float32 without NaN.
        seed: chooses the sample where there are more than 8,000 images.
    """
    count = len(xy)
    if count < FEWEST or not np.ptp(xy, axis=0).any():
        return np.full(count, -1, np.int64)
    from scipy.spatial import KDTree
    from sklearn.cluster import HDBSCAN

    chosen = np.sort(np.random.default_rng(seed).permutation(count)[:SAMPLE])
    smallest = max(SMALLEST_ISLAND, round(float(np.sqrt(count)) * len(chosen) / count))
    clusters = HDBSCAN(min_cluster_size=smallest, min_samples=DENSE_NEIGHBOURS, copy=True).fit_predict(
        xy[chosen]
    )
    nearest = KDTree(xy[chosen]).query(xy)[1]
    return _largest_first(clusters[nearest].astype(np.int64))


def keep_numbers(islands: Ints, before: Ints) -> Ints:
    """The islands with the numbers of the round before, so that island 3 stays island 3.

    Pairs with the largest overlap (images in both over images in either) are matched first, each island once.
    Islands without a match get numbers above all of the round before.

    Args:
        islands, before: (N,) int64, -1 for none; in `before` also for images that were not there.
    Raises: ShapeMismatch if the lengths differ.
    """
    if islands.shape != before.shape:
        raise ShapeMismatch(f"islands has shape {islands.shape}, before {before.shape}; expected the same.")
    sizes, sizes_before = Counter(islands.tolist()), Counter(before.tolist())
    both = Counter(
        (new, old) for new, old in zip(islands.tolist(), before.tolist(), strict=True) if min(new, old) >= 0
    )
    overlap = {
        pair: shared / (sizes[pair[0]] + sizes_before[pair[1]] - shared) for pair, shared in both.items()
    }
    number: dict[int, int] = {-1: -1}
    for new, old in sorted(overlap, key=lambda pair: (-overlap[pair], pair)):
        if new not in number and old not in number.values():
            number[new] = old
    unused = int(before.max(initial=-1)) + 1
    for new in sorted(sizes.keys() - number.keys()):
        number[new] = unused
        unused += 1
    return np.array([number[island] for island in islands.tolist()], np.int64)


def describe_islands(
    xy: Floats, islands: Ints, classes: Ints, class_names: tuple[str, ...]
) -> tuple[Island, ...]:
    """Each island with its size, place and name, by number.

    Named after the commonest class among its labelled images (of equals the first), "cat 1", "cat 2" where
    several are named after one class, and "island 3" where nothing is labelled.

    Args:
        xy: (N, 2) float32. islands: (N,) int64. classes: (N,) int64 in [0, len(class_names)), -1 for none.
    Raises: ShapeMismatch if the lengths differ.
    """
    if not len(xy) == len(islands) == len(classes):
        raise ShapeMismatch(
            f"xy, islands, classes have {len(xy)}, {len(islands)}, {len(classes)} rows, not the same."
        )
    numbers = sorted(set(islands.tolist()) - {-1})
    members = {number: islands == number for number in numbers}
    commonest = {number: _commonest(classes[members[number]]) for number in numbers}
    names = _names(commonest, class_names)
    return tuple(_described(xy, n, names[n], members[n], classes[members[n]]) for n in numbers)


def _largest_first(clusters: Ints) -> Ints:
    found, sizes = np.unique(clusters[clusters >= 0], return_counts=True)
    rank = np.full(int(found.max(initial=-1)) + 2, -1, np.int64)
    rank[found[np.argsort(-sizes, kind="stable")]] = np.arange(len(found))
    return rank[clusters]


def _commonest(classes: Ints) -> int | None:
    labelled = classes[classes >= 0]
    return int(np.bincount(labelled).argmax()) if len(labelled) else None


def share_of_commonest(classes: Ints) -> float | None:
    """Of (N,) classes, -1 for none, those in the commonest among those that have one; None where none has."""
    labelled = classes[classes >= 0]
    return float(np.bincount(labelled).max() / len(labelled)) if len(labelled) else None


def _names(commonest: dict[int, int | None], class_names: tuple[str, ...]) -> dict[int, str]:
    islands_of_class = Counter(commonest.values())
    given: Counter[int] = Counter()
    names = {}
    for number, class_index in commonest.items():
        if class_index is None:
            names[number] = f"island {number}"
            continue
        given[class_index] += 1
        several = islands_of_class[class_index] > 1
        names[number] = class_names[class_index] + (f" {given[class_index]}" if several else "")
    return names


def _described(xy: Floats, number: int, name: str, member: Bools, classes: Ints) -> Island:
    centre = np.median(xy[member], axis=0)
    distance = np.linalg.norm(xy[member] - centre, axis=1)
    return Island(
        number=number,
        name=name,
        image_count=int(member.sum()),
        labelled_count=int((classes >= 0).sum()),
        purity=share_of_commonest(classes),
        centre_x=float(centre[0]),
        centre_y=float(centre[1]),
        radius=float(np.percentile(distance, RADIUS_SHARE)),
    )
