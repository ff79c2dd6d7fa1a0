"""How Numba compiles what only compiled code calls: it is lowered, linked into its callers, and never run by itself.

Numba optimises every function together with all that it calls, and makes machine code of it, before it looks at
the function's own caller: what lies five calls deep is optimised five times. Here only what Python calls gets all of
that, and kernels, small loops that call little, are optimised once before they are linked (inlined first and
vectorised later, some come out slower). None of it counts references to arrays, whose code would be a tenth of what
is lowered: they are kept alive by the caller of the compiled function.

The passes are chosen in Numba's documented way ("Customizing the Compiler"), but the libraries lean on its inside;
where a version of Numba makes them otherwise, functions are compiled in its own way, which only takes longer.
"""

from typing import Any, ClassVar

from numba.core import codegen
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

_LEANT_ON = (
    "_optimize_functions", "_optimize_final_module", "_finalize_final_module", "_finalize_dynamic_globals",
    "_ensure_finalized", "get_pointer_to_function", "codegen",
)  # fmt: skip
_Library: Any = getattr(codegen, "JITCodeLibrary", object)
_register: Any = register_pass(mutates_CFG=True, analysis_only=False)
KNOWN = all(hasattr(_Library, name) for name in _LEANT_ON)
"""Does Numba make its libraries in the way that is known here?"""


class _NoEnvironment:
    """Stands for the code generator where Numba tells it the address of a function's Python environment."""

    def set_env(self, name: str, env: Any) -> None:
        """Nothing: there is no such function in machine code."""


class PartLibrary(_Library):  # type: ignore[misc]
    """A function's code as it was lowered."""

    codegen = _NoEnvironment()

    def _optimize_functions(self, ll_module: Any) -> None:
        """Leave it to the callers."""
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        """Leave it to the callers."""

    def _finalize_final_module(self) -> None:
        """Make no machine code."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """None: it has no address."""
        self._ensure_finalized()
        return 0


class KernelLibrary(PartLibrary):
    """A function's code, optimised by itself."""

    def _optimize_functions(self, ll_module: Any) -> None:
        super(PartLibrary, self)._optimize_functions(ll_module)

    def _optimize_final_module(self) -> None:
        super(PartLibrary, self)._optimize_final_module()


class _Lowering(NativeLowering):
    """Numba's last pass, into a library of another kind."""

    library: ClassVar[Any]

    def run_pass(self, state: Any) -> bool:
        """Lower."""
        state.library = self.library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.targetctx = state.targetctx.subtarget(enable_nrt=False)
        return bool(super().run_pass(state))


@_register
class PartLowering(_Lowering):
    """Of a part."""

    _name: Any = "part_lowering"
    library = PartLibrary


@_register
class KernelLowering(_Lowering):
    """Of a kernel."""

    _name: Any = "kernel_lowering"
    library = KernelLibrary


class PartCompiler(CompilerBase):
    """Numba's passes, but for the last."""

    lowering: Any = PartLowering

    def define_pipelines(self) -> list[Any]:
        """One: there is no other way to compile it."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [(self.lowering if made is NativeLowering else made, why) for made, why in passes.passes]
        passes.finalize()
        return [passes]


class KernelCompiler(PartCompiler):
    """Likewise."""

    lowering = KernelLowering
