"""How an optimiser's step becomes kernels: with the gradient, a block at a time, or along a whole gradient."""

from typing import Any

from gancli.engines.arrays import CHANGED, READ
from gancli.engines.replay import layout as at
from gancli.engines.replay.program import Program
from gancli.engines.replay.tape import Op
from gancli.engines.replay.ways import LAST, Touched, by_columns, by_inputs, everything


def step_params(program: Program, op: Op) -> None:
    """A share of the inputs: their gradient, a block at a time, and the step along it."""
    x, dy, step, blocks = op["x"], op["dy"], op["step"], program.blocks()
    ints = {at.ROWS: x.rows, at.INPUTS: x.width, at.UNITS: dy.width, at.X: x, at.DY: dy, at.BLOCKS: blocks}
    ints |= {at.SIZE: program.room, **_vectors(step)}
    touched: list[Touched] = [(x, False, by_columns(x)), (dy, False, everything(x, dy)), (blocks, True, "own")]
    for name, ref in op.arrays(CHANGED):
        touched.append((ref, True, by_columns(ref) if name.endswith("_b") or name == "b" else by_inputs(ref)))
    touched += _clocks(op)
    for part, place in (("w", at.W_AT), ("b", at.B_AT)):
        ref = op.get(part)
        ints[place] = -1 if ref is None else (ref.address - step["params"].address) // ref.itemsize
    numbers = _numbers(op)
    besides = numbers[at.BOUND] or numbers[at.DECAY] or "velocity" in step.args
    plain = step.name == "sgd" and not besides and x.rows <= at.FEW
    kind = "plain" if plain else step.name
    ints |= {at.CLOCK: program.clock, at.SECTION: program.places.get(op.section, 0)}
    program.add(f"step_{'few' if x.rows <= at.FEW else 'many'}_{kind}", ints, touched, numbers)


def optimizer(program: Program, op: Op) -> None:
    """A step along a whole gradient that is there already."""
    params = op["params"]
    ints = {at.GRADS: op["grads"], at.INPUTS: params.size, **_vectors(op)}
    clocks = _clocks(op)
    of_all = {ref for ref, _, _ in clocks}
    touched: list[Touched] = [(ref, True, by_columns(ref)) for _, ref in op.arrays(READ, CHANGED) if ref not in of_all]
    touched += clocks
    program.add(f"step_all_{op.name}", ints, touched, _numbers(op))


def _clocks(op: Op) -> list[Touched]:
    """What every share reads of a step: how many there were, and what η is multiplied by."""
    return [(op[name], False, None) for name in ("count", "rate") if name in op.args]


def _vectors(step: Op) -> dict[int, Any]:
    """Addresses of an optimiser's vectors; those that play the same part have the same place."""
    names = {
        at.PARAMS: ("params",), at.SQUARE: ("square", "second"), at.MEAN: ("mean",), at.MOVED: ("moved", "first"),
        at.VELOCITY: ("velocity",), at.COUNT: ("count",), at.RATE: ("rate",),
    }  # fmt: skip
    ints = {place: next((step[name] for name in some if name in step.args), 0) for place, some in names.items()}
    return {**ints, at.NESTEROV: step.get("nesterov", False)}


def _numbers(op: Op) -> dict[int, float]:
    names = {
        "eta": at.ETA, "gamma": at.GAMMA, "epsilon": at.EPSILON, "beta1": at.BETA1, "beta2": at.BETA2,
        "momentum": at.MOMENTUM, "bound": at.BOUND, "weight_decay": at.DECAY,
    }  # fmt: skip
    return {place: float(op.get(name, 0.0)) for name, place in names.items()}


def count(program: Program, op: Op) -> None:
    """One step more, by the last share."""
    program.add("count", {at.COUNT: op["count"]}, [(op["count"], True, LAST)])


def schedule(program: Program, op: Op) -> None:
    """By the share that counts."""
    ints = {at.COUNT: op["count"], at.RATE: op["out"]}
    program.add(op.name, ints, [(op["count"], False, LAST), (op["out"], True, LAST)], dict(enumerate(op.numbers)))


def average(program: Program, op: Op) -> None:
    """A share of the parameters; the count of steps is read by all."""
    mean, params = op["average"], op["params"]
    ints = {at.INPUTS: params.size, at.SQUARE: mean, at.PARAMS: params, at.COUNT: op["count"]}
    touched = [(mean, True, by_columns(mean)), (params, False, by_columns(params)), (op["count"], False, None)]
    program.add("average", ints, touched, {0: op["decay"]})
