"""gancli beside its peers; run with `python -m benchmarks`."""
