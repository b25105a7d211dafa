"""What people type after an option."""

from __future__ import annotations

import pytest

from labelgraft.cli.progress import rate_text
from labelgraft.cli.texts import below_one_folder, comma_names, comma_numbers, comma_points, counted
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


def test_counts_of_one_are_singular() -> None:
    assert [counted(n, "image") for n in (0, 1, 1200)] == ["0 images", "1 image", "1,200 images"]
    assert counted(2, "class", "classes") == "2 classes"


def test_files_are_shown_as_seen_from_the_folder_that_holds_them_all() -> None:
    assert below_one_folder(["/a/b/c.jpg", "/a/b/d/e.jpg"]) == ("/a/b", ["c.jpg", "d/e.jpg"])
    assert below_one_folder(["/a/b/c.jpg"]) == ("/a/b", ["c.jpg"])
    assert below_one_folder([]) == ("", [])


@pytest.mark.parametrize(
    ("rate", "text"), [(0.0, ""), (0.25, "0.2/s"), (9.96, "10.0/s"), (1234.5, "1,234/s")]
)
def test_a_rate_has_a_digit_where_it_is_slow(rate: float, text: str) -> None:
    assert rate_text(rate) == text
