"""Passes that rewrite a recorded game: each looks at what operations read and write, and at nothing else.

With all of them off the results are the same to rounding.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from gancli.engines.arrays import CHANGED, READ, WRITTEN
from gancli.engines.replay.tape import ACCESS, Op, Ref

STEPS = ("sgd", "adagrad", "rmsprop", "adadelta", "adam", "adamw")
CLOCKS = ("count", "schedule_constant", "schedule_step", "schedule_linear", "schedule_cosine", "schedule_inverse")
"""What says which step it is, and what η is multiplied by then."""
VECTORS = ("velocity", "square", "mean", "moved", "first", "second")
"""What optimisers keep, each as long as the parameters."""
MOST = 2048
"""Rows at most of merged passes: a larger product is no faster, and its outputs leave the cache."""
ACCESS["step_params"] = {
    "x": READ, "dy": READ, "count": READ, "rate": READ, "w": CHANGED, "b": CHANGED,
    **{f"{name}_{part}": CHANGED for name in VECTORS for part in "wb"},
}  # fmt: skip


def fuse(ops: list[Op], keep: list[Any], off: Iterable[str] = ()) -> list[Op]:
    """All passes in their order, but for those that are off, by name; `keep` keeps new buffers alive."""
    if "merge" not in off:
        ops = merge(ops, keep)
    if "step" not in off:
        ops = fuse_steps(inputs_first(ops))
    return ops


# --- the gradient of the weights, and the step along it


def inputs_first(ops: list[Op]) -> list[Op]:
    """∂E/∂x before the gradient of the weights, where they may change places: a step is going to move the weights."""
    ops = list(ops)
    for k, (one, other) in enumerate(pairwise(ops)):
        if (one.name, other.name) == ("affine_params", "affine_input") and not conflict(one, other):
            ops[k : k + 2] = other, one
    return ops


def conflict(one: Op, other: Op) -> bool:
    """Does their order matter?"""
    return meet(one.writes, other.reads + other.writes) or meet(one.reads, other.writes)


def meet(some: list[Ref], others: list[Ref]) -> bool:
    """Does one of the ones overlap one of the others?"""
    return any(one.overlaps(other) for one in some for other in others)


def fuse_steps(ops: list[Op]) -> list[Op]:
    """An optimiser's step, and a clamp after it, taken by the operations that write its gradient, block by block."""
    ops, k = list(ops), 0
    while k < len(ops):
        if ops[k].name in STEPS:
            k = _fuse_step(ops, k)
        k += 1
    return ops


def _fuse_step(ops: list[Op], k: int) -> int:
    """Fuse the step at k, if it can be; returns where what followed it is now, less one."""
    step = ops[k]
    clamp = ops[k + 1] if k + 1 < len(ops) and ops[k + 1].name == "clamp" else None
    if clamp is not None and clamp["params"] != step["params"]:
        clamp = None
    fused = _writers(ops, k)
    if fused is None or not all(_movable(ops, j, k, fused) for j in fused):
        return k
    first = min(fused)
    clocks = _clocks(ops, first, k)
    if any(meet(ops[j].reads, ops[c].writes) for c in clocks for j in range(first, k) if j not in clocks):
        return k
    for j, op in fused.items():
        ops[j] = op.but(bound=clamp["bound"]) if clamp is not None else op
    del ops[k : k + (2 if clamp is not None else 1)]
    for moved, place in enumerate(clocks):  # a step is counted before any of it is taken
        ops.insert(first + moved, ops.pop(place))
    return k - 1


def _clocks(ops: list[Op], first: int, k: int) -> list[int]:
    """Where, from `first` on, that is written which the step at k reads of its clocks, or they of one another."""
    needed, found = [ops[k][name] for name in ("count", "rate") if name in ops[k].args], list[int]()
    for j in range(k - 1, first - 1, -1):
        if ops[j].name in CLOCKS and meet(ops[j].writes, needed):
            needed += ops[j].reads
            found.insert(0, j)
    return found


def _writers(ops: list[Op], k: int) -> dict[int, Op] | None:
    """What writes the gradient of the step at k, each with the step that it can take; None if something else does."""
    grads, found, size = ops[k]["grads"], dict[int, Op](), 0
    for j in range(k - 1, -1, -1):
        if ops[j].name in STEPS and ops[j]["grads"] == grads:
            break
        written = [ref for ref in ops[j].writes if ref.overlaps(grads)]
        if written:
            if ops[j].name != "affine_params":
                return None
            found[j] = _stepping(ops[j], ops[k])
            size += sum(ref.size for ref in written)
        if size >= grads.size:
            break
    return found if size == grads.size else None


def _stepping(op: Op, step: Op) -> Op:
    """The gradient of some weights, and the step that they take."""
    args = {name: value for name, value in step.args.items() if not isinstance(value, Ref)}
    for part in "wb":
        gradient = op.get("d" + part)
        if gradient is not None:
            at = gradient.address - step["grads"].address
            args[part] = gradient.moved(step["params"].address + at)
            args |= {f"{name}_{part}": gradient.moved(step[name].address + at) for name in VECTORS if name in step.args}
    args |= {name: step[name] for name in ("count", "rate") if name in step.args}
    return Op("step_params", {"x": op["x"], "dy": op["dy"], **args, "step": step}, op.section)


