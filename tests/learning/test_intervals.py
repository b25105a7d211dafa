"""Intervals of measured shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelgraft.learning.intervals import wilson


def test_wilson_intervals_are_the_published_ones() -> None:
    ten, hundred, half = wilson(9, 10), wilson(90, 100), wilson(5, 10)
    assert (round(ten.low, 2), round(ten.high, 2)) == (0.60, 0.98)
    assert (round(hundred.low, 2), round(hundred.high, 2)) == (0.83, 0.94)
    assert half.low == pytest.approx(0.2366, abs=1e-4)
    assert half.high == pytest.approx(0.7634, abs=1e-4)


def test_nothing_but_hits_or_misses_reaches_the_end() -> None:
    assert wilson(20, 20).high == 1.0
    assert wilson(0, 20).low == 0.0
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


@given(count=st.integers(0, 500), share=st.floats(0, 1))
def test_an_interval_holds_its_value_and_lies_between_0_and_1(count: int, share: float) -> None:
    for successes in (round(share * count), share * count):
        found = wilson(successes, count)
        assert 0 <= found.low <= found.value <= found.high <= 1
