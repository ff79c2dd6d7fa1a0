"""How each operation becomes kernels: how its arrays are shared, and where a kernel finds them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gancli.engines.arrays import CHANGED, READ, WRITTEN
from gancli.engines.replay import convolutions
from gancli.engines.replay import layout as at
from gancli.engines.replay.lowering_steps import average, count, optimizer, schedule, step_params
from gancli.engines.replay.passes import CLOCKS, STEPS
from gancli.engines.replay.program import Program
from gancli.engines.replay.tape import Numbers, Op, Ref
from gancli.engines.replay.ways import LAST, Touched, Way, by_columns, by_inputs, by_rows, corner, everything


def enter(program: Program, op: Op, shape: Ref, split: bool | int, way: Way, name: str | None = None) -> None:
    """One kernel, of the same name: its arrays in their order, all shared in one way, and its numbers."""
    ints: dict[int, Any] = {at.ROWS: shape.rows, at.COLUMNS: shape.width, at.BY_ROWS: split}
    for place, ref in enumerate(op.refs):
        ints |= {at.FIRST + 2 * place: ref, at.FIRST + 2 * place + 1: ref.stride}
    touched = [(ref, kind != READ, way(ref, kind)) for kind in (READ, CHANGED, WRITTEN) for _, ref in op.arrays(kind)]
    program.add(name or op.name, ints, touched, dict(enumerate(op.numbers)))


def elementwise(program: Program, op: Op, rows: bool | None = None, name: str | None = None) -> None:
    """Over rows or columns of arrays of one shape."""
    split, way = corner(op.refs[-1], rows)
    enter(program, op, op.refs[-1], split, lambda ref, kind: way(ref), name)


def whole_rows(program: Program, op: Op) -> None:
    """What needs a whole row at a time."""
    elementwise(program, op, rows=True)


def with_targets(program: Program, op: Op) -> None:
    """A term of a loss, with targets of each sample or with one for all."""
    elementwise(program, op, name=f"{op.name}_drawn" if "targets" in op.args else op.name)


def given(program: Program, op: Op, name: str, numbers: Numbers, *more: int, reals: Sequence[float] = ()) -> None:
    """One kernel that writes `out` from what a game is given of a stream; what `more` are, it knows."""
    out, (split, way) = op["out"], corner(op["out"])
    ints = {at.ROWS: out.rows, at.COLUMNS: out.width, at.BY_ROWS: split}
    values = (out, out.stride, *program.stream(numbers), numbers.first, *more)
    ints |= dict(enumerate(values, start=at.FIRST))
    program.add(name, ints, [(out, True, way(out))], dict(enumerate(reals)))


def load(program: Program, op: Op) -> None:
    """Samples that are stored as bytes, or as numbers."""
    source = op["source"]
    octets = source.samples.dtype == np.uint8
    samples = program.kept(source.samples, np.uint8 if octets else f"f{program.itemsize}")
    given(program, op, "load" if octets else "gather", op["rows"], samples, reals=(source.factor, source.shift))


def encode(program: Program, op: Op) -> None:
    """Codes, which nobody writes, of the labels of a game's rows."""
    labels = program.kept(op["source"].labels, np.int64)
    given(program, op, "encode", op["rows"], op["codes"].address, labels)


def draw(program: Program, op: Op) -> None:
    """Numbers that are drawn already."""
    given(program, op, "draw", op["numbers"])


def affine(program: Program, op: Op) -> None:
    """Few rows: each share sums its inputs, then its units of all sums; many: a share of the units or of the rows."""
    x, w, y, b = op["x"], op["w"], op["out"], op.get("b")
    ints = {at.ROWS: x.rows, at.INPUTS: x.width, at.UNITS: y.width, at.X: x, at.W: w, at.OUT: y, at.B: b or 0}
    bias = [] if b is None else [(b, False, by_columns(b))]
    if x.rows > at.FEW:
        split = y.width <= y.rows
        touched = [
            (x, False, by_rows(x) if split else None),
            (w, False, None),
            (y, True, by_rows(y) if split else by_columns(y)),
        ]
        program.add("affine_many", {**ints, at.BLOCKS: split}, touched + [(ref, False, None) for ref, _, _ in bias])
    elif program.shares == 1 or x.width <= at.GRAIN:
        touched = [(ref, ref is y, LAST) for ref in (x, w, y, b) if ref is not None]
        program.add("affine_alone", ints, touched)
    else:
        blocks = program.blocks()
        ints |= {at.BLOCKS: blocks, at.SIZE: program.room}
        program.add("affine_few", ints, [(x, False, by_columns(x)), (w, False, by_inputs(w)), (blocks, True, "own")])
        program.add("affine_sum", ints, [(blocks, False, None), (y, True, by_columns(y)), *bias])


def affine_input(program: Program, op: Op) -> None:
    """A share of the inputs."""
    dy, w, dx = op["dy"], op["w"], op["out"]
    ints = {at.ROWS: dy.rows, at.INPUTS: dx.width, at.UNITS: dy.width, at.DY: dy, at.W: w, at.OUT: dx}
    touched = [(dy, False, everything(dx)), (w, False, by_inputs(w)), (dx, True, by_columns(dx))]
    program.add("input_few" if dy.rows <= at.FEW else "input_many", ints, touched)


def affine_params(program: Program, op: Op) -> None:
    """The gradient itself, for a share of the inputs; of the bias, for a share of the units."""
    x, dy, dw, db = op["x"], op["dy"], op["dw"], op.get("db")
    ints = {at.ROWS: x.rows, at.INPUTS: x.width, at.UNITS: dy.width, at.X: x, at.DY: dy, at.W: dw, at.B: db or 0}
    shared = (x,) if db is None else (x, dy)
    touched = [(x, False, by_columns(x)), (dy, False, everything(*shared)), (dw, True, by_inputs(dw))]
    touched += [] if db is None else [(db, True, by_columns(db))]
    program.add("params_add" if op.name == "add_affine_params" else "params", ints, touched)


