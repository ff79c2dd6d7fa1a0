"""Record where PyTorch's optimisers take three parameters in five steps: `tests/nn/torch_optimizers.json`.

    pip install -e '.[bench]' && python scripts/record_torch_optimizers.py

In double precision. Beside each case stand our name and settings of the same optimiser.
"""

import json
from pathlib import Path
from typing import Any

import torch
from torch import optim

W = [0.5, -1.2, 2.0]
GRADS = [[0.3, -0.7, 1e-3], [-0.1, -0.65, 2e-3], [0.25, -0.6, -1e-3], [0.3, 0.1, 5e-3], [1.3, -0.7, 0.0]]
ADAM = {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}
CASES: dict[str, tuple[str, dict[str, Any], Any]] = {
    "nesterov": (
        "sgd", {"eta": 0.1, "momentum": 0.9, "nesterov": True},
        lambda w: optim.SGD(w, lr=0.1, momentum=0.9, nesterov=True),
    ),
    "nesterov, decay": (
        "sgd", {"eta": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.03},
        lambda w: optim.SGD(w, lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.03),
    ),
    "sgd, decay": (
        "sgd", {"eta": 0.1, "momentum": 0.5, "weight_decay": 0.2},
        lambda w: optim.SGD(w, lr=0.1, momentum=0.5, weight_decay=0.2),
    ),
    "adagrad, decay": (
        "adagrad", {"eta": 0.1, "epsilon": 1e-3, "weight_decay": 0.2},
        lambda w: optim.Adagrad(w, lr=0.1, eps=1e-3, weight_decay=0.2),
    ),
    "rmsprop, decay": (
        "rmsprop", {"eta": 0.1, "gamma": 0.9, "epsilon": 1e-3, "weight_decay": 0.2},
        lambda w: optim.RMSprop(w, lr=0.1, alpha=0.9, eps=1e-3, weight_decay=0.2),
    ),
    "adadelta, decay": (
        "adadelta", {"gamma": 0.9, "epsilon": 1e-3, "weight_decay": 0.2},
        lambda w: optim.Adadelta(w, lr=1.0, rho=0.9, eps=1e-3, weight_decay=0.2),
    ),
    "adam, decay": (
        "adam", {"eta": 0.1, **ADAM, "weight_decay": 0.2},
        lambda w: optim.Adam(w, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2),
    ),
    "adamw": (
        "adamw", {"eta": 0.1, **ADAM, "weight_decay": 0.2},
        lambda w: optim.AdamW(w, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2),
    ),
    "adam, clipped, decay": (
        "adam", {"eta": 0.1, **ADAM, "weight_decay": 0.2, "grad_clip": 0.7},
        lambda w: optim.Adam(w, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2),
    ),
    "adamw, as it is": ("adamw", {"eta": 0.001}, optim.AdamW),
}  # fmt: skip


def steps(make: Any, most: float | None) -> list[list[float]]:
    """The parameters after each step."""
    w = torch.nn.Parameter(torch.tensor(W, dtype=torch.double))
    optimizer, found = make([w]), []
    for gradient in GRADS:
        w.grad = torch.tensor(gradient, dtype=torch.double)
        if most is not None:
            torch.nn.utils.clip_grad_norm_([w], most)
        optimizer.step()
        found.append(w.tolist())
    return found


def main() -> None:
    """Write the file."""
    cases = {
        name: {"optimizer": ours, "settings": settings, "params": steps(make, settings.get("grad_clip"))}
        for name, (ours, settings, make) in CASES.items()
    }
    path = Path(__file__).parent.parent / "tests" / "nn" / "torch_optimizers.json"
    recorded = {"torch": torch.__version__, "start": W, "grads": GRADS, "cases": cases}
    path.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: {path.stat().st_size:,d} bytes")


if __name__ == "__main__":
    main()
