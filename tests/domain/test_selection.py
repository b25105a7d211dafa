"""Lassoes: which points lie inside."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labelgraft.domain.selection import inside_lasso, inside_rectangle

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
coordinate = st.floats(-2, 3, width=32)
points = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=20)


@given(points)
def test_a_square_holds_what_lies_between_its_edges(drawn: list[tuple[float, float]]) -> None:
    xy = np.array(drawn, np.float32)
    expected = (xy[:, 0] >= 0) & (xy[:, 0] < 1) & (xy[:, 1] >= 0) & (xy[:, 1] < 1)
    assert (inside_lasso(SQUARE, xy) == expected).all()


@given(points, st.integers(0, 3))
def test_it_does_not_matter_at_which_corner_a_lasso_begins_or_which_way_it_goes(
    drawn: list[tuple[float, float]], start: int
) -> None:
    xy = np.array(drawn, np.float32)
    turned = SQUARE[start:] + SQUARE[:start]
    assert (inside_lasso(SQUARE, xy) == inside_lasso(turned, xy)).all()
    assert (inside_lasso(SQUARE, xy) == inside_lasso(turned[::-1], xy)).all()


@given(points)
def test_two_lassoes_that_share_an_edge_never_both_hold_a_point(drawn: list[tuple[float, float]]) -> None:
    xy = np.array(drawn, np.float32)
    right = tuple((x + 1, y) for x, y in SQUARE)
    both = inside_lasso(SQUARE, xy) & inside_lasso(right, xy)
    wide = inside_lasso(((0, 0), (2, 0), (2, 1), (0, 1)), xy)
    assert not both.any()
    assert (inside_lasso(SQUARE, xy) | inside_lasso(right, xy) == wide).all()


def test_a_lasso_that_crosses_itself_holds_by_the_even_odd_rule() -> None:
    bow = ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0))
    xy = np.array([[0.1, 0.5], [0.9, 0.5], [0.5, 0.9]], np.float32)
    assert inside_lasso(bow, xy).tolist() == [True, True, False]


def test_a_rectangle_may_be_drawn_from_any_corner_and_holds_its_edges() -> None:
    points = np.array([[0, 0], [1, 1], [0.5, 2], [2, 0.5], [0.5, 0.5]], np.float32)
    for corners in ((0, 0, 1, 1), (1, 1, 0, 0), (0, 1, 1, 0)):
        assert inside_rectangle(corners, points).tolist() == [True, True, False, False, True]
