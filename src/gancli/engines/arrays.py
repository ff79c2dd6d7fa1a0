"""What a kernel does to each of its arrays stands in its signature."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
READ, WRITTEN, CHANGED = "read", "written", "changed"
In = Annotated[Array, READ]
"""A kernel reads it."""
Out = Annotated[Array, WRITTEN]
"""A kernel writes all of it, whatever was there."""
InOut = Annotated[Array, CHANGED]
"""A kernel changes it: what it leaves there depends on what was there."""
Counter = Annotated[NDArray[np.int64], READ]
"""How many steps a network has taken, (1,): an array, for it changes from game to game."""
Counting = Annotated[NDArray[np.int64], CHANGED]
"""The same, where it is counted."""
