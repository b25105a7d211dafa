"""Foreign paths understood, our own safe everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.formats import paths
from labelgraft.formats.paths import Names, folded, normal_path, portable_path


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a/b.jpg", "a/b.jpg"),
        ("./a//b.jpg", "a/b.jpg"),
        (".\\a\\b.jpg", "a/b.jpg"),
        ("C:\\a\\b.jpg", "C:/a/b.jpg"),
        ("\\\\server\\share\\b.jpg", "//server/share/b.jpg"),
        ("/a/./b.jpg", "/a/b.jpg"),
        ("https://x.org//a\\b", "https://x.org//a\\b"),
        (".", ""),
    ],
)
def test_paths_from_anywhere_get_one_spelling(given: str, expected: str) -> None:
    assert normal_path(given) == expected
    assert normal_path(expected) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a/b c.jpg", "a/b c.jpg"),
        ("/home/ann/secret/b.jpg", "b.jpg"),
        ("C:\\Users\\ann\\b.jpg", "b.jpg"),
        ("../../b.jpg", "b.jpg"),
        ("a/.git/b.jpg", "a/_git/b.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("aux/nul.txt.jpg", "_aux/_nul.txt.jpg"),
        ("a. /b.jpg", "a/b.jpg"),
        ("wh?t<is>this.jpg", "wh_t_is_this.jpg"),
        ("\u202egpj.exe", "_gpj.exe"),
        ("", "unnamed"),
    ],
)
def test_hostile_paths_become_safe_ones(given: str, expected: str) -> None:
    assert portable_path(given) == expected


def test_names_that_any_file_system_would_take_for_one_are_told_apart() -> None:
    names = Names(["labels.csv"])
    given = [
        "a.jpg",
        "A.jpg",
        "a.JPG",
        "é.jpg",
        "e\u0301.jpg",
        "labels.csv",
        "LABELS.CSV",
        "a-2.jpg",
        "x",
        "x/y.jpg",
        "x",
    ]
    got = [names.give(name) for name in given]
    assert len({folded(name) for name in got}) == len(given)
    assert got[:2] == ["a.jpg", "A-2.jpg"]
    files = {folded(name) for name in got}
    folders = {folded(name).rsplit("/", 1)[0] for name in got if "/" in name}
    assert not files & folders


def test_many_files_of_one_name_are_named_quickly() -> None:
    names = Names()
    assert [names.give("a.jpg") for _ in range(20_000)][-1] == "a-20000.jpg"


def test_a_file_and_a_folder_of_one_name_are_told_apart_by_a_portable_name() -> None:
    names = Names()
    wanted = ["_", "_/x.png", "_/x.png", "b/c.png", "b", "t/a.jpg", "t/a.jpg/x.png"]
    assert [names.give(path) for path in wanted] == [
        "_",
        "_x.png",
        "_x-2.png",
        "b/c.png",
        "b-2",
        "t/a.jpg",
        "t/a.jpg_x.png",
    ]


def test_a_numbered_long_name_is_not_cut_again() -> None:
    names = Names()
    for _ in range(12):
        given = names.give(portable_path("é" * 300 + ".jpg"))
        assert portable_path(given) == given


@settings(max_examples=500)
@given(path=st.text(alphabet="aZ09 _.+=,()@-/cCoOnNxlLpPtT1", max_size=40))
def test_names_that_need_no_close_look_would_stay_as_they_are(path: str) -> None:
    assert paths.portable_path(path) == paths._portable_path(path)


@pytest.mark.parametrize("path", ["con.jpg", "a/NUL/b.jpg", "a/com1.tar.png", "lpt9"])
def test_devices_of_windows_are_no_plain_names(path: str) -> None:
    assert portable_path(path) != path
