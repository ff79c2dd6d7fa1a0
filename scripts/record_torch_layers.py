"""Record what PyTorch's layers of images make of given numbers, and their gradients: `tests/nn/torch_layers.npz`.

    pip install -e '.[bench]' && python scripts/record_torch_layers.py

Images are PyTorch's, (batch, channels, height, width), and its weights. The loss is Σ cos(y).
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

LAYERS: dict[str, tuple[tuple[int, int, int], nn.Module]] = {
    "conv 3x3": ((2, 5, 6), nn.Conv2d(2, 3, 3, 1, 1)),
    "conv 4x4, stride 2": ((3, 8, 6), nn.Conv2d(3, 4, 4, 2, 1)),
    "conv 5x5, stride 3, padding 2": ((1, 9, 7), nn.Conv2d(1, 2, 5, 3, 2)),
    "conv_transpose 4x4, stride 2": ((3, 4, 3), nn.ConvTranspose2d(3, 2, 4, 2, 1)),
    "conv_transpose 3x3, stride 2, output padding 1": ((2, 3, 4), nn.ConvTranspose2d(2, 3, 3, 2, 1, 1)),
    "conv_transpose 5x5, stride 3": ((2, 2, 3), nn.ConvTranspose2d(2, 1, 5, 3)),
    "max pool": ((2, 7, 6), nn.MaxPool2d(3, 2)),
    "average pool": ((2, 7, 6), nn.AvgPool2d(3, 2)),
    "global pool": ((3, 4, 5), nn.AdaptiveAvgPool2d(1)),
    "nearest": ((2, 3, 4), nn.Upsample(scale_factor=2, mode="nearest")),
    "bilinear": ((2, 3, 4), nn.Upsample(scale_factor=3, mode="bilinear", align_corners=False)),
    "batch norm": ((3, 4, 5), nn.BatchNorm2d(3)),
    "layer norm": ((3, 4, 5), nn.GroupNorm(1, 3)),
}


def main() -> None:
    """Write the file."""
    torch.manual_seed(0)
    recorded: dict[str, Any] = {"torch": np.array(torch.__version__)}
    for name, (image, layer) in LAYERS.items():
        layer.double()
        x = torch.randn(4, *image, dtype=torch.double, requires_grad=True)
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.copy_(torch.randn_like(parameter))
        y = layer(x)
        torch.cos(y).sum().backward()
        recorded |= {f"{name}/x": x, f"{name}/y": y, f"{name}/dx": x.grad}
        for key, parameter in layer.named_parameters():
            recorded |= {f"{name}/{key}": parameter, f"{name}/d{key}": parameter.grad}
        recorded |= {f"{name}/{key}": buffer for key, buffer in layer.named_buffers() if buffer.ndim}
    arrays: Any = {key: value if key == "torch" else value.detach().numpy() for key, value in recorded.items()}
    path = Path(__file__).parent.parent / "tests" / "nn" / "torch_layers.npz"
    np.savez_compressed(path, **arrays)
    print(f"{path}: {path.stat().st_size:,d} bytes")


if __name__ == "__main__":
    main()
