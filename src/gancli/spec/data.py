"""The vocabulary of `data:`: which data to learn from, and as what."""

from typing import Annotated, Literal

from pydantic import Field

from gancli.spec.base import Spec

Name = Annotated[str, Field(max_length=200)]
Side = Annotated[int, Field(ge=1, le=4096)]
Bound = Annotated[float, Field(ge=-1e6, le=1e6)]
SetName = Literal[
    "mnist", "fashion_mnist", "kmnist", "emnist_letters", "emnist_digits", "cifar10", "sheep",
    "xor", "line", "square", "triangle", "corner", "two_moons",
    "ring", "eight_gaussians", "grid", "swissroll", "stacked_mnist", "images", "table",
]  # fmt: skip
"""The data sets; `gancli.data.sets` has the table of them, which a test holds these literals to. The last two are one's
own."""
CLASSES: dict[str, tuple[str, ...]] = {
    "mnist": tuple("0123456789"),
    "fashion_mnist": (
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
    "kmnist": (
        "お (o)", "き (ki)", "す (su)", "つ (tsu)", "な (na)",
        "は (ha)", "ま (ma)", "や (ya)", "れ (re)", "を (wo)",
    ),
    "emnist_letters": tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "emnist_digits": tuple("0123456789"),
    "cifar10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    "sheep": ("sheep",),
}  # fmt: skip
"""The classes of each set that has files, in the order of their numbers."""
SAMPLE_SHAPES: dict[str, tuple[int, ...]] = {
    "mnist": (1, 28, 28), "fashion_mnist": (1, 28, 28), "kmnist": (1, 28, 28), "emnist_letters": (1, 28, 28),
    "emnist_digits": (1, 28, 28), "cifar10": (3, 32, 32), "sheep": (1, 28, 28),
    "xor": (2,), "line": (2,), "square": (2,), "triangle": (2,), "corner": (2,), "two_moons": (2,),
    "ring": (2,), "eight_gaussians": (2,), "grid": (2,),
    "swissroll": (2,), "stacked_mnist": (3, 28, 28),
}  # fmt: skip
"""The shape of one sample of each data set that comes with gancli."""
REGIONS = ("xor", "line", "square", "triangle", "corner")
"""Regions of the plane to learn, which no generator imitates."""
OWN = ("images", "table")
"""The sets of a user's own data, whose shapes are known once they are read."""
TARGETS = {
    "mnist": 10, "fashion_mnist": 10, "kmnist": 10, "emnist_letters": 26, "emnist_digits": 10, "cifar10": 10,
    "xor": 1, "line": 1, "square": 1, "triangle": 1, "corner": 1, "two_moons": 1,
}  # fmt: skip
"""How many outputs a supervised network needs, for each data set with labels to learn."""
ClassName = Annotated[int, Field(ge=0)] | Annotated[str, Field(max_length=200)]


class Data(Spec):
    """Which data to learn from."""

    set: SetName = "mnist"
    """A set that `gancli data list` names, or one's own: images (a folder of pictures, an array, IDX files) or table
    (CSV, an array of rows)."""
    path: str | None = None
    """images, table: the folder or file. Else a folder of the set's files, instead of $GANCLI_DATA and the cache."""
    classes: Annotated[tuple[ClassName, ...], Field(strict=False, min_length=1, max_length=100)] | None = None
    """The classes to keep, by number or by name; all of them where not given."""
    require: Literal["full"] | None = None
    """full: refuse to run on anything but the 60,000 + 10,000 images of MNIST."""
    points: Literal["corners", "square"] | None = None
    """For xor: learn from the four corners (the report), or from points drawn in the square."""
    samples: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """How many are drawn, for sets that are: 10,000 points, or 60,000 images, where not given."""
    size: Annotated[tuple[Side, Side], Field(strict=False)] | None = None
    """images: [height, width], to which pictures are cropped and resized; needed where they are not all of one size."""
    channels: Annotated[int, Field(ge=1, le=64)] | None = None
    """images: 1 (grey) or 3 (red, green, blue) of pictures; 3 where not given and any has colours."""
    layout: Literal["hw", "hwc", "chw"] | None = None
    """images: the axes of an array after the first: height, width, channels; guessed where they are plain."""
    key: Name | None = None
    """The array of an .npz, where it has several."""
    label: Name | Annotated[int, Field(ge=0)] | None = None
    """table: the column of the classes; without one, rows have none."""
    targets: Annotated[tuple[Name, ...], Field(strict=False, min_length=1, max_length=1000)] | None = None
    """table: the columns of numbers that a supervised run predicts."""
    header: bool | None = None
    """table: does the first line of a CSV name the columns? Seen where not given."""
    test: Annotated[float, Field(gt=0, lt=1)] | None = None
    """images, table: the share that is held out, drawn by the seed; 0.1 where not given."""
    standardize: bool | None = None
    """table: networks see columns of mean 0 and standard deviation 1; samples come back in the table's own units."""
    range: Annotated[tuple[Bound, Bound], Field(strict=False)] | None = None
    """Of images: what networks see of black and of white; [0, 1] where not given, [-1, 1] for an output of tanh."""
    invert: bool | None = None
    """Of images: black is white, and white black."""

    def sample_shape(self) -> tuple[int, ...] | None:
        """Of one sample; None where it is known once the data are read."""
        if self.set == "images" and self.size is not None and self.channels is not None:
            return (self.channels, *self.size)
        return SAMPLE_SHAPES.get(self.set)

    @property
    def images(self) -> bool:
        """Are the samples images?"""
        return self.set == "images" or len(SAMPLE_SHAPES.get(self.set, ())) == 3

    @property
    def low_high(self) -> tuple[float, float]:
        """What networks see of black and white, the lower first."""
        return self.range or (0.0, 1.0)
