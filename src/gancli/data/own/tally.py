"""What happened to a folder's pictures as they were decoded, and the lines that tell of it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gancli.data.files import readable
from gancli.data.own.split import listed

if TYPE_CHECKING:
    from gancli.data.own.decode import Wanted

Size = tuple[int, int]
"""Height, width."""


@dataclass
class Tally:
    """What happened to a folder's pictures, or to a chunk of them."""

    unreadable: list[tuple[str, str]] = field(default_factory=list)
    """Name and reason of each."""
    sizes: set[Size] = field(default_factory=set)
    """Of those that were resized, before."""
    resized: int = 0
    flattened: int = 0

    def add(self, other: "Tally") -> None:
        """What happened to more of them."""
        self.unreadable += other.unreadable
        self.sizes |= other.sizes
        self.resized += other.resized
        self.flattened += other.flattened


def reasons(unreadable: list[tuple[str, str]]) -> str:
    """The first files that were unreadable, and why."""
    return listed([f"{readable(name)}: {reason}" for name, reason in unreadable], 3)


def notices(tally: Tally, wanted: "Wanted", count: int) -> list[str]:
    """What was done that a user may not expect."""
    lines = []
    if tally.resized:
        low, *_, high = sorted([*tally.sizes, *tally.sizes], key=lambda size: (size[0] * size[1], size))
        lines.append(
            f"{tally.resized:,d} of {count:,d} pictures were cropped to the centre and resized to "
            f"{wanted.height}×{wanted.width}, from {low[0]}×{low[1]} to {high[0]}×{high[1]} (height×width)"
        )
    if tally.flattened:
        lines.append(f"{tally.flattened:,d} pictures are transparent in places, which were laid on white")
    if tally.unreadable:
        lines.append(f"{len(tally.unreadable):,d} files could not be read: {reasons(tally.unreadable)}")
    return lines
