"""Gradients of a loss that leave every ``.grad`` alone, even through checkpoints."""

import torch


def gradients(value, wanted):
    """Gradient of `value` with respect to each tensor of `wanted`; None where there is none."""
    leaves, checkpointed = _graph(value)
    if not checkpointed:
        return list(torch.autograd.grad(value, wanted, allow_unused=True))
    # torch.utils.checkpoint with use_reentrant=True works only with backward(), which adds to .grad, and runs anything
    # hooked to that: an optimizer's step, say.
    every = {id(tensor): tensor for tensor in (*leaves, *wanted)}.values()
    before = [(tensor, tensor.grad) for tensor in every if tensor.is_leaf]
    hooks = [tensor._post_accumulate_grad_hooks for tensor, _ in before]
    hooked = [(found, dict(found)) for found in hooks if found]
    try:
        for found, _ in hooked:
            found.clear()
        for tensor, _ in before:
            tensor.grad = None
        for tensor in wanted:
            tensor.retain_grad()
        value.backward()
        return [tensor.grad for tensor in wanted]
    finally:
        for tensor, gradient in before:
            tensor.grad = gradient
        for found, saved in hooked:
            found.update(saved)


def in_backward():
    """Whether autograd is at work: a module that is called then is having its checkpoint recomputed."""
    return torch._C._current_graph_task_id() != -1


def _graph(value):
    """Leaves that a backward pass reaches, and whether it meets a reentrant checkpoint."""
    leaves, checkpointed, seen, waiting = [], False, set(), [value.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        checkpointed |= type(node).__name__ == "CheckpointFunctionBackward"
        if hasattr(node, "variable"):
            leaves.append(node.variable)
        waiting.extend(following for following, _ in node.next_functions)
    return leaves, checkpointed
