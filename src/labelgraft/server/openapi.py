"""Prints the schema of the interface, the same text for the same code: `python -m labelgraft.server.openapi > FILE`."""

from __future__ import annotations

import json
import sys
from typing import Any

from labelgraft.server.app import frame


def schema() -> dict[str, Any]:
    """The OpenAPI schema; no workspace is needed for it."""
    return frame().openapi()


def text() -> str:
    """The schema as it is written into a file."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
