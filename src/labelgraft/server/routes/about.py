"""The server itself: its version, limits and settings; and what there is to choose from."""

from __future__ import annotations

from labelgraft import __version__
from labelgraft.server.dependencies import Bench, Options
from labelgraft.server.resource import resource
from labelgraft.server.schemas.about import About, FormatFacts, Health, Limits, SettingFacts
from labelgraft.workbench.facts import list_formats as formats
from labelgraft.workbench.facts import settings_facts

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


@router.get("/settings", operation_id="list_settings")
def list_settings(bench: Bench) -> list[SettingFacts]:
    """Every setting with its value; they are changed in labelgraft.toml or the environment, and read at the start."""
    return [SettingFacts.model_validate(each) for each in settings_facts(bench.settings)]


@router.get("/formats", operation_id="list_formats")
def list_formats() -> list[FormatFacts]:
    """The formats that are read and written."""
    return [FormatFacts.model_validate(each) for each in formats()]
