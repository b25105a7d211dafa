"""What a format could not hold of the instances of images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance, Loss, Severity
from labelgraft.domain.shapes.shape import kind_of

EXAMPLES = 5
# Under this name extras keep how a foreign tool spelled what we also know ("labels": ["cat"] for one class):
# the same spelling is written again while it still says the same. Losing it loses nothing.
AS_WRITTEN = "(as written)"
NO_SHAPES = "this format holds none"

Pair = tuple[DatasetImage, DatasetImage, tuple[int, ...]]
"""An image before and after, and of each instance afterwards its index before."""


def instance_losses(
    pairs: Sequence[Pair], reasons: Sequence[Mapping[int, str]], before: Dataset, after: Dataset
) -> Iterator[Loss]:
    """reasons: per pair, index of an instance -> why it is not written."""
    yield from _left_out(pairs, reasons)
    for severity, what, differs in _KINDS:
        found = [
            f"{old.path}: {told}"
            for old, new, origins in pairs
            for at, one in zip(origins, new.instances, strict=True)
            if (told := differs(old.instances[at], one)) is not None
        ]
        if found:
            yield loss(severity, what, found)
    unfinished = [old.path for old, new, _ in pairs if old.finished != new.finished]
    if unfinished:
        yield loss(Severity.NOTE, "whether an image is finished is not written", unfinished)
    skeletons = [name for name, one in before.skeletons.items() if after.skeletons.get(name) != one]
    if skeletons:
        yield loss(Severity.NOTE, "skeletons not kept as they are", skeletons)


def loss(severity: Severity, what: str, found: Sequence[str]) -> Loss:
    """One kind of loss with its first examples."""
    return Loss(severity, what, len(found), tuple(found[:EXAMPLES]))


def details(extras: Mapping[str, Any], name: str) -> Any:
    """What a format keeps, without how it was spelled."""
    kept = extras.get(name) or {}
    return {k: v for k, v in kept.items() if k != AS_WRITTEN} if isinstance(kept, Mapping) else kept


def _left_out(pairs: Sequence[Pair], reasons: Sequence[Mapping[int, str]]) -> Iterator[Loss]:
    found: dict[str, list[str]] = {}
    for (old, _, origins), why in zip(pairs, reasons, strict=True):
        kept = set(origins)
        for at, one in enumerate(old.instances):
            if at not in kept:
                told = f"{old.path}: {kind_of(one.shape).value} of {one.class_name}"
                found.setdefault(why.get(at, NO_SHAPES), []).append(told)
    for reason, examples in found.items():
        yield loss(Severity.WARNING, f"shapes left out: {reason}", examples)


def _class(old: DatasetInstance, new: DatasetInstance) -> str | None:
    return None if old.class_name == new.class_name else f"{old.class_name!r} -> {new.class_name!r}"


def _kind(old: DatasetInstance, new: DatasetInstance) -> str | None:
    before, after = kind_of(old.shape), kind_of(new.shape)
    return None if before is after else f"{before.value} -> {after.value}"


def _place(old: DatasetInstance, new: DatasetInstance) -> str | None:
    if kind_of(old.shape) is not kind_of(new.shape) or old.shape == new.shape:
        return None
    return f"{kind_of(old.shape).value} of {old.class_name}"


def _flags(old: DatasetInstance, new: DatasetInstance) -> str | None:
    lost = [
        name
        for name in ("occluded", "truncated", "difficult")
        if getattr(old.traits, name) != getattr(new.traits, name)
    ]
    return ", ".join(lost) if lost else None


def _attributes(old: DatasetInstance, new: DatasetInstance) -> str | None:
    lost = [name for name, _ in set(old.traits.attributes) - set(new.traits.attributes)]
    return ", ".join(sorted(lost)) if lost else None


def _extras(old: DatasetInstance, new: DatasetInstance) -> str | None:
    lost = [name for name in old.extras if details(old.extras, name) != details(new.extras, name)]
    return ", ".join(lost) if lost else None


def _unequal(
    of: Callable[[DatasetInstance], Any],
) -> Callable[[DatasetInstance, DatasetInstance], str | None]:
    return lambda old, new: None if of(old) == of(new) else old.class_name


_KINDS: Iterable[tuple[Severity, str, Callable[[DatasetInstance, DatasetInstance], str | None]]] = (
    (Severity.WARNING, "shapes with another class", _class),
    (Severity.WARNING, "shapes of another kind", _kind),
    (Severity.NOTE, "shapes not exactly as they were", _place),
    (Severity.WARNING, "crowds not told from single objects", _unequal(lambda one: one.traits.crowd)),
    (Severity.NOTE, "flags of shapes not written", _flags),
    (Severity.NOTE, "order of shapes (z) not written", _unequal(lambda one: one.traits.z)),
    (Severity.NOTE, "attributes of shapes not written", _attributes),
    (Severity.NOTE, "second drawings of an object not written", _unequal(lambda one: one.also)),
    (Severity.NOTE, "confidences not written", _unequal(lambda one: one.confidence)),
    (Severity.NOTE, "details of shapes from other formats not written", _extras),
)
