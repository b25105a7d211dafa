"""Tables lose no text, whatever the width."""

from __future__ import annotations

import sys

import click
import pytest

from labelgraft.cli.table import print_table

COLUMNS = ["image", "made", "what", "nothing"]
LONG = "a sentence that is far too long for one line of a narrow terminal, so that it goes on"
ROWS = [("1482", "2026-01-01 10:00", LONG, None), ("7", "2026-01-02 11:30", "short", None)]


def printed(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    print_table("", COLUMNS, ROWS, spare=("made",))
    return [line.rstrip() for line in click.unstyle(capsys.readouterr().out).splitlines() if line.strip()]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(width, monkeypatch, capsys)
    assert max(map(len, lines)) <= width
    assert all(word in " ".join(lines) for word in LONG.split())
    assert "1482" in " ".join(lines)  # an id as it is typed: `--images 1,482` would name two images
    assert "nothing" not in lines[0]
    assert ("made" in " ".join(lines)) == (width > 40)


def test_what_is_no_terminal_gets_each_row_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("", COLUMNS, ROWS)
    assert any("1482" in line and LONG in line for line in capsys.readouterr().out.splitlines())
