"""Numbers looked up among ordered numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labelgraft.domain.lookup import rows_of

numbers = st.lists(st.integers(-5, 30), max_size=15)


@given(st.sets(st.integers(-5, 30), max_size=15), numbers)
def test_rows_point_at_the_wanted_numbers_that_are_known_and_at_no_other(
    known: set[int], wanted: list[int]
) -> None:
    ordered = np.array(sorted(known), np.int64)
    asked = np.array(wanted, np.int64)
    row, there = rows_of(ordered, asked)
    assert there.tolist() == [number in known for number in wanted]
    assert ordered[row].tolist() == asked[there].tolist()
