"""Labelgraft labels images in bulk by transfer learning.

import labelgraft

bench = labelgraft.open("my-workspace")
pets = bench.project("pets")
pets.add_images("photos/")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labelgraft.remote.connect import connect
    from labelgraft.workbench.front_door import Workbench, open

__version__ = "0.1.0"
__all__ = ["Workbench", "__version__", "connect", "open"]


def __getattr__(name: str) -> Any:
    """Load the library's front door when it is first used: importing labelgraft itself stays quick."""
    if name in {"open", "Workbench"}:
        from labelgraft.workbench import front_door

        return getattr(front_door, name)
    if name == "connect":
        from labelgraft.remote import connect as module

        return module.connect
    raise AttributeError(f"module 'labelgraft' has no attribute {name!r}")
