"""Sessions of browsers: opened by a one-time token, kept over a restart of the server.

Only digests are kept, in a file that nobody else may read, so that labelling goes on after the server was started again.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
import time
from pathlib import Path

KEPT_SECONDS = 30 * 24 * 3600
MOST = 200
"""Sessions that are kept; the oldest go first."""


class Sessions:
    """Who has opened a session. Safe from any thread."""

    def __init__(self, folder: Path, start_token: str) -> None:
        # Cookies belong to a machine's name whatever the port, so each workspace has a name of its own for them.
        digest = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()
        self.cookie_name = f"labelgraft-{digest[:12]}"
        self._file = folder / "sessions.json"
        self._guard = threading.Lock()
        self._start_tokens = {_digest(start_token)}
        self._opened = self._read()

    def new_start_token(self) -> str:
        """A token that opens one more session, once."""
        token = secrets.token_urlsafe(24)
        with self._guard:
            self._start_tokens.add(_digest(token))
        return token

    def open(self, start_token: str) -> str | None:
        """A new session for a token that was not used yet: the secret for its cookie. None for any other token."""
        with self._guard:
            digest = _digest(start_token)
            if digest not in self._start_tokens:
                return None
            self._start_tokens.discard(digest)
            secret = secrets.token_urlsafe(32)
            self._opened[_digest(secret)] = time.time()
            self._write()
            return secret

    def knows(self, secret: str) -> bool:
        """Whether a session with that secret is open."""
        opened = self._opened.get(_digest(secret)) if secret else None
        return opened is not None and time.time() - opened < KEPT_SECONDS

    def _read(self) -> dict[str, float]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return {str(digest): float(opened) for digest, opened in found.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}  # without the file, or with a damaged one, every browser opens a new session

    def _write(self) -> None:
        newest = sorted(self._opened.items(), key=lambda each: each[1], reverse=True)[:MOST]
        self._opened = {digest: at for digest, at in newest if time.time() - at < KEPT_SECONDS}
        write_secret(self._file, json.dumps(self._opened))


def write_secret(path: Path, text: str) -> None:
    """Replace a file that only its owner may read."""
    beside = path.with_name(f"{path.name}.part")
    beside.unlink(missing_ok=True)
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    beside.replace(path)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
