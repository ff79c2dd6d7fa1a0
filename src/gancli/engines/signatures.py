"""What each kernel reads, writes and changes, taken from the signatures of the reference."""

import functools
import inspect
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from gancli.engines.arrays import CHANGED, READ, WRITTEN
from gancli.engines.numpy_engine import NumpyEngine

Access = dict[str, str]
"""For each array of a kernel, by its name: is it read, written or changed?"""


@functools.cache
def kernels() -> dict[str, Access]:
    """All kernels: the methods of the reference whose arrays are marked, by name."""
    accesses = {name: _access(method) for name, method in inspect.getmembers(NumpyEngine, inspect.isfunction)}
    return {name: access for name, access in accesses.items() if access}


@functools.cache
def parameters(kernel: str) -> inspect.Signature:
    """A kernel's signature."""
    return inspect.signature(getattr(NumpyEngine, kernel))


def arguments(kernel: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """What a kernel is called with, by name."""
    bound = parameters(kernel).bind(None, *args, **kwargs).arguments
    del bound["self"]
    return bound


def _access(method: Any) -> Access:
    hints = get_type_hints(method, include_extras=True)
    marks = {name: _mark(hint) for name, hint in hints.items()}
    return {name: mark for name, mark in marks.items() if mark is not None}


def _mark(hint: Any) -> str | None:
    for one in (hint, *get_args(hint)):  # of an optional array, the array
        if get_origin(one) is Annotated and one.__metadata__[0] in (READ, WRITTEN, CHANGED):
            return str(one.__metadata__[0])
    return None
