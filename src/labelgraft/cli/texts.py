"""Words and numbers as a person types and reads them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from labelgraft.errors import BadSetting


def comma_names(text: str) -> tuple[str, ...]:
    """ "cat, dog" as ("cat", "dog"); empty parts are dropped."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def comma_numbers(text: str, option: str) -> tuple[int, ...]:
    """ "3,17,20-22" as (3, 17, 20, 21, 22). Raises BadSetting naming the option."""
    numbers: list[int] = []
    for part in comma_names(text):
        first, dash, last = part.partition("-")
        try:
            numbers.extend(range(int(first), int(last if dash else first) + 1))
        except ValueError:
            raise BadSetting(
                f"{option}: found {part!r}, expected numbers such as 3,17,20-22. Nothing was done."
            ) from None
    return tuple(numbers)


def comma_points(text: str, option: str) -> tuple[tuple[float, float], ...]:
    """ "0,0 1,0 1,1" as three points. Raises BadSetting with fewer than three."""
    try:
        points = tuple((float(x), float(y)) for x, y in (point.split(",") for point in text.split()))
    except ValueError:
        points = ()
    if len(points) < 3:
        raise BadSetting(
            f'{option}: found {text!r}, expected three or more corners such as "0,0 1,0 1,1" in map units. '
            "Nothing was done."
        )
    return points


def percent(part: int, whole: int) -> str:
    """A share with one digit."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def counted(number: int, noun: str, several: str | None = None) -> str:
    """ "1 image", "1,200 images"."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def below_one_folder(paths: Sequence[str]) -> tuple[str, list[str]]:
    """The folder that holds all of these files, and their paths as seen from it."""
    folder = os.path.commonpath([os.path.dirname(path) for path in paths]) if paths else ""  # noqa: PTH120
    start = os.path.join(folder, "")  # noqa: PTH118
    return folder, [path.removeprefix(start) for path in paths]
