"""A picture of one round of the map, for notebooks, the README and `map --png`.

Drawn with matplotlib's objects, never through pyplot: no window, no global state. matplotlib is optional and
loaded when a picture is asked for.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.map import Island
from labelgraft.domain.project import CLASS_COLOURS
from labelgraft.errors import MissingExtra, ShapeMismatch
from labelgraft.learning.figure_names import place_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEGEND_ENTRIES = 18
UNLABELLED = "unlabelled"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of the ground, of text, of images without a class; opacity of these."""

    ground: str
    text: str
    faint_text: str
    unlabelled: str
    unlabelled_alpha: float


LIGHT = Palette("#ffffff", "#1d232b", "#5f6975", "#aab2bc", 0.55)
DARK = Palette("#12161c", "#eef1f5", "#98a3b0", "#66707c", 0.60)


def draw_map(
    xy: Floats,
    classes: Ints | None = None,
    class_names: Sequence[str] = (),
    *,
    class_colours: Sequence[str] = CLASS_COLOURS,
    islands: Sequence[Island] = (),
    title: str = "",
    subtitle: str = "",
    palette: Palette = LIGHT,
    size_px: tuple[int, int] = (1400, 1000),
    dpi: int = 150,
) -> Figure:
    """The map as a matplotlib Figure: images coloured by class, island names on them, the legend beside.

    Images without a class are grey and lie below. The others are drawn in a shuffled (always the same) order,
    so that no class hides another. A name that would cover another is moved next to its island, or left out.

    Args:
        xy: (N, 2) float32.
        classes: (N,) int64 in [0, len(class_names)), -1 for none; None when nothing is labelled.
        class_colours: #rrggbb by class, used in turn when there are more classes.
        size_px: width and height of the picture, in pixels.
    Raises: ShapeMismatch if the lengths differ; MissingExtra without matplotlib.
    """
    known = np.full(len(xy), -1, np.int64) if classes is None else classes
    if len(known) != len(xy):
        raise ShapeMismatch(f"classes has {len(known)} entries, expected {len(xy)}: one per image.")
    figure, axes = _empty(size_px, dpi, palette)
    _draw_points(axes, xy, known, class_colours, palette)
    _draw_titles(figure, title, subtitle, palette)
    _draw_legend(figure, known, class_names, class_colours, palette)
    with _any_script():
        place_names(axes, islands, colour=palette.text, halo=palette.ground)
    return figure


def save_png(figure: Figure, path: Path) -> None:
    """Write the picture beside and then rename, so that no half picture is ever seen."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with _any_script():
            figure.savefig(beside, format="png", dpi=figure.dpi, facecolor=figure.get_facecolor())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _any_script() -> Iterator[None]:
    """A name in a script that the bundled font lacks is drawn as boxes: no reason to warn or stop."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from font", UserWarning)
        yield


def _empty(size_px: tuple[int, int], dpi: int, palette: Palette) -> tuple[Figure, Axes]:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra(
            "The picture of a map needs matplotlib, which is not installed. Nothing was written. "
            "Install it with: pip install 'labelgraft[notebook]'"
        ) from error
    figure = Figure(figsize=(size_px[0] / dpi, size_px[1] / dpi), dpi=dpi, facecolor=palette.ground)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.03, 0.76, 0.86))
    axes.set_axis_off()
    axes.set_aspect("equal", adjustable="datalim")
    return figure, axes


def _draw_points(
    axes: Axes, xy: Floats, classes: Ints, class_colours: Sequence[str], palette: Palette
) -> None:
    size = float(np.clip(15_000 / max(len(xy), 1), 1.5, 42.0))
    bare: Bools = np.asarray(classes < 0, np.bool_)
    axes.scatter(
        xy[bare, 0], xy[bare, 1], s=size, c=palette.unlabelled, alpha=palette.unlabelled_alpha, linewidths=0
    )
    order = np.random.default_rng(0).permutation(np.flatnonzero(~bare))
    if len(order):
        colours = [class_colours[index % len(class_colours)] for index in classes[order].tolist()]
        axes.scatter(xy[order, 0], xy[order, 1], s=size * 1.15, c=colours, alpha=0.85, linewidths=0)
    if len(xy):
        # Strays far out must not press the rest into a corner of the picture.
        low, high = np.percentile(xy, [0.2, 99.8], axis=0)
        half = np.maximum((high - low) / 2, 0.1) + 0.06 * max(float((high - low).max()), 0.2)
        # Both lengths of the axes fit the page, or matplotlib would cut one off to keep circles round.
        page = axes.get_window_extent()
        half = np.maximum(half, half[::-1] * np.array([page.width / page.height, page.height / page.width]))
        middle = (low + high) / 2
        axes.set_xlim(float(middle[0] - half[0]), float(middle[0] + half[0]))
        axes.set_ylim(float(middle[1] - half[1]), float(middle[1] + half[1]))


def _draw_titles(figure: Figure, title: str, subtitle: str, palette: Palette) -> None:
    figure.text(
        0.03, 0.955, title, color=palette.text, fontsize=13, weight="bold", va="center", parse_math=False
    )
    figure.text(0.03, 0.915, subtitle, color=palette.faint_text, fontsize=9, va="center", parse_math=False)


def _draw_legend(
    figure: Figure, classes: Ints, names: Sequence[str], colours: Sequence[str], palette: Palette
) -> None:
    from matplotlib.lines import Line2D

    counts = np.bincount(classes[classes >= 0], minlength=len(names))
    shown = [int(index) for index in np.argsort(-counts, kind="stable") if counts[index]]
    entries = [(f"{names[i]}  {counts[i]:,}", colours[i % len(colours)]) for i in shown[:LEGEND_ENTRIES]]
    if len(shown) > LEGEND_ENTRIES:
        entries.append((f"{len(shown) - LEGEND_ENTRIES} more classes", palette.ground))
    if (classes < 0).any():
        entries.append((f"{UNLABELLED}  {int((classes < 0).sum()):,}", palette.unlabelled))
    handles = [Line2D([], [], linestyle="", marker="o", markersize=6, color=colour) for _, colour in entries]
    legend = figure.legend(
        handles,
        [label for label, _ in entries],
        loc="upper left",
        bbox_to_anchor=(0.79, 0.90),
        frameon=False,
        labelcolor=palette.text,
        fontsize=9,
        handletextpad=0.3,
        labelspacing=0.55,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
