"""How long a map takes at 20,000 images, how far a new round moves, and how pure the map is.

    python benchmarks/map_round.py [--images 20000] [--seeds 5] [--skip-purity]

The 20,000 embeddings are those of catsdogs (1,000 photos, efficientnet-lite0), tiled with noise: each copy is
moved towards two of its 15 nearest photos by a random share up to 0.7. Plain noise would leave every image among
its own 19 copies, and a map of such clumps never moves; the share of copies among neighbours is printed. All
computing is done in the warm resident process, the transfer of the arrays included. On a machine that is busy
otherwise, believe the CPU seconds.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from label_efficiency import DATA, read_set  # type: ignore[import-not-found]
from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.training import HeadKind, TrainingSettings
from labelgraft.learning.heads.head import train_head
from labelgraft.learning.neighbours import nearest_neighbours
from labelgraft.learning.projection import first_round, next_round
from labelgraft.learning.purity import embedding_purity, map_purity
from labelgraft.learning.resident import Resident

FIRST_SECONDS, PREVIEW_SECONDS, NEXT_SECONDS, MOVE_WANTED = 10.0, 1.0, 5.0, 0.15
ROOM = "labelgraft.learning."
LABELS = (50, 70, 100)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--skip-purity", action="store_true")
    given = parser.parse_args()
    console = Console(width=118)
    kept = speed(given.images, console)
    if not given.skip_purity:
        kept &= purity_against_umap(console)
        kept &= purity_by_labels(given.seeds, console)
    return 0 if kept else 1


def speed(count: int, console: Console) -> bool:
    data = read_set(DATA / "catsdogs.tar", "efficientnet-lite0")
    embedding, source = tiled(data.embeddings, count)
    classes = data.classes[source]
    copies = (source[nearest_neighbours(embedding).indices] == source[:, None]).mean()
    console.print(f"{count:,} images x {embedding.shape[1]}; {copies:.0%} of the neighbours are copies")
    table = Table("step", "seconds", "CPU seconds", "median move", "purity on the map", "wanted", "")
    verdicts = []

    def row(step: str, spent: tuple[float, float], move: float | None, xy: Floats, wanted: float) -> None:
        kept = spent[0] < wanted and (move is None or move < MOVE_WANTED)
        verdicts.append(kept)
        limit = f"< {wanted:.0f} s" + ("" if move is None else f", < {MOVE_WANTED} radii")
        shown = "" if move is None else f"{move:.3f}"
        cells = (step, f"{spent[0]:.2f}", f"{spent[1]:.2f}", shown, f"{map_purity(xy, classes):.4f}", limit)
        table.add_row(*cells, "kept" if kept else "MISSED")

    with Resident() as resident:
        cold, _ = timed(resident, "projection.warm_up")
        console.print(f"process started, libraries loaded, compiled or read from the cache: {cold[0]:.1f} s")
        spent, xy = timed(resident, "principal.preview", embedding)
        row("preview", spent, None, xy, PREVIEW_SECONDS)
        spent, layout = timed(resident, "projection.first_round", embedding)
        row("first round", spent, None, layout.xy, FIRST_SECONDS)
        order = np.random.default_rng(1).permutation(len(data.classes))
        for labels in LABELS:
            hidden = hidden_layer(data.embeddings, data.classes, order[:labels], embedding, data.class_names)
            spent, layout = timed(resident, "projection.next_round", hidden, layout.xy)
            island_spent, islands = timed(resident, "islands.find_islands", layout.xy)
            both = (spent[0] + island_spent[0], spent[1] + island_spent[1])
            found = f"{islands.max() + 1} islands"
            row(f"next round, {labels} labels, {found}", both, layout.median_move, layout.xy, NEXT_SECONDS)
    console.print(table)
    return all(verdicts)


def purity_against_umap(console: Console) -> bool:
    """The same photos laid out by us and by umap-learn as it comes; ours may not be worse by 0.02."""
    import umap

    table = Table("set", "in the embedding", "our map", "umap-learn's map", "our seconds", "umap-learn's")
    kept = True
    for name in ("catsdogs", "pets", "emoji"):
        data = read_set(DATA / f"{name}.tar", "efficientnet-lite0")
        first_round(data.embeddings[:100])
        began = time.perf_counter()
        ours = map_purity(first_round(data.embeddings).xy, data.classes)
        between = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            xy = umap.UMAP(metric="cosine", random_state=0).fit_transform(data.embeddings)
        ended = time.perf_counter()
        theirs = map_purity(xy.astype(np.float32), data.classes)
        assert ours is not None
        assert theirs is not None
        kept &= ours > theirs - 0.02
        inside = embedding_purity(data.embeddings, data.classes)
        seconds = (f"{between - began:.1f}", f"{ended - between:.1f}")
        table.add_row(name, f"{inside:.3f}", f"{ours:.3f}", f"{theirs:.3f}", *seconds)
    console.print(table)
    return kept


def purity_by_labels(seeds: int, console: Console) -> bool:
    """Before and after training on 50 random labels, judged on images never labelled, among themselves."""
    title = f"purity (k = 15) of images never labelled, mean of {seeds} draws of 50 labels"
    table = Table("set", "embedding before", "after", "map before", "after", "median move", title=title)
    kept = True
    for name in ("catsdogs", "pets"):
        data = read_set(DATA / f"{name}.tar", "efficientnet-lite0")
        first = first_round(data.embeddings)
        found = []
        for seed in range(seeds):
            chosen = np.random.default_rng(seed).choice(len(data.classes), 50, replace=False)
            hidden = hidden_layer(data.embeddings, data.classes, chosen, data.embeddings, data.class_names)
            second = next_round(hidden, first.xy)
            never: Bools = np.ones(len(data.classes), np.bool_)
            never[chosen] = False
            measured = (
                embedding_purity(data.embeddings, data.classes, only=never),
                embedding_purity(hidden, data.classes, only=never),
                map_purity(first.xy, data.classes, only=never),
                map_purity(second.xy, data.classes, only=never),
                second.median_move,
            )
            found.append([float(value or 0) for value in measured])
        means = np.mean(found, axis=0)
        kept &= bool(means[1] > means[0] and means[3] > means[2])
        table.add_row(name, *(f"{value:.4f}" for value in means[:4]), f"{means[4]:.3f}")
    console.print(table)
    return kept


def tiled(embeddings: Floats, count: int) -> tuple[Floats, Ints]:
    """(count, D) embeddings between real ones, and the real one that each is nearest to."""
    rng = np.random.default_rng(0)
    source = np.arange(count, dtype=np.int64) % len(embeddings)
    near = nearest_neighbours(embeddings).indices[source]
    made = embeddings[source]
    for _ in range(2):
        towards = embeddings[near[np.arange(count), rng.integers(near.shape[1], size=count)]]
        made = made + rng.uniform(0, 0.7, (count, 1)).astype(np.float32) * (towards - embeddings[source])
    return made.astype(np.float32), source


def hidden_layer(
    embeddings: Floats, classes: Ints, labelled: Ints, of: Floats, class_names: Sequence[str]
) -> Floats:
    trained = train_head(
        embeddings[labelled],
        classes[labelled],
        tuple(class_names),
        TrainingSettings(head=HeadKind.MLP),
        background=embeddings,
    )
    hidden = trained.stored.restore().hidden(of)
    assert hidden is not None
    return hidden


def timed(resident: Resident, function: str, *args: Any) -> tuple[tuple[float, float], Any]:
    """Wall seconds of the call and CPU seconds of the child."""
    before = cpu_seconds(resident)
    began = time.perf_counter()
    value = resident.call(ROOM + function, *args)
    return (time.perf_counter() - began, cpu_seconds(resident) - before), value


def cpu_seconds(resident: Resident) -> float:
    if resident.pid is None:
        return 0.0
    times = psutil.Process(resident.pid).cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    sys.exit(main())
