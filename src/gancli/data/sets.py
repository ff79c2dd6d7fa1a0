"""The one table of the data sets that come with gancli; choices, downloads, errors and documentation are made from it.

To add one is an entry here, its literals in `spec.models` (a test equates them), and, where its files are of a new
format, a parser in `store.PARSERS`. A leaf that imports nothing heavy, for the command line asks it for names.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["images", "points", "vectors"]
"""images: (channels, height, width); points: of the plane; vectors: any other rows of numbers."""
Format = Literal["idx", "cifar", "bitmaps", "drawn"]
"""idx: four files, raw or gzipped; cifar: records of a label and a picture; bitmaps: one .npy; drawn: by gancli."""


@dataclass(frozen=True)
class FileInfo:
    """One file of a set, as it lies in the set's folder."""

    name: str
    """Unpacked; a gzipped one has `.gz` behind it."""
    size: int
    """Bytes, unpacked; of a file without a known checksum, about."""
    packed: int = 0
    """And gzipped, about, for it depends on who packed it; 0 where it comes as it is."""
    sha256: str | None = None
    """Of the unpacked bytes. Where no checksum is known, that of the first download is held to."""
    packed_sha256: str | None = None
    """Of the gzipped bytes, where only that is published."""


@dataclass(frozen=True)
class Archive:
    """What the files of a set are fetched in."""

    name: str
    folder: str
    """Within it, where the files are."""
    size: int
    sha256: str


@dataclass(frozen=True)
class SetInfo:
    """All that is known of a data set before it is loaded."""

    name: str
    title: str
    """As people write it."""
    kind: Kind
    shape: tuple[int, ...]
    """Of one sample; images: (channels, height, width)."""
    classes: tuple[str, ...]
    """In the order of their labels."""
    counts: tuple[int, int]
    """Samples to train on, and held out."""
    about: str
    """In a line."""
    licence: str
    citation: str
    format: Format = "drawn"
    mirrors: tuple[str, ...] = ()
    """Addresses, in the order in which they are tried, of the folder that holds the files or the archive."""
    files: tuple[FileInfo, ...] = ()
    """idx: images and labels to train on, then held out; cifar: to train on, then the one held out."""
    archive: Archive | None = None
    folder: str = ""
    """Its name in the cache and in `$GANCLI_DATA`; the set's own where it is empty."""
    transposed: bool = False
    """Whether the pictures of its files lie on their side."""
    first_label: int = 0
    """The number by which its files call the first class."""
    ink: bool = False
    """Whether its files hold how dark a picture is, rather than how light: 0 is white there."""
    learned: bool = True
    """Whether its labels are for a supervised run to learn."""

    @property
    def command(self) -> str:
        """What brings it."""
        return f"gancli data fetch {self.name}"

    @property
    def place(self) -> str:
        """The name of its folder."""
        return self.folder or self.name

    @property
    def fetched(self) -> bool:
        """Is it made of files, rather than drawn?"""
        return self.format != "drawn"


IDX = tuple(f"{part}-{what}-ubyte" for part in ("train", "t10k") for what in ("images-idx3", "labels-idx1"))
"""What MNIST's four files are called, and those of its followers."""


def _idx(
    names: tuple[str, ...],
    counts: tuple[int, int],
    packed: tuple[int, ...],
    sha256: tuple[str, ...] = (),
    packed_sha256: tuple[str, ...] = (),
) -> tuple[FileInfo, ...]:
    """Four files of 28×28 pictures and of labels."""
    sizes = [size for count in counts for size in (16 + 784 * count, 8 + count)]
    unknown = (None,) * len(names)
    rows = zip(names, sizes, packed, sha256 or unknown, packed_sha256 or unknown, strict=True)
    return tuple(FileInfo(*row) for row in rows)


def _emnist(split: str, counts: tuple[int, int], packed: tuple[int, ...]) -> tuple[FileInfo, ...]:
    names = tuple(
        f"emnist-{split}-{part}-{what}-ubyte" for part in ("train", "test") for what in ("images-idx3", "labels-idx1")
    )
    return _idx(names, counts, packed)


