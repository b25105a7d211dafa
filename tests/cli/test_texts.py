"""What people type after an option."""

from __future__ import annotations

import pytest

from labelgraft.cli.texts import comma_names, comma_numbers, comma_points
from labelgraft.errors import BadSetting


def test_numbers_may_be_listed_and_given_as_ranges() -> None:
    assert comma_numbers("3, 17,20-22", "--images") == (3, 17, 20, 21, 22)


@pytest.mark.parametrize("text", ["3,x", "1-", "a-b"])
def test_a_number_that_is_none_is_refused_with_the_option_and_what_was_found(text: str) -> None:
    with pytest.raises(BadSetting, match="--images: found"):
        comma_numbers(text, "--images")


def test_names_lose_the_space_around_them() -> None:
    assert comma_names(" cat, hot dog ,,") == ("cat", "hot dog")


@pytest.mark.parametrize("text", ["", "0,0 1,1", "0,0 1 1,1", "a,b c,d e,f"])
def test_a_lasso_needs_three_corners(text: str) -> None:
    with pytest.raises(BadSetting, match="three or more corners"):
        comma_points(text, "--lasso")


def test_corners_are_pairs() -> None:
    assert comma_points("0,0 1,0 1,1.5", "--lasso") == ((0, 0), (1, 0), (1, 1.5))
