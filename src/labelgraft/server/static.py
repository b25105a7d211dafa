"""The built web application: one page for every address of its own, and its files, which never change under a name."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from labelgraft.server import errors

FOLDER: Final = Path(__file__).with_name("web")
"""Filled by `make web`; the wheel brings it."""
FOREVER: Final = "public, max-age=31536000, immutable"
TYPES: Final = {
    ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json", ".json": "application/json", ".png": "image/png", ".ico": "image/x-icon",
    ".webp": "image/webp", ".txt": "text/plain; charset=utf-8",
}  # fmt: skip
"""What files are served as, whatever the machine's own tables say."""
ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""Compressed twins that the build may have put beside a file, the smaller first."""

NOT_BUILT: Final = """<!doctype html>
<html lang="en">
<title>Labelgraft: the web application is not built</title>
<h1>The web application is not built</h1>
<p>This is a copy of the source code. Build the web application once, with Node 20 or later:</p>
<pre>make web</pre>
<p>Then load this page again. A package installed with pip brings it built. The interface for programs works without it.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the build as it is sent."""

    path: Path
    encoding: str | None


class Web:
    """The files of one build, found once; nothing else can be asked for."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._files: dict[str, Path] = {}
        self._page: tuple[float, str] | None = None

    def page(self) -> Response:
        """The one page of the application, or what to do where it was not built."""
        index = self._folder / "index.html"
        try:
            changed = index.stat().st_mtime
            if self._page is None or self._page[0] != changed:
                self._page = (changed, index.read_text(encoding="utf-8"))
                self._files = {
                    path.relative_to(self._folder).as_posix(): path
                    for path in self._folder.rglob("*")
                    if path.is_file()
                }
        except FileNotFoundError:
            return HTMLResponse(NOT_BUILT, 503)
        return HTMLResponse(self._page[1])

    def file(self, name: str, accepted: str) -> File | None:
        """A file of the build by its path, in the smallest form that the browser takes; None if there is none."""
        if not self._files:
            self.page()
        path = self._files.get(name)
        if path is None or path.name == "index.html":
            return None
        for encoding, ending in ENCODINGS:
            twin = self._files.get(name + ending)
            if twin is not None and encoding in accepted:
                return File(twin, encoding)
        return File(path, None)


def install(app: FastAPI, built: Web) -> None:
    """Let the application's files answer whatever no route does."""

    async def otherwise(scope: Scope, receive: Receive, send: Send) -> None:
        await answer_for(built, Request(scope))(scope, receive, send)

    app.router.default = otherwise
    app.router.redirect_slashes = False


def answer_for(built: Web, request: Request) -> Response:
    """A file of the build, else the page: the application reads the address itself."""
    path = request.url.path.removeprefix("/")
    if path.startswith("api/") or request.method not in {"GET", "HEAD"}:
        return errors.answer(404, "not-found", "There is no such route.")
    found = built.file(path, request.headers.get("accept-encoding", ""))
    if found is not None:
        return sent(found, path)
    if "." in path.rpartition("/")[2]:
        return errors.answer(404, "not-found", "There is no such file.")
    return built.page()


def sent(file: File, name: str) -> Response:
    """A file as an answer; those whose name holds a digest may be kept for ever."""
    suffix = Path(name).suffix
    kind = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Vary": "Accept-Encoding"}
    if file.encoding:
        headers["Content-Encoding"] = file.encoding
    headers["Cache-Control"] = FOREVER if name.startswith("assets/") else "no-cache"
    return Response(file.path.read_bytes(), media_type=kind, headers=headers)
