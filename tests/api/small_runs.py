"""Small configurations, as mappings, that several tests train."""

from typing import Any

XOR: dict[str, Any] = {
    "kind": "supervised", "name": "small", "engine": "numpy", "data": {"set": "xor"},
    "network": {"shape": [2, 3, 1], "optimizer": {"name": "sgd", "eta": 0.5}},
    "training": {"games": 20}, "test": {"every": 10},
}  # fmt: skip
RING: dict[str, Any] = {
    "kind": "gan", "name": "ring", "engine": "numpy", "data": {"set": "ring", "samples": 200},
    "generator": {"shape": [3, 8, 2]}, "discriminator": {"shape": [2, 8, 1]},
    "training": {"games": 20, "batch": 8}, "test": {"every": 10, "batches": 2},
}  # fmt: skip
DIGITS: dict[str, Any] = {
    "kind": "wgan", "name": "sevens", "engine": "numpy", "data": {"classes": [7], "range": [-1, 1]},
    "generator": {"shape": [5, 8, 784], "output": "tanh"},
    "critic": {"shape": [784, 6, 1], "activation": "relu", "clip": {"bound": 0.1}},
    "training": {"games": 10, "batch": 8, "warmup": 0}, "test": {"every": 5, "batches": 1},
}  # fmt: skip
