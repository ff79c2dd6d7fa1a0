"""The fast engine: a game is recorded once, as a list of kernels, and replayed in machine code (`docs/engine.md`)."""
