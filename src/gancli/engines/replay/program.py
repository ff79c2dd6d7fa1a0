"""A program: what a list of operations is for compiled code, tables of int64 and float64 and where to wait."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gancli.engines.arrays import CHANGED, READ, WRITTEN
from gancli.engines.replay import convolutions
from gancli.engines.replay import layout as at
from gancli.engines.replay.passes import CLOCKS, STEPS, new_buffer
from gancli.engines.replay.tape import Numbers, Op, Ref

Touched = tuple[Ref, bool, Any]
"""An array, whether it is written, and how it is shared: with equal ways, each share keeps to its own elements."""


Way = Callable[[Ref, str], Any]
"""How an array is shared that a kernel reads, changes or writes."""


class Program:
    """Rows of the tables under construction, for so many shares."""

    def __init__(self, ops: list[Op], shares: int, itemsize: int, streams: Any, keep: list[Any], profile: Any = None):
        self.shares, self.itemsize = shares, itemsize
        self.clock: int = 0 if profile is None else profile.seconds.ctypes.data
        self.places: dict[str | None, int] = {} if profile is None else profile.places
        self.names: list[str] = []
        self.waits: list[int] = []
        """Before which operations all shares wait for one another."""
        self._rows: list[list[int]] = []
        self._numbers: list[list[float]] = []
        self._since: list[Touched] = []
        self._arrays: dict[Any, Any] = {}
        self._keep, self._streams = keep, streams
        widest = max((ref.width for op in ops for ref in op.writes), default=1)
        own = max((convolutions.room(op) for op in ops), default=0)
        self.room = -(-max(at.BLOCK, at.FEW * widest, own) // 32) * 32
        size, self._turn = shares * self.room, 0
        self._blocks = [self.buffer(size) for _ in range(2)]
        self._packed: dict[tuple[Ref, Any], Ref] = {}
        self._fresh: set[tuple[Ref, Any]] = set()
        for op in ops:
            LOWERED.get(op.name, elementwise)(self, op)
            if self.clock:
                self.add("lap", {at.ROWS: self.clock, at.COLUMNS: self.places[op.section]}, [])

    def tables(self) -> tuple[Any, Any, Any]:
        """Operations (count, WIDTH), their numbers (count, NUMBERS), and where each stretch between waits begins."""
        stretches = np.array([*self.waits, len(self._rows)], np.int64)
        return np.array(self._rows, np.int64), np.array(self._numbers, np.float64), stretches

    def add(
        self, name: str, ints: dict[int, Any], touched: list[Touched], numbers: dict[int, float] | None = None
    ) -> None:
        """One kernel."""
        stale = {key for key in self._fresh for ref, written, _ in touched if written and key[0].overlaps(ref)}
        self._fresh -= stale
        if not self._rows or any(self._meet(one, other) for one in touched for other in self._since):
            self.waits.append(len(self._rows))
            self._since = []
        self._since += touched
        row, values = [0] * at.WIDTH, [0.0] * at.NUMBERS
        for place, value in ints.items():
            row[place] = value.address if isinstance(value, Ref) else int(value)
        for place, number in (numbers or {}).items():
            values[place] = float(number)
        self._rows.append(row)
        self._numbers.append(values)
        self.names.append(name)

    def _meet(self, one: Touched, other: Touched) -> bool:
        """May one share touch of an array what another has touched of it, one of them writing?"""
        (a, a_written, a_way), (b, b_written, b_way) = one, other
        if not (a_written or b_written) or not a.overlaps(b):
            return False
        return a_way is None or not (a_way == b_way or self._even(a, a_way) == self._even(b, b_way) != ())

    def _even(self, ref: Ref, way: Any) -> tuple[int, ...]:
        """Rows that all shares have as many of: whatever they are rows of, a share has the same part of the memory."""
        even = isinstance(way, tuple) and way[0] == "rows" and ref.whole and ref.rows % self.shares == 0
        return (ref.address, ref.stop) if even else ()

    def blocks(self) -> Ref:
        """Room for a block of gradient, or of partial sums, for each share; two by turns, so that nobody waits."""
        self._turn ^= 1
        return self._blocks[self._turn]

    def packed(self, weights: Ref, planned: Any) -> tuple[Ref, bool]:
        """Where a convolution's weights lie in the order of its plan, and whether they have to be put there first."""
        key = weights, planned
        if key not in self._packed:
            self._packed[key] = self.buffer(planned.packed)
        stale = key not in self._fresh
        self._fresh.add(key)
        return self._packed[key], stale

    def table(self, make: Callable[[Any], Any], of: Any) -> int:
        """The address of a table made of something: of the same one for all operations that are alike."""
        if (make, of) not in self._arrays:
            self._arrays[make, of] = make(of)
            self._keep.append(self._arrays[make, of])
        return int(self._arrays[make, of].ctypes.data)

    def buffer(self, size: int) -> Ref:
        """So many numbers of its own."""
        return Ref(new_buffer(size, self.itemsize, self._keep), 1, size, size, self.itemsize)

    def stream(self, numbers: Numbers) -> tuple[int, int]:
        """Where compiled code finds a stream's address and its length in a game."""
        address, length = self._streams[:, numbers.stream : numbers.stream + 1]
        return address.ctypes.data, length.ctypes.data

    def kept(self, array: Any, dtype: Any) -> int:
        """The address of an array of that type in one piece; of the same one for all operations that read it."""
        key = id(array), np.dtype(dtype)
        if key not in self._arrays:
            self._arrays[key] = np.ascontiguousarray(array, dtype)
            self._keep += [array, self._arrays[key]]
        return int(self._arrays[key].ctypes.data)


LAST = "the last share"
"""The way of sharing what is too little to be shared."""


def everything(*shared: Ref) -> Any:
    """Read whole by every share that works: by all of them, unless what they share is too little."""
    return LAST if all(ref.width <= at.GRAIN for ref in shared) else None


def by_columns(ref: Ref) -> Any:
    """Shared by columns: the same ones of an array that begins elsewhere in the same columns."""
    if ref.width <= at.GRAIN:
        return LAST
    return "columns", ref.width, ref.stride, ref.address % (ref.stride * ref.itemsize)


def by_rows(ref: Ref) -> Any:
    """Shared by rows."""
    return "rows", ref.rows, ref.address - ref.before


def corner(ref: Ref, rows: bool | None = None) -> tuple[bool, Callable[[Ref], Any]]:
    """By rows, or by columns where rows are few, and the way of sharing it."""
    rows = ref.rows > at.FEW if rows is None else rows
    return rows, by_rows if rows else by_columns


# --- how each operation becomes kernels


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


def by_inputs(w: Ref) -> Any:
    """Rows of weights, shared as the columns of what they are multiplied with."""
    return LAST if w.rows <= at.GRAIN else ("inputs", w.rows, w.address)


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
