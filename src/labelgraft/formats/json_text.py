"""JSON from strangers, read within limits or refused with its place; JSON of ours, always the same bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadFormat

MAX_FILE_BYTES = 1 << 30
MAX_DOCUMENT_BYTES = 512 << 20
MAX_LINE_BYTES = 64 << 20
MAX_DEPTH = 100
NOTHING = "Nothing was imported."


class BadJsonError(ValueError):
    """A text is not the JSON that we accept; `line` where the parser knows it, else 0."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def parse(text: str | bytes) -> Any:
    """The value of a JSON text. Raises: BadJsonError on syntax, NaN, infinite numbers, double keys, depth."""
    try:
        value = json.loads(
            text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_without_double_keys
        )
    except json.JSONDecodeError as error:
        raise BadJsonError(f"{error.msg} (column {error.colno})", error.lineno) from None
    except RecursionError:
        raise BadJsonError(f"is nested deeper than {MAX_DEPTH} levels") from None
    except UnicodeDecodeError as error:
        raise BadJsonError(f"is not UTF-8 text (byte {error.start + 1})") from None
    except ValueError as error:  # an integer of thousands of digits; or one of our own hooks
        raise (
            error if isinstance(error, BadJsonError) else BadJsonError("holds a number with too many digits")
        ) from None
    _check_depth(value)
    return value


def read_value(path: Path) -> Any:
    """The value in a JSON file. Raises: BadFormat, naming file and line."""
    try:
        return parse(without_bom(read_bytes(path, MAX_DOCUMENT_BYTES)))
    except BadJsonError as error:
        where = f"{path}, line {error.line}" if error.line else str(path)
        raise BadFormat(
            f"{where}: found text that {_as_clause(error)}, expected JSON. {NOTHING} {MEND}"
        ) from None


def read_document(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises: BadFormat, naming file and line."""
    value = read_value(path)
    if not isinstance(value, dict):
        raise BadFormat(f"{path}: found {kind_of(value)}, expected a JSON object {{...}}. {NOTHING} {MEND}")
    return value


def read_lines(path: Path, refused: list[RefusedFile]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number from 1, object) of each line of a JSON Lines file; bad lines are added to `refused`.

    Raises: BadFormat if the file is too large, or its first line is already no JSON object.
    """
    check_size(path, MAX_FILE_BYTES)
    good = 0
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES + 1), b""), start=1):
            if len(line) > MAX_LINE_BYTES:
                raise BadFormat(
                    f"{path}, line {number}: is longer than {MAX_LINE_BYTES >> 20} MiB. {NOTHING} {MEND}"
                )
            line = without_bom(line) if number == 1 else line
            if not line.strip():
                continue
            reason, value = _object_of(line)
            if value is not None:
                good += 1
                yield number, value
            else:
                refused.append(RefusedFile(f"{path.name}, line {number}", reason))
    if refused and not good:
        first = refused[0]
        raise BadFormat(
            f"{path}: no line could be read. {first.path}: {first.reason}. Expected one JSON object per "
            "line. "
            f"{NOTHING} {MEND}"
        )


def render_line(value: Any) -> bytes:
    """One line of JSON, UTF-8, in the order of the keys as they are."""
    return _encode(value, indent=None)


def render_document(value: Any) -> bytes:
    """A JSON file for people: one space of indent, UTF-8."""
    return _encode(value, indent=1)


def _encode(value: Any, *, indent: int | None) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair in a foreign text: UTF-8 cannot hold it, \udXXX can
        return json.dumps(value, allow_nan=False, indent=indent).encode() + b"\n"


MEND = "Correct the file, or write it again with the tool that made it."


def read_bytes(path: Path, limit: int) -> bytes:
    """The bytes of a file of at most `limit` bytes. Raises: BadFormat if larger or unreadable."""
    check_size(path, limit)
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFormat(f"{path}: {error.strerror or error}. {NOTHING} Check the path.") from error


def check_size(path: Path, limit: int) -> None:
    """Raises: BadFormat if the file is missing or larger than `limit` bytes."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadFormat(f"{path}: {error.strerror or error}. {NOTHING} Check the path.") from error
    if size > limit:
        raise BadFormat(
            f"{path}: found {size:,} bytes, expected at most {limit:,}. {NOTHING} Split the file and "
            "import its parts."
        )


def without_bom(data: bytes) -> bytes:
    """The bytes without the UTF-8 mark that Windows programs put first."""
    return data.removeprefix(b"\xef\xbb\xbf")


def kind_of(value: Any) -> str:
    """The JSON word for a value, for messages."""
    words: dict[type, str] = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return words.get(type(value), "nothing (null)" if value is None else "a number")


def _object_of(line: bytes) -> tuple[str, dict[str, Any] | None]:
    try:
        value = parse(line)
    except BadJsonError as error:
        return f"the line {_as_clause(error)}", None
    return (
        ("", value)
        if isinstance(value, dict)
        else (f"found {kind_of(value)}, expected an object {{...}}", None)
    )


def _as_clause(error: BadJsonError) -> str:
    text = str(error)
    return text if text.startswith(("is ", "holds ")) else f"is not JSON: {text}"


def _no_constant(name: str) -> NoReturn:
    raise BadJsonError(f"holds {name}, which is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadJsonError(f"holds {text[:20]}, which is too large a number")
    return number


def _without_double_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BadJsonError(f"holds the key {double[:60]!r} twice in one object")
    return made


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise BadJsonError(f"is nested deeper than {MAX_DEPTH} levels")
        level = (
            [
                child
                for node in level
                for child in (node.values() if isinstance(node, dict) else node)
                if isinstance(child, (dict, list))
            ]
            if isinstance(level[0], (dict, list))
            else []
        )
