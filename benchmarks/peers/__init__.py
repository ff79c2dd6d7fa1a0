"""Each peer plays the same games with the tools of another library, as its users would, and as fast as it can."""

PEERS = {
    "gancli numba": ("benchmarks.peers.own", "Numba"),
    "gancli numpy": ("benchmarks.peers.own", "NumPy"),
    "plain numpy": ("benchmarks.peers.plain", "Plain"),
    "torch eager": ("benchmarks.peers.pytorch", "Eager"),
    "torch compile": ("benchmarks.peers.pytorch", "Compiled"),
    "torch by hand": ("benchmarks.peers.pytorch_by_hand", "ByHand"),
    "jax step": ("benchmarks.peers.jax_loops", "Step"),
    "jax scan": ("benchmarks.peers.jax_loops", "Scan"),
}
