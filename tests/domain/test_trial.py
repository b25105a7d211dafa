"""The few images that a model is tried on."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labelgraft.domain.arrays import Floats
from labelgraft.domain.trial import spread_over


@given(arrays(np.float32, st.integers(0, 60), elements=st.floats(0, 1, width=32)), st.integers(2, 20))
def test_the_tried_images_go_from_the_surest_to_the_least_sure(values: Floats, count: int) -> None:
    chosen = spread_over(values, count)
    assert len(set(chosen.tolist())) == len(chosen) == min(count, len(values))
    picked = values[chosen]
    assert (np.diff(picked) <= 0).all()
    if len(values):
        assert picked[0] == values.max()
        assert picked[-1] == values.min()
