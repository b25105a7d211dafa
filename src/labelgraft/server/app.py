"""Puts the server together."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from labelgraft import __version__
from labelgraft.server import errors, static
from labelgraft.server.hub import Hub
from labelgraft.server.options import ServerOptions
from labelgraft.server.routes import (
    about,
    backbones,
    classes,
    demo,
    detectors,
    events,
    exports,
    images,
    imports,
    instances,
    jobs,
    map,
    models,
    operations,
    overview,
    pictures,
    places,
    predictions,
    projects,
    queue,
    runs,
    selection,
    session,
    training,
    uploads,
    verbs,
)
from labelgraft.server.security import Guard
from labelgraft.server.sessions import Sessions
from labelgraft.workbench.front_door import Workbench

PREFIX = "/api/v1"

ROUTERS: tuple[APIRouter, ...] = (
    about.router,
    session.links,
    projects.router,
    jobs.router,
    events.router,
    pictures.router,
    backbones.router,
    classes.router,
    images.router,
    selection.router,
    operations.router,
    queue.router,
    map.router,
    models.router,
    overview.router,
    predictions.router,
    detectors.router,
    runs.router,
    training.router,
    places.router,
    uploads.router,
    imports.router,
    instances.router,
    exports.router,
    demo.router,
    verbs.router,
)
"""Every resource, in the order of the documentation; each brings its own paths below PREFIX."""


def make_app(bench: Workbench, options: ServerOptions) -> FastAPI:
    """The application over an open workspace. Whoever opened the workspace closes it."""
    app = frame()
    sessions = Sessions(bench.folder, options.start_token)
    app.state.bench, app.state.options, app.state.sessions = bench, options, sessions
    app.state.hub = Hub(bench)
    app.include_router(session.router)
    static.install(app, static.Web())
    errors.install(app)
    app.add_middleware(Guard, options=options, sessions=sessions)
    return app


def frame() -> FastAPI:
    """The routes and their schema, without a workspace behind them."""
    app = FastAPI(
        title="Labelgraft",
        version=__version__,
        summary="Label images in bulk by transfer learning.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        telemetry={"tracing": False},
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
        webhooks=events.kinds,
    )
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    return app