def alone(program: Program, op: Op) -> None:
    """What one share does, for it needs all of its array."""
    enter(program, op, op.refs[0], False, lambda ref, kind: LAST)


def by_units(program: Program, op: Op) -> None:
    """A share of the units, all rows of each; the array with most rows says how many there are of both."""
    shape = max(op.refs, key=lambda ref: ref.rows)
    assert all(ref.stride == shape.stride for ref in op.refs if ref.rows == shape.rows), f"{op}: rows apart"
    enter(program, op, shape, False, lambda ref, kind: by_columns(ref))


def by_samples(program: Program, op: Op) -> None:
    """A share of a batch's samples, each of which looks at all others."""
    first, second, *_ = op.refs
    enter(program, op, first, second.width, lambda ref, kind: None if kind == READ else by_rows(ref))


def convolution(program: Program, op: Op) -> None:
    """A share of the images, or of the weights."""
    convolutions.lower(program, op, by_rows)


def reorder(program: Program, op: Op) -> None:
    """A share of the images."""
    x, out = op["x"], op["out"]
    ints = {at.ROWS: x.rows, at.COLUMNS: x.width, at.FIRST: x, at.FIRST + 2: out, at.FIRST + 4: op["channels"]}
    program.add(op.name, ints, [(x, False, by_rows(x)), (out, True, by_rows(out))])


def by_images(program: Program, op: Op) -> None:
    """A share of a batch's rows, all numbers of each; tables are read by all, and the rows of `pixels` told last."""
    refs = op.refs
    assert all(ref.whole for ref in refs), f"{op}: rows apart"
    ints: dict[int, Any] = {at.ROWS: refs[-1].rows, at.COLUMNS: refs[-1].width}
    for place, ref in enumerate(refs):
        ints |= {at.FIRST + 2 * place: ref, at.FIRST + 2 * place + 1: ref.width}
    tables = {op.get(name) for name in ("pixels", "weights", "norm")} - {None}
    if "pixels" in op.args:
        ints[at.FIRST + 2 * len(refs)] = op["pixels"].rows
    kinds = [(ref, kind != READ) for kind in (READ, CHANGED, WRITTEN) for _, ref in op.arrays(kind)]
    touched = [(ref, written, None if ref in tables else by_rows(ref)) for ref, written in kinds]
    program.add(op.name, ints, touched, dict(enumerate(op.numbers)))


def from_everything(program: Program, op: Op) -> None:
    """A share of the rows that are written, from all that is read."""
    refs = op.refs
    assert all(ref.whole for ref in refs), f"{op}: rows apart"
    ints: dict[int, Any] = {at.ROWS: refs[-1].rows, at.COLUMNS: refs[-1].width}
    for place, ref in enumerate(refs):
        ints |= {at.FIRST + 2 * place: ref, at.FIRST + 2 * place + 1: ref.width}
    touched: list[Touched] = [(ref, False, None) for ref in op.reads]
    touched += [(ref, True, by_rows(ref)) for ref in op.writes]
    program.add(op.name, ints, touched, dict(enumerate(op.numbers)))


LOWERED: dict[str, Callable[[Program, Op], None]] = {
    "load": load, "encode": encode, "draw": draw,
    "affine": affine, "affine_input": affine_input, "affine_params": affine_params, "add_affine_params": affine_params,
    "step_params": step_params, "average": average, **dict.fromkeys(CLOCKS, schedule), "count": count,
    **dict.fromkeys(STEPS, optimizer),
    "categorical_cross_entropy": whole_rows, "log_term": with_targets, "square_term": with_targets,
    "pair_term": with_targets,
    **dict.fromkeys(("clip_norm", "rescale", "unit", "bjorck"), alone),
    "divide": by_images, "spectral_gradient": from_everything,
    **dict.fromkeys(convolutions.CONVOLUTIONS, convolution),
    "sum_rows": by_units, "channels_last": reorder, "channels_first": reorder,
    **dict.fromkeys(("mix", "largest", "pick", "pick_input", "multiply_channels", "sort_pairs"), by_images),
    **dict.fromkeys(("weigh_slopes", "between"), by_images),
    **dict.fromkeys(("normalize_rows", "normalize_rows_gradient", "normalize_rows_curve"), by_images),
    **dict.fromkeys(("multiply_columns", "normalize", "stretch", "stretch_params", "normalize_gradient"), by_units),
    **dict.fromkeys(("similarity", "add_similarity_gradient", "closeness", "closeness_gradient"), by_samples),
}  # fmt: skip
ELEMENTWISE = {
    *("fill", "copy", "shift", "add", "multiply", "clamp", "scale", "mse", "cross_entropy"),
    *(name + part for name in ("sigmoid", "tanh", "softplus") for part in ("", "_gradient", "_curve")),
    *("relu", "relu_gradient", "hinge_term", "exp_term", "tanh_term"),
    *("consensus", "optimistic"),
    *(name + part for name in ("bilinear", "quadratic", "dirac", "wgan_gp") for part in ("", "_hessian")),
}


def is_compiled(op: Op) -> bool:
    """Has it kernels in machine code?"""
    return op.name in LOWERED or op.name in ELEMENTWISE


def lower(program: Program, op: Op) -> None:
    """An operation as rows of a program."""
    LOWERED.get(op.name, elementwise)(program, op)
