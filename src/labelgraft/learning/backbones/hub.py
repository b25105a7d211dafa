"""Fetches weights from where timm keeps them. The only place of the package that uses the network."""

from __future__ import annotations

import re
import socket
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from labelgraft.domain.backbone import Backbone
from labelgraft.errors import Unreachable
from labelgraft.learning.torchvision_compat import ensure_torchvision

TIMEOUT_SECONDS = 10


def fetch(backbone: Backbone) -> Path:
    """The weights file of a timm backbone, from the local cache of earlier fetches or from the hub.

    Raises: Unreachable, naming the address and the alternatives.
    """
    ensure_torchvision()
    import timm

    settings: Any = timm.get_pretrained_cfg(backbone.architecture)
    if settings.hf_hub_id:
        return _from_hub(backbone, settings.hf_hub_id)
    if settings.url:
        return _from_address(backbone, settings.url)
    raise Unreachable(
        f"Backbone {backbone.name}: timm knows no pretrained weights for {backbone.architecture}. "
        f"Nothing was loaded. Give a file with --weights FILE, or take random:{backbone.name}."
    )


def _from_hub(backbone: Backbone, repository: str) -> Path:
    import huggingface_hub
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    name = "model.safetensors"
    kept = huggingface_hub.try_to_load_from_cache(repository, name)
    if isinstance(kept, str):
        return Path(kept)
    address = f"{huggingface_hub.constants.ENDPOINT}/{repository}"
    if not _answers(address):
        raise _unreachable(backbone, address)
    try:
        return Path(huggingface_hub.hf_hub_download(repository, name, etag_timeout=TIMEOUT_SECONDS))
    except (HfHubHTTPError, OfflineModeIsEnabled, OSError) as error:
        raise _unreachable(backbone, address) from error


def _answers(address: str) -> bool:
    """Whether the host takes a connection: asked first, as the hub's own client retries for half a minute."""
    if urllib.request.getproxies():
        return True
    parts = urllib.parse.urlsplit(address)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), timeout=TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True


def _from_address(backbone: Backbone, address: str) -> Path:
    import torch

    name = address.rsplit("/", 1)[-1]
    place = Path(torch.hub.get_dir()) / "checkpoints" / name
    if place.exists():
        return place
    if not _answers(address):
        raise _unreachable(backbone, address)
    place.parent.mkdir(parents=True, exist_ok=True)
    digest = re.search(r"-([0-9a-f]{8,})\.", name)
    try:
        torch.hub.download_url_to_file(
            address, str(place), digest.group(1) if digest else None, progress=False
        )
    except (OSError, RuntimeError) as error:
        raise _unreachable(backbone, address) from error
    return place


def _unreachable(backbone: Backbone, address: str) -> Unreachable:
    return Unreachable(
        f"The weights of backbone {backbone.name} are at {address}, which this machine cannot reach; "
        "nothing was loaded. Give a file that you fetched elsewhere with --weights FILE, or use the backbone "
        "efficientnet-lite0, whose weights are installed."
    )
