"""Answers that cost seconds and do not change: computed once, kept while the workspace is open."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

Answer = TypeVar("Answer")

MOST = 64
"""Answers kept; the one that was not asked for longest gives way."""


class Kept:
    """Answers by key, from any thread. Two who ask for the same at once wait for one computation."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._turns: dict[Hashable, threading.Lock] = {}
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], Answer]) -> Answer:
        """The answer under a key, computed now if it is not kept. A computation that raises keeps nothing."""
        with self._guard:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            if self.has(key):
                return cast(Answer, self._touched(key))
            answer = compute()
            with self._guard:
                self._answers[key] = answer
                while len(self._answers) > self._most:
                    self._turns.pop(self._answers.popitem(last=False)[0], None)
            return answer

    def has(self, key: Hashable) -> bool:
        """True if the answer is there."""
        with self._guard:
            return key in self._answers

    def peek(self, key: Hashable) -> Any | None:
        """The answer if it is there, at once."""
        with self._guard:
            return self._answers.get(key)

    def _touched(self, key: Hashable) -> Any:
        with self._guard:
            self._answers.move_to_end(key)
            return self._answers[key]


class Newest:
    """One answer per key, with the version of the data that it was computed from. From any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._answers: dict[Hashable, tuple[Hashable, Any]] = {}

    def get(self, key: Hashable, version: Hashable | None, compute: Callable[[], Answer]) -> Answer:
        """The answer for this version; computed now if it is another one, or None, than that of the answer kept."""
        with self._guard:
            known = self._answers.get(key)
        if known is not None and version is not None and known[0] == version:
            return cast(Answer, known[1])
        answer = compute()
        if version is not None:
            with self._guard:
                self._answers[key] = (version, answer)
        return answer