def _points(name: str, title: str, classes: int, counts: tuple[int, int], about: str, learned: bool = True) -> SetInfo:
    """Points of the plane, which gancli draws itself."""
    names = tuple(map(str, range(classes)))
    return SetInfo(name, title, "points", (2,), names, counts, about, "MIT, as gancli", "", learned=learned)


DIGITS = tuple("0123456789")
_IMAGE = (1, 28, 28)
_EMNIST = Archive("gzip.zip", "gzip", 561_753_746, "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e")
_NIST = "https://biometrics.nist.gov/cs_links/EMNIST/"
_COHEN = "Cohen, Afshar, Tapson and van Schaik (2017), EMNIST: an extension of MNIST to handwritten letters"
_CIFAR = {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}

_ALL = (
    SetInfo(
        name="mnist",
        title="MNIST",
        kind="images",
        shape=_IMAGE,
        ink=True,
        classes=DIGITS,
        counts=(60_000, 10_000),
        about="handwritten digits; 4,500 + 500 of them come with gancli",
        licence="CC BY-SA 3.0",
        citation="LeCun, Cortes and Burges (1998), The MNIST database of handwritten digits",
        format="idx",
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        files=_idx(
            IDX,
            (60_000, 10_000),
            (9_912_422, 28_881, 1_648_877, 4_542),
            (
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ),
    ),
    SetInfo(
        name="fashion_mnist",
        title="Fashion-MNIST",
        kind="images",
        shape=_IMAGE,
        ink=True,
        classes=(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ),
        counts=(60_000, 10_000),
        about="photographs of clothes, in MNIST's format",
        licence="MIT",
        citation="Xiao, Rasul and Vollgraf (2017), Fashion-MNIST: a novel image dataset for benchmarking machine "
        "learning algorithms",
        format="idx",
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
        files=_idx(
            IDX,
            (60_000, 10_000),
            (26_421_880, 29_515, 4_422_102, 5_148),
            (
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    ),
    SetInfo(
        name="kmnist",
        title="KMNIST",
        kind="images",
        shape=_IMAGE,
        ink=True,
        classes=(
            "お (o)", "き (ki)", "す (su)", "つ (tsu)", "な (na)",
        "は (ha)", "ま (ma)", "や (ya)", "れ (re)", "を (wo)",
        ),
        counts=(60_000, 10_000),
        about="cursive Japanese characters from old books, in MNIST's format",
        licence="CC BY-SA 4.0",
        citation="KMNIST dataset (created by CODH), adapted from the Kuzushiji dataset (created by NIJL and others), "
        "doi:10.20676/00000341; Clanuwat et al. (2018), Deep learning for classical Japanese literature",
        format="idx",
        mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        files=_idx(
            IDX,
            (60_000, 10_000),
            (18_165_135, 29_497, 3_041_136, 5_120),
            packed_sha256=(
                "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
            ),
        ),
    ),
    SetInfo(
        name="emnist_letters",
        title="EMNIST Letters",
        kind="images",
        shape=_IMAGE,
        ink=True,
        classes=tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        counts=(124_800, 20_800),
        about="handwritten letters, capital and small in one class",
        licence="public domain (NIST, a work of the United States government)",
        citation=_COHEN,
        format="idx",
        mirrors=(_NIST,),
        files=_emnist("letters", (124_800, 20_800), (31_000_000, 77_000, 5_200_000, 300)),
        archive=_EMNIST,
        folder="emnist",
        transposed=True,
        first_label=1,
    ),
    SetInfo(
        name="emnist_digits",
        title="EMNIST Digits",
        kind="images",
        shape=_IMAGE,
        ink=True,
        classes=DIGITS,
        counts=(240_000, 40_000),
        about="handwritten digits, four times as many as MNIST has",
        licence="public domain (NIST, a work of the United States government)",
        citation=_COHEN,
        format="idx",
        mirrors=(_NIST,),
        files=_emnist("digits", (240_000, 40_000), (53_000_000, 140_000, 8_900_000, 24_000)),
        archive=_EMNIST,
        folder="emnist",
        transposed=True,
    ),
    SetInfo(
        name="cifar10",
        title="CIFAR-10",
        kind="images",
        shape=(3, 32, 32),
        classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        counts=(50_000, 10_000),
        about="small colour photographs of animals and vehicles",
        licence="none stated by its authors; in common use for research and teaching",
        citation="Krizhevsky (2009), Learning multiple layers of features from tiny images",
        format="cifar",
        mirrors=(
            "https://www.cs.toronto.edu/~kriz/",
            "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
        ),
        files=tuple(FileInfo(name, 30_730_000, sha256=sha256) for name, sha256 in _CIFAR.items()),
        archive=Archive(
            "cifar-10-binary.tar.gz",
            "cifar-10-batches-bin",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    ),
    SetInfo(
        name="sheep",
        title="Quick, Draw! sheep",
        kind="images",
        shape=_IMAGE,
        ink=True,
        classes=("sheep",),
        counts=(113_509, 12_612),
        about="sheep that people drew in twenty seconds; the last tenth of a fixed shuffle is held out",
        licence="CC BY 4.0",
        citation="The Quick, Draw! dataset, made available by Google, Inc. (2017)",
        format="bitmaps",
        mirrors=("https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/",),
        files=(FileInfo("sheep.npy", 80 + 784 * 126_121),),
        learned=False,
    ),
    _points("xor", "XOR", 2, (4, 400), "1 where x·y > 0: the four corners of a square, or points of it (report, 1.4)"),
    _points("line", "Line", 2, (10_000, 400), "on which side of the line 0.6 x + 0.8 y = 0.2? (report, 1.2.1)"),
    _points("square", "Square", 2, (10_000, 400), "inside the square of side 1.2 around 0? (report, 1.2.2)"),
    _points("triangle", "Triangle", 2, (10_000, 400), "inside a triangle, which is convex? (report, 1.2.2)"),
    _points("corner", "Corner", 2, (10_000, 400), "inside a square but not its last quarter? (report, 1.2.2)"),
    _points("ring", "Ring", 8, (10_000, 10_000), "8 Gaussians of σ 0.01 on the circle of radius 1", learned=False),
    _points("grid", "Grid", 25, (10_000, 10_000), "25 Gaussians of σ 0.05 at {−4, −2, 0, 2, 4}²", learned=False),
    _points(
        "two_moons", "Two moons", 2, (10_000, 10_000),
        "two half circles that reach into each other, with noise of σ 0.1, as scikit-learn draws them",
    ),
    _points(
        "eight_gaussians", "Eight Gaussians", 8, (10_000, 10_000),
        "8 Gaussians of σ 0.014 on the circle of radius 1.414 (Gulrajani et al. 2017)", learned=False,
    ),
    _points(
        "swissroll", "Swiss roll", 0, (10_000, 10_000),
        "a spiral with noise (Gulrajani et al. 2017)", learned=False,
    ),
    SetInfo(
        name="stacked_mnist",
        title="Stacked MNIST",
        kind="images",
        shape=(3, 28, 28),
        classes=tuple(f"{number:03d}" for number in range(1000)),
        counts=(60_000, 10_000),
        about="three digits of MNIST as the channels of one image: 1,000 modes (Metz et al. 2016)",
        licence="MNIST's",
        citation="Metz, Poole, Pfau and Sohl-Dickstein (2016), Unrolled generative adversarial networks",
        learned=False,
    ),
)  # fmt: skip
SETS = {info.name: info for info in _ALL}


def markdown() -> str:
    """The table of docs/data.md."""
    lines = ["| set | what | samples | shape | classes | licence |", "| --- | --- | --- | --- | --- | --- |"]
    for one in SETS.values():
        counts = f"{one.counts[0]:,d} + {one.counts[1]:,d}"
        shape = "×".join(map(str, one.shape))
        classes = (
            ", ".join(one.classes)
            if not (one.classes and one.classes[0].isdecimal())
            else f"{one.classes[0]} to {one.classes[-1]}"
        )
        lines.append(f"| `{one.name}` | {one.about} | {counts} | {shape} | {classes} | {one.licence} |")
    return "\n".join(lines) + "\n"
