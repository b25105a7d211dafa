"""Tables from strangers: encoding, delimiter and header are found out; cells that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labelgraft.errors import BadFormat
from labelgraft.formats.json_text import MAX_DOCUMENT_BYTES, MEND, NOTHING, read_bytes

# A spreadsheet runs a cell that starts so. Source: OWASP, CSV Injection.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_QUOTED_FORMULA = re.compile(r"''*[=+\-@\t\r\n＝＋－＠]")
DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_ROWS = 50


@dataclass(frozen=True, slots=True)
class Table:
    """rows: (line number of its first line, cells), the first row being the header if the file has one."""

    path: Path
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(path: Path, delimiter: str | None = None) -> Table:
    """All rows that are not empty. Raises: BadFormat with file and line."""
    text = _decode(path, read_bytes(path, MAX_DOCUMENT_BYTES))
    delimiter = delimiter or _sniff_delimiter(text)
    spaced = _is_spaced(text, delimiter)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=spaced
    )
    rows = list[tuple[int, tuple[str, ...]]]()
    line = 1
    try:
        for cells in reader:
            if any(cells):
                rows.append((line, tuple(cells)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadFormat(f"{path}, line {line}: the row cannot be read ({error}). {NOTHING} {MEND}") from None
    return Table(path, tuple(rows))


def render_rows(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """UTF-8 lines of a table with commas."""
    buffer = io.StringIO(newline="")
    plain = csv.writer(buffer, lineterminator="\n")
    quoted = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:  # a bare carriage return would end the row, and Python 3.11 does not quote it by itself
        (quoted if any("\r" in cell for cell in row) else plain).writerow(row)
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def is_formula(cell: str) -> bool:
    """True if a spreadsheet may run the cell."""
    return _FORMULA.match(cell) is not None


def neutralise(cell: str) -> str:
    """The cell with a quote before what a spreadsheet would run; `restore` takes it off again."""
    return "'" + cell if is_formula(cell) else cell


def restore(cell: str) -> str:
    """The cell as it was before `neutralise`."""
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def _decode(path: Path, data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded(path, data, encoding)
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise BadFormat(f"{path}, line {line}: found a zero byte, expected a text table. {NOTHING} {MEND}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(path, data, "cp1252")


def _decoded(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFormat(
            f"{path}, line {line}: byte {error.start + 1} is neither UTF-8 nor Windows text (cp1252). "
            f"{NOTHING} "
            "Save the table as CSV UTF-8."
        ) from None


def _is_spaced(text: str, delimiter: str) -> bool:
    """True if every header cell but the first starts with a space, as in `path, label`."""
    first = next(csv.reader(io.StringIO(text[: 1 << 16], newline=""), delimiter=delimiter), [])
    return len(first) > 1 and all(cell.startswith(" ") for cell in first[1:])


def _sniff_delimiter(text: str) -> str:
    """The delimiter that cuts most rows into equally many cells, two or more; the comma if none does."""
    head = text[: 1 << 16]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = _widths(head, delimiter)
        if not widths or widths[0] < 2:
            continue
        same = sum(width == widths[0] for width in widths) / len(widths)
        if same > best_score:
            best, best_score = delimiter, same
    return best


def _widths(head: str, delimiter: str) -> list[int]:
    widths = list[int]()
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            if row:
                widths.append(len(row))
            if len(widths) == _SNIFFED_ROWS:
                break
    except csv.Error:
        return widths[:-1]
    return widths
