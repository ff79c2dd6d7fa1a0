"""Layers declare named shapes; a layout places them one after another in a single flat vector."""

import math
from dataclasses import dataclass

from gancli.engines import Array

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Slot:
    """One named array within the flat vector."""

    name: str
    shape: Shape
    start: int

    @property
    def stop(self) -> int:
        """The element after its last."""
        return self.start + math.prod(self.shape)


@dataclass(frozen=True)
class Layout:
    """Where each named array lies."""

    slots: tuple[Slot, ...]

    @classmethod
    def of(cls, shapes: dict[str, Shape]) -> "Layout":
        """Place `shapes` in their order."""
        slots: list[Slot] = []
        for name, shape in shapes.items():
            slots.append(Slot(name, shape, slots[-1].stop if slots else 0))
        return cls(tuple(slots))

    @property
    def size(self) -> int:
        """Elements in all."""
        return self.slots[-1].stop if self.slots else 0

    def views(self, vector: Array) -> dict[str, Array]:
        """Named, shaped views of `vector` (size,): writing into one writes into the vector."""
        if vector.shape != (self.size,):
            raise ValueError(f"a vector of {self.size} elements is needed; got shape {vector.shape}")
        return {slot.name: vector[slot.start : slot.stop].reshape(slot.shape) for slot in self.slots}