def _movable(ops: list[Op], j: int, k: int, fused: dict[int, Op]) -> bool:
    """Does nobody between touch what operation j's step moves, or its gradient?"""
    moved = fused[j].writes + ops[j].writes
    return not any(
        meet(moved, other.reads + other.writes)
        for i in range(j + 1, k)
        for other in [fused.get(i, ops[i])]
        if other.name not in CLOCKS
    )


# --- several passes through the same weights in one


def merge(ops: list[Op], keep: list[Any]) -> list[Op]:
    """Two draws, products or activations of the same make whose inputs lie side by side become one of more rows."""
    ops, i = list(ops), 0
    while i < len(ops):
        make = _make(ops[i])
        j = i + 1
        while make is not None and j < len(ops):
            if _make(ops[j]) == make and (merged := _merged(ops, i, j, keep)) is not None:
                ops, j = merged, i
            j += 1
        i += 1
    return ops


def _make(op: Op) -> Any:
    """What two operations must have in common to become one; None for those that never do."""
    if op.name == "draw":
        return "draw", op["numbers"].stream, op["out"].width
    if op.name == "affine":
        return "affine", op["w"], op.get("b")
    if in_place(op):
        return op.name, op["y"].width, *(value for value in op.args.values() if not isinstance(value, Ref))
    return None


def in_place(op: Op) -> bool:
    """Is it elementwise, in place, and of one array alone?"""
    return (
        set(op.args) - {"y"} == {name for name, value in op.args.items() if isinstance(value, float)} and "y" in op.args
    )


def _merged(ops: list[Op], i: int, j: int, keep: list[Any]) -> list[Op] | None:
    one, other = ops[i], ops[j]
    if in_place(one):
        return _merged_activation(ops, i, j)
    if one.name == "draw":
        side_by_side = one["numbers"].first + one["numbers"].length == other["numbers"].first
        still: list[Ref] = []
    else:
        side_by_side = one["x"].stop == other["x"].address and one["x"].whole and other["x"].whole
        still = [other["x"], one["w"], *([one["b"]] if "b" in one.args else [])]
    a, b = one["out"], other["out"]
    rows = a.rows + b.rows
    if (
        not side_by_side
        or rows > MOST
        or not (a.whole and b.whole)
        or any(meet(op.writes, still) for op in ops[i + 1 : j])
    ):
        return None
    start = new_buffer(rows * a.width, a.itemsize, keep)
    moved = rename(ops, i, a, start)
    moved = None if moved is None else rename(moved, j, b, start + a.stop - a.address)
    if moved is None:
        return None
    wide: dict[str, Any] = {"out": Ref(start, rows, a.width, a.width, a.itemsize)}
    if one.name == "draw":
        wide["numbers"] = one["numbers"]._replace(length=one["numbers"].length + other["numbers"].length)
    else:
        wide["x"] = moved[i]["x"]._replace(rows=rows)
    moved[i] = moved[i].but(**wide)
    del moved[j]
    return moved


def _merged_activation(ops: list[Op], i: int, j: int) -> list[Op] | None:
    """Of rows side by side that are one buffer's already."""
    a, b = ops[i]["y"], ops[j]["y"]
    if not (a.whole and b.whole and a.stop == b.address) or any(
        meet(op.reads + op.writes, [b]) for op in ops[i + 1 : j]
    ):
        return None
    ops = list(ops)
    ops[i] = ops[i].but(y=a._replace(rows=a.rows + b.rows))
    del ops[j]
    return ops


def rename(ops: list[Op], k: int, ref: Ref, address: int) -> list[Op] | None:
    """The value that operation k writes at `ref` moved to `address`, with all that read it; None where it cannot be.

    By value, not by address: what is written there later is another value, and stays.
    """
    shift, left = address - ref.address, [(ref.address, ref.stop)]
    ops = list(ops)
    ops[k] = ops[k].but(**{name: at.moved(address) for name, at in ops[k].arrays(WRITTEN) if at == ref})
    for j in [*range(k + 1, len(ops)), *range(k + 1)]:  # and once round: a value may be read in the next game
        changed: dict[str, Any] = {}
        for name, at in ops[j].arrays(READ, CHANGED):
            if any(first <= at.address and at.stop <= stop for first, stop in left):
                changed[name] = at.moved(at.address + shift)
            elif any(first < at.stop and at.address < stop for first, stop in left):
                return None
        if changed and j <= k:
            return None
        for _, at in ops[j].arrays(WRITTEN):
            left = list(without(left, at))
        if changed:
            ops[j] = ops[j].but(**changed)
    return ops


def without(stretches: Iterable[tuple[int, int]], ref: Ref) -> Iterable[tuple[int, int]]:
    """What is left of stretches of memory where an array is not; all of them where it is not in one piece."""
    for first, stop in stretches:
        parts = ((first, min(stop, ref.address)), (max(first, ref.stop), stop)) if ref.whole else ((first, stop),)
        yield from (part for part in parts if part[0] < part[1])


def new_buffer(count: int, itemsize: int, keep: list[Any]) -> int:
    """The address of a new buffer, on a cache line of its own."""
    array = np.zeros(count * itemsize + 64, np.uint8)
    keep.append(array)
    return -(-array.ctypes.data // 64) * 64
