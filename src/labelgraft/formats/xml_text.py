"""XML from strangers, without entities, DTD or links; XML of ours, always the same bytes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from labelgraft.errors import BadFormat
from labelgraft.formats.json_text import MAX_DOCUMENT_BYTES, MEND, NOTHING, read_bytes

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NEVER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_xml(path: Path, *, limit: int = MAX_DOCUMENT_BYTES) -> Element:
    """The root element of a file. Raises: BadFormat for damaged XML, and for entities and DTDs, which nobody needs."""
    data = read_bytes(path, limit)
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise BadFormat(
            f"{path}: found a DTD or entities, which could fetch or swell; expected plain XML. {NOTHING} {MEND}"
        ) from None
    except ParseError as error:
        line = error.position[0] if getattr(error, "position", None) else 0
        where = f"{path}, line {line}" if line else str(path)
        raise BadFormat(f"{where}: found text that is not XML. {NOTHING} {MEND}") from None
    except (ValueError, LookupError, RecursionError) as error:
        raise BadFormat(f"{path}: this is not XML that can be read ({error}). {NOTHING} {MEND}") from None
    return root


def can_stand(text: str) -> bool:
    """Whether XML can hold the text at all: most control characters it cannot."""
    return _NEVER.search(text) is None


def xml_text(text: str) -> str:
    """The text as it stands between tags or in an attribute."""
    return escape(text, {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;", '"': "&quot;"})


def child_text(element: Element, name: str) -> str | None:
    """The text of the child, None if there is none."""
    found = element.find(name)
    return None if found is None else (found.text or "")
