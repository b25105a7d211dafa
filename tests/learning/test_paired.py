"""Two answers on the same images: laws of the difference, and the test beside scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.errors import ShapeMismatch
from labelgraft.learning.paired import mcnemar, paired_difference

answers = st.integers(1, 200).flatmap(
    lambda count: st.tuples(*(st.lists(st.booleans(), min_size=count, max_size=count) for _ in range(2)))
)


@given(answers)
def test_the_difference_turned_round_is_the_difference_of_the_others(
    pair: tuple[list[bool], list[bool]],
) -> None:
    first, second = (np.array(each) for each in pair)
    one, other = paired_difference(first, second), paired_difference(second, first)
    assert one.value == pytest.approx(-other.value)
    assert one.low == pytest.approx(-other.high)
    assert one.p_value == pytest.approx(other.p_value)
    assert -1 <= one.low <= one.value <= one.high <= 1
    assert one.value == pytest.approx(first.mean() - second.mean())


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 400), st.integers(0, 400))
def test_the_p_value_is_that_of_the_exact_binomial_test(only_first: int, only_second: int) -> None:
    from scipy.stats import binomtest

    total = only_first + only_second
    expected = binomtest(only_first, total).pvalue if total else 1.0
    assert mcnemar(only_first, only_second) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_the_interval_holds_the_true_difference_in_about_ninety_five_of_a_hundred_draws() -> None:
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(1000):
        draw = rng.random(80)  # first right on 90 %, second on 80 %, both on 75 %
        first, second = draw < 0.9, (draw < 0.75) | (draw > 0.95)
        found = paired_difference(first, second)
        inside += found.low <= 0.1 <= found.high
    assert 0.93 <= inside / 1000 <= 0.98


def test_the_interval_grows_narrow_with_more_images() -> None:
    widths = []
    for count in (20, 200, 2000):
        first = np.arange(count) % 10 != 0
        found = paired_difference(first, np.roll(first, 1))
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)


def test_answers_on_other_images_are_not_compared() -> None:
    with pytest.raises(ShapeMismatch):
        paired_difference(np.ones(3, bool), np.ones(4, bool))
    with pytest.raises(ShapeMismatch):
        paired_difference(np.ones(0, bool), np.ones(0, bool))
