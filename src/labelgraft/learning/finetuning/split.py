"""A network cut in two after its first k blocks: what is frozen and cached, and what is trained."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, fx, nn

from labelgraft.learning.finetuning.blocks import block_of_parameter, blocks, check_frozen

from timm.layers import get_notrace_functions  # isort: skip  (blocks has made torchvision usable)
from timm.utils import freeze  # isort: skip

TOLERANCE = 1e-5
"""Largest difference, relative to the largest output, between the two halves and the whole network."""


class Split:
    """`upper(lower(x))` is the network's own output; the first k blocks lie in `lower` and never change.

    k = 0: everything is trained, `lower` hands its input on. k = number of blocks: only a head is trained,
    `lower` gives the embedding. `lower`'s activations may be computed once and kept (`cacheable`). Where a
    network cannot be cut there, `lower` hands its input on, `upper` is the whole network with the first k
    blocks frozen, and `reason` says why: then every step pays for the frozen part too, and the result is
    the same.

    Batch-norm statistics below the cut are frozen for good: `train()` does not bring them back. The network
    given is taken over: its modules are shared with the two halves.
    """

    def __init__(self, model: nn.Module, frozen_blocks: int, *, example: Tensor | None = None) -> None:
        """example: (1, 3, H, W) float32 to check the cut with; by default the network's own input size."""
        check_frozen(model, frozen_blocks)
        model.eval()
        self.frozen_blocks = frozen_blocks
        self.block_count = len(blocks(model))
        self.reason = ""
        owner = block_of_parameter(model)
        example = _example(model) if example is None else example
        try:
            self.lower, self.upper = _cut(model, owner, frozen_blocks)
            self.reason = _disagreement(model, self.lower, self.upper, example)
        except (_NoCutError, *_UNTRACEABLE) as error:
            self.reason = f"it cannot be cut after block {frozen_blocks} ({error})"
        if self.reason:
            self.lower, self.upper = nn.Identity(), model
            _freeze_blocks(model, owner, frozen_blocks)
        else:
            _freeze_all(self.lower)

    @property
    def cacheable(self) -> bool:
        """True if the frozen part's activations can be kept instead of computed in every step."""
        return not self.reason


class _NoCutError(Exception):
    """No place between the two blocks where exactly one tensor passes."""


_UNTRACEABLE = (fx.proxy.TraceError, TypeError, RuntimeError, NotImplementedError, AttributeError, ValueError)
"""What torch.fx raises on networks whose top level decides by the values of tensors."""


class _TopLevelTracer(fx.Tracer):
    """Follows the network only where it passes from one block to another; a block itself stays as it is.

    So whatever happens inside a block (dropout, batch norm, control flow) still depends on train() and
    eval().
    """

    def __init__(self, owner: dict[str, int]) -> None:
        super().__init__(autowrap_functions=tuple(get_notrace_functions()))
        self._owner = owner

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:  # noqa: ARG002
        prefix = module_qualified_name + "."
        return len({block for name, block in self._owner.items() if name.startswith(prefix)}) <= 1


def _cut(model: nn.Module, owner: dict[str, int], frozen_blocks: int) -> tuple[nn.Module, nn.Module]:
    """The two halves as modules that share the network's own. Raises _NoCutError and what torch.fx raises."""
    options = [p for p in inspect.signature(model.forward).parameters.values() if p.default is not p.empty]
    graph = _TopLevelTracer(owner).trace(model, concrete_args={p.name: p.default for p in options})
    nodes = list(graph.nodes)
    of_node = [_blocks_of(node, owner) for node in nodes]
    last_lower = max((i for i, b in enumerate(of_node) if b and min(b) < frozen_blocks), default=0)
    first_upper = min(
        (i for i, b in enumerate(of_node) if b and max(b) >= frozen_blocks), default=len(nodes) - 1
    )
    if last_lower >= first_upper:
        raise _NoCutError("its blocks do not follow each other")
    for place in range(first_upper, last_lower, -1):
        before = set(nodes[:place])
        crossing = {arg for node in nodes[place:] for arg in node.all_input_nodes if arg in before}
        if len(crossing) == 1:
            return _halves(model, nodes, place, crossing.pop())
    raise _NoCutError("more than one tensor passes there")


def _blocks_of(node: fx.Node, owner: dict[str, int]) -> set[int]:
    """The blocks whose parameters a step of the network uses."""
    if node.op not in ("call_module", "get_attr"):
        return set()
    target = str(node.target)
    return {block for name, block in owner.items() if name == target or name.startswith(target + ".")}


def _halves(
    model: nn.Module, nodes: list[fx.Node], place: int, passing: fx.Node
) -> tuple[nn.Module, nn.Module]:
    """Two modules, of the steps before and from `place`; one tensor, `passing`, goes from one to the
    other.
    """
    lower, upper = fx.Graph(), fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    for node in nodes[:place]:
        copies[node] = lower.node_copy(node, copies.__getitem__)
    lower.output(copies[passing])
    copies = {passing: upper.placeholder("activations")}
    for node in nodes[place:]:
        copies[node] = upper.node_copy(node, copies.__getitem__)
    return fx.GraphModule(model, lower, "Lower").eval(), fx.GraphModule(model, upper, "Upper").eval()


def _disagreement(model: nn.Module, lower: nn.Module, upper: nn.Module, example: Tensor) -> str:
    """Why the halves are not the network, "" if they are."""
    with torch.no_grad():
        whole, halves = model(example), upper(lower(example))
    if whole.shape != halves.shape:
        return f"its halves give {tuple(halves.shape)} numbers where it gives {tuple(whole.shape)}"
    difference = float((whole - halves).abs().max())
    if difference > TOLERANCE * max(1.0, float(whole.abs().max())):
        return f"its halves differ from it by {difference:.2g}"
    return ""


def _example(model: nn.Module) -> Tensor:
    """One seeded image of noise in the network's own input size."""
    config: dict[str, Any] = getattr(model, "pretrained_cfg", None) or {}
    size = (
        getattr(getattr(model, "patch_embed", None), "img_size", None)
        or config.get("input_size", (3, 224, 224))[1:]
    )
    return torch.randn((1, 3, *size), generator=torch.Generator().manual_seed(0))


def _freeze_all(module: nn.Module) -> None:
    """No gradients, and batch norm that has no running statistics left to update."""
    module.eval()
    if any(True for _ in module.children()):
        freeze(module, include_bn_running_stats=True)
    for parameter in module.parameters():
        parameter.requires_grad_(False)


def _freeze_blocks(model: nn.Module, owner: dict[str, int], frozen_blocks: int) -> None:
    """Freezes the first blocks inside the whole network, batch-norm statistics included."""
    frozen = {name for name, block in owner.items() if block < frozen_blocks}
    freeze(model, _modules_with(frozen), include_bn_running_stats=True)
    for name, parameter in model.named_parameters():
        if name in frozen:
            parameter.requires_grad_(False)


def _modules_with(frozen: Iterable[str]) -> list[str]:
    """The modules that hold the frozen parameters themselves, such as one convolution or batch norm."""
    return sorted({name.rpartition(".")[0] for name in frozen} - {""})
