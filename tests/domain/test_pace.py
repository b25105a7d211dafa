"""Seconds per label: breaks are not work, and the first gesture of a sitting has no time of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelgraft.domain.pace import IDLE_SECONDS, TimedGesture, pace_of, spans, told


def sitting(gaps: list[float], labels: list[int], *, proposals: bool = False) -> list[TimedGesture]:
    moment, made = 1000.0, [TimedGesture(1000.0, 1, proposals)]
    for gap, count in zip(gaps, labels, strict=True):
        moment += gap
        made.append(TimedGesture(moment, count, proposals))
    return made


def test_ten_labels_at_three_seconds_leave_so_many_hours() -> None:
    pace = pace_of([sitting([3.0] * 10, [1] * 10)], remaining=1200)
    assert (pace.one_by_one, pace.one_by_one_gestures) == (3.0, 10)
    assert pace.hours_left_one_by_one == pytest.approx(1.0)
    assert pace.hours_left_with_proposals is None
    assert pace.words == "1,200 images are left: one by one a label takes 3.0 s, so 60 minutes for the rest."


def test_bulk_gestures_under_proposals_share_their_time_among_their_images() -> None:
    pace = pace_of([sitting([20.0] * 6, [40] * 6, proposals=True)], remaining=100)
    assert pace.with_proposals == pytest.approx(0.5)
    assert pace.one_by_one is None
    assert pace.hours_left_with_proposals == pytest.approx(50 / 3600)


@given(
    st.lists(st.tuples(st.floats(0.1, IDLE_SECONDS - 1), st.integers(1, 50)), min_size=5, max_size=30),
    st.integers(1, 4), st.floats(IDLE_SECONDS + 1, 1e6),
)  # fmt: skip
def test_a_break_changes_nothing_but_the_gesture_after_it(
    work: list[tuple[float, int]], place: int, away: float
) -> None:
    gaps, labels = [gap for gap, _ in work], [count for _, count in work]
    with_break = gaps.copy()
    with_break[place] = away
    kept = [(span.seconds, span.labels) for span in spans(sitting(with_break, labels))]
    expected = [pair for at, pair in enumerate(zip(gaps, labels, strict=True)) if at != place]
    assert len(kept) == len(expected)
    for (seconds, count), (gap, label) in zip(kept, expected, strict=True):
        assert seconds == pytest.approx(gap, abs=1e-6)
        assert count == label


def test_a_clock_set_back_and_too_few_gestures_tell_nothing() -> None:
    assert spans([TimedGesture(50.0, 1, False), TimedGesture(10.0, 1, False)]) == []
    few = pace_of([sitting([2.0] * 4, [1] * 4)], remaining=10)
    assert few.one_by_one is None
    assert "Label a few images" in few.words
    assert pace_of([], remaining=0).words == "Every image is answered."


def test_two_people_are_not_each_others_pause() -> None:
    """A second person's gestures between those of the first would halve the times."""
    pace = pace_of([sitting([4.0] * 6, [1] * 6), sitting([8.0] * 6, [1] * 6)], remaining=1)
    assert pace.one_by_one == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 second"), (40, "40 seconds"), (600, "10 minutes"), (9000, "2.5 hours")]
)
def test_times_are_told_in_the_unit_that_fits(seconds: float, words: str) -> None:
    assert told(seconds) == words
