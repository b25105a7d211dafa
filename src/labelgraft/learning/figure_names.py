"""Names on a drawn map: each near its island, none over another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from labelgraft.domain.map import Island

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

MOST_NAMES = 60
PADDING_PX = 3.0
RINGS = (0.0, 0.6, 1.1, 1.6)
"""How far from the centre a name may stand, in radii of its island."""
DIRECTIONS = (
    (0.0, 1.0),
    (0.0, -1.0),
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.7, 0.7),
    (-0.7, 0.7),
    (0.7, -0.7),
    (-0.7, -0.7),
)


def place_names(axes: Axes, islands: Sequence[Island], *, colour: str, halo: str) -> None:
    """Write the islands' names, larger islands first; a name that fits nowhere is left out."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patheffects import withStroke

    canvas = axes.figure.canvas
    if not islands or not isinstance(canvas, FigureCanvasAgg):
        return
    axes.apply_aspect()
    inside = axes.get_window_extent()
    taken: list[Bbox] = []
    for island in sorted(islands, key=lambda one: -one.image_count)[:MOST_NAMES]:
        text = axes.text(
            0.0, 0.0, name_of(island), color=colour, fontsize=9.5, weight="bold", ha="center", va="center",
            zorder=5, parse_math=False, path_effects=[withStroke(linewidth=3.0, foreground=halo)],
        )  # fmt: skip
        for place in _places(island):
            text.set_position(place)
            box = text.get_window_extent().padded(PADDING_PX)
            if _contains(inside, box) and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
        else:
            text.remove()


def name_of(island: Island) -> str:
    """The name, with the share of its class where some of its labels differ."""
    if island.purity is None or island.purity >= 0.995:
        return island.name
    return f"{island.name} · {100 * island.purity:.0f} %"


def _places(island: Island) -> Iterator[tuple[float, float]]:
    for ring in RINGS:
        for across, up in DIRECTIONS[: 1 if ring == 0.0 else None]:
            distance = ring * island.radius
            yield island.centre_x + across * distance, island.centre_y + up * distance


def _contains(outer: Bbox, inner: Bbox) -> bool:
    low = outer.x0 <= inner.x0 and outer.y0 <= inner.y0
    return bool(low and inner.x1 <= outer.x1 and inner.y1 <= outer.y1)
