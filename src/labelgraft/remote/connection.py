"""One line to a running server: sends requests, gives JSON, raises the errors that the server raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

import httpx2

from labelgraft import errors
from labelgraft.workbench.door import Door

PREFIX = "/api/v1"
SECONDS = 300.0
"""The longest to wait for an answer: some verbs compute before they answer."""

KINDS: Mapping[str, type[errors.LabelgraftError]] = {
    "bad-input": errors.BadInput,
    "unknown-place": errors.BadInput,
    "bad-format": errors.BadFormat,
    "bad-setting": errors.BadSetting,
    "unknown-number": errors.UnknownNumber,
    "already-exists": errors.AlreadyExists,
    "too-large": errors.TooLarge,
    "not-enough-labels": errors.NotEnoughLabels,
    "nothing-labelled": errors.NothingLabelled,
    "conflict": errors.Conflict,
    "stale-revision": errors.Conflict,
    "workspace-unwritable": errors.WorkspaceUnwritable,
    "workspace-damaged": errors.WorkspaceDamaged,
    "unreachable": errors.Unreachable,
    "missing-extra": errors.MissingExtra,
    "job-cancelled": errors.JobCancelled,
    "job-failed": errors.JobFailed,
    "training-diverged": errors.TrainingDiverged,
    "out-of-memory": errors.OutOfMemory,
    "invalid-request": errors.BadInput,
}
"""What an error's code is raised as; those not named are raised by the status."""


class SaidUnknown(errors.UnknownName):
    """Nothing has that name; the server's own sentence, with near names."""

    def __init__(self, said: str) -> None:
        errors.LabelgraftError.__init__(self, said)


class Connection:
    """Use it as a context manager, or call close."""

    def __init__(self, door: Door) -> None:
        self.address = door.address.rstrip("/")
        # The server is on this machine: no proxy that the environment names has a part in it.
        self._client = httpx2.Client(
            base_url=self.address + PREFIX, headers={"Authorization": f"Bearer {door.token}"}, timeout=SECONDS,
            trust_env=False,
        )  # fmt: skip

    def get(self, path: str, **query: Any) -> Any:
        """What a route answers. Raises what the server raised; Unreachable if nobody answers."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._told(self._send("GET", path, params=given)).json()

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Change something; key: names the change, so that a second sending does nothing. None where nothing comes back."""
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = self._told(self._send(method, path, json=body, headers=headers))
        return answer.json() if answer.content else None

    def pieces(self, path: str) -> Iterator[bytes]:
        """What a route sends piece by piece. Raises what the server raised; Unreachable if it breaks off."""
        try:
            with self._client.stream("GET", path) as answer:
                if not answer.is_success:
                    answer.read()
                yield from self._told(answer).iter_bytes()
        except httpx2.TransportError as error:
            raise errors.Unreachable(f"{self.address}: the answer broke off ({error}). Try again.") from error

    def _send(self, method: str, path: str, **how: Any) -> httpx2.Response:
        try:
            return self._client.request(method, path, **how)
        except httpx2.TransportError as error:
            raise errors.Unreachable(
                f"{self.address}: no answer ({error}). Whether the last change was made is not known. "
                "Start the server again: labelgraft serve"
            ) from error

    def _told(self, answer: httpx2.Response) -> httpx2.Response:
        if answer.is_success:
            return answer
        try:
            error = answer.json()["error"]
            code, message = str(error["code"]), str(error["message"])
        except (ValueError, KeyError, TypeError):
            raise errors.Unreachable(
                f"{self.address}: this is no Labelgraft server ({answer.status_code})."
            ) from None
        raise error_of(code, message, answer.status_code)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def error_of(code: str, message: str, status: int) -> errors.LabelgraftError:
    """The error that the server raised."""
    if code == "unknown-name":
        return SaidUnknown(message)
    if code in KINDS:
        return KINDS[code](message)
    if status == 401:
        return errors.Unreachable(
            "The server does not know this token. It is in the file server.token of the workspace."
        )
    return errors.LabelgraftError(message)
