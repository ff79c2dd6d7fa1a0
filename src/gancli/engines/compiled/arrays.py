"""Arrays that nobody counts references to.

Numba counts how often each array is used, with atomic additions; in games of a few microseconds that would take most of
the time. These views are exempt: what they look at is kept alive by the caller of the compiled function.
"""

from typing import Any

from numba import types
from numba.core import cgutils
from numba.np.arrayobj import populate_array

from gancli.engines.compiled.jit import intrinsic, part


@intrinsic
def borrow(typing: Any, array: Any) -> Any:
    """The same array, uncounted."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        view = context.make_array(array)(context, builder, args[0])
        view.meminfo = cgutils.get_null_value(view.meminfo.type)
        view.parent = cgutils.get_null_value(view.parent.type)
        return view._getvalue()

    return array(array), generate


@intrinsic
def vector(typing: Any, like: Any, address: Any, size: Any) -> Any:
    """`size` elements of `like`'s type from an address."""
    kind = types.Array(like.dtype, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        view = context.make_array(kind)(context, builder)
        element = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(like.dtype)))
        data = builder.inttoptr(args[1], context.get_data_type(like.dtype).as_pointer())
        populate_array(view, data=data, shape=[args[2]], strides=[element], itemsize=element, meminfo=None)
        return view._getvalue()

    return kind(like, types.int64, types.int64), generate


@part
def after(array, start):
    """array[start:]."""
    return cut(array, start, array.size - start)


@intrinsic
def cut(typing: Any, array: Any, start: Any, size: Any) -> Any:
    """array[start:start + size] of a vector, with none of a slice's checks: neither may be negative or too large."""
    kind = types.Array(array.dtype, 1, "C", readonly=not array.mutable)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        whole, view = context.make_array(array)(context, builder, args[0]), context.make_array(kind)(context, builder)
        element = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(array.dtype)))
        data = builder.gep(whole.data, [args[1]])
        populate_array(view, data=data, shape=[args[2]], strides=[element], itemsize=element, meminfo=None)
        return view._getvalue()

    return kind(array, types.int64, types.int64), generate
