"""Which devices torch can compute on."""

from __future__ import annotations


def describe_devices() -> str:
    """Graphics cards by name, or that the processor does the work."""
    import torch

    if torch.cuda.is_available():
        names = (torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count()))
        return "cuda: " + ", ".join(names)
    if torch.backends.mps.is_available():
        return "mps (Apple)"
    return "none; the processor does the work, which is enough"


def list_devices() -> tuple[str, ...]:
    """The names of devices that a training may be told: auto and cpu always, each graphics card where there is one."""
    import torch

    cards = tuple(f"cuda:{number}" for number in range(torch.cuda.device_count()))
    return ("auto", "cpu", *cards, *(("mps",) if torch.backends.mps.is_available() else ()))
