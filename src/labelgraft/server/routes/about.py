"""The server itself: its version, limits and settings."""

from __future__ import annotations

from labelgraft import __version__
from labelgraft.server.dependencies import Bench, Options
from labelgraft.server.resource import resource
from labelgraft.server.schemas.about import About, Health, Limits

router = resource("about")


@router.get("/health", operation_id="health")
async def health() -> Health:
    """Whether the server answers; the only route without a session."""
    return Health(ok=True, version=__version__)


@router.get("/about", operation_id="about")
def about(bench: Bench, options: Options) -> About:
    """Version, workspace, limits, and the folders from which images can be taken."""
    return About(
        version=__version__,
        workspace=str(bench.folder),
        person=bench.person.name,
        roots=[str(root) for root in options.roots],
        limits=Limits(
            body_bytes=options.body_bytes,
            image_megapixels=bench.settings.max_image_mpx,
            image_megabytes=bench.settings.max_image_mb,
        ),
    )
