"""What Numba compiles: the arithmetic of whole games, for `engines.numba_engine`."""
