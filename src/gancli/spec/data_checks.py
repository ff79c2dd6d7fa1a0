"""What one field of `data:` cannot know: what a set has none of, and what a kind of run cannot learn from."""

import contextlib
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gancli.errors import did_you_mean
from gancli.spec.data import CLASSES, OWN, REGIONS, SAMPLE_SHAPES, TARGETS, Data
from gancli.spec.network_checks import Finding
from gancli.spec.shapes import Misfit, after
from gancli.spec.yaml import KeyPath

if TYPE_CHECKING:
    from gancli.spec.models import Learning
    from gancli.spec.networks import Network

DRAWN = tuple(name for name in SAMPLE_SHAPES if name not in CLASSES and name != "xor")
"""The sets that are drawn anew for each seed."""
MIXED = ("stacked_mnist",)
"""Those of them that are made of another set's images."""
_FILES = tuple(CLASSES)
_IMAGES = (*_FILES, *MIXED, "images")
FOR: dict[str, tuple[str, ...]] = {
    "path": (*_FILES, *MIXED, *OWN),
    "classes": (*_FILES, *OWN),
    "require": ("mnist",),
    "points": ("xor",),
    "samples": ("xor", *DRAWN),
    "size": ("images",),
    "channels": ("images",),
    "layout": ("images",),
    "key": OWN,
    "label": ("table",),
    "targets": ("table",),
    "header": ("table",),
    "test": OWN,
    "standardize": ("table",),
    "range": _IMAGES,
    "invert": _IMAGES,
}
"""The sets that each key is for."""


def findings(spec: "Learning") -> Iterator[Finding]:
    """All that is wrong with a spec's data."""
    data = spec.data
    for key, sets in FOR.items():
        if data.set not in sets and getattr(data, key) is not None:
            yield Finding(("data", key), f"says nothing of `set: {data.set}`: it is for {_listed(sets)}; remove it")
    if data.set == "xor" and data.samples is not None and data.points != "square":
        yield Finding(("data", "samples"), "is for data that are drawn: of xor with `points: square`; remove it")
    if data.set in OWN and data.path is None:
        what = "folder of pictures, array or IDX file" if data.set == "images" else "CSV file or array of rows"
        yield Finding(("data", "path"), f"is needed with `set: {data.set}`: your {what}")
    if data.range is not None and not data.range[0] < data.range[1]:
        yield Finding(("data", "range"), f"must be [low, high], the lower first; got {list(data.range)}")
    yield from _learned(spec)
    yield from _classes(data)


def _learned(spec: "Learning") -> Iterator[Finding]:
    """Is the set one that this kind of run can learn from?"""
    data = spec.data
    supervised = spec.kind == "supervised"
    if data.set == "table":
        yield from _table(data, supervised)
    elif supervised and data.set not in (*TARGETS, "images"):
        others = _listed((*TARGETS, *OWN))
        yield Finding(("data", "set"), f"{data.set} is for a gan or wgan; a supervised run learns from {others}")
    elif not supervised and data.set in REGIONS:
        others = _listed([other for other in (*SAMPLE_SHAPES, *OWN) if other not in REGIONS])
        yield Finding(("data", "set"), f"{data.set} is for `kind: supervised`; a {spec.kind} learns from {others}")


def _table(data: Data, supervised: bool) -> Iterator[Finding]:
    if supervised and (data.label is None) == (data.targets is None):
        got = "neither" if data.label is None else "both"
        text = f"a supervised run learns the classes of a column (`label`) or numbers (`targets`); got {got}"
        yield Finding(("data",), text)
    if not supervised and data.targets is not None:
        yield Finding(("data", "targets"), "is for `kind: supervised`; a generator makes all columns: remove it")
    if data.classes is not None and data.label is None:
        yield Finding(("data", "classes"), "needs `label`, the column of the classes")


def _classes(data: Data) -> Iterator[Finding]:
    """Of a set whose classes are known: each by its number or its name, and none twice."""
    names = CLASSES.get(data.set)
    if data.classes is None or names is None:
        return
    known = {**{str(number): number for number in range(len(names))}, **{name: i for i, name in enumerate(names)}}
    chosen = [known.get(str(one)) for one in data.classes]
    for number, (one, label) in enumerate(zip(data.classes, chosen, strict=True)):
        if label is None or (isinstance(one, str) and one not in names):
            allowed = f"must be a class of {data.set}: 0 to {len(names) - 1}"
            allowed += "" if names[0] == "0" else f", or a name: {', '.join(names)}"
            meant = did_you_mean(one, names) if isinstance(one, str) else ""
            yield Finding(("data", "classes", number), f"{allowed}; got {one!r}{meant}")
    if len(set(chosen)) < len(chosen) and None not in chosen:
        what = "digit" if data.set == "mnist" else "class"
        yield Finding(("data", "classes"), f"names a {what} twice; got {list(data.classes)}")


def sizes(spec: "Learning", shape: tuple[int, ...] | None, outputs: tuple[int, ...]) -> Iterator[Finding]:
    """Do the networks fit samples of a shape and, of a supervised run, one of these numbers of outputs?

    What is not known is not checked: no shape, no outputs.
    """
    described = _size_of_one(spec, shape or ())
    for key, network in spec.networks().items():
        own = network.sizes()
        if not own:
            continue
        ends = network.shapes()
        first, last = ("inputs", "layers") if network.layers else ("shape", "shape")
        if shape and key != "generator":
            yield from _inputs(spec, (key, first), ends[0], shape)
        wanted = {"generator": (math.prod(shape),) if shape else (), "network": outputs}.get(key, (1,))
        if wanted and (own[-1] not in wanted or (key == "generator" and _other_image(ends[-1], shape or ()))):
            named = " or ".join(map(str, wanted))
            text = described if key == "generator" else named
            remedy = fitting(network, shape) if key == "generator" and shape else ""
            yield Finding((key, last), f"outputs must be {text}; got {_short(ends[-1])}{remedy}")


def _inputs(spec: "Learning", path: KeyPath, own: tuple[int, ...], shape: tuple[int, ...]) -> Iterator[Finding]:
    """Those of a network that sees samples: one, or as many as are packed, of images the channels of all."""
    packed = 1 if spec.kind == "supervised" else spec.training.packed
    seen = (packed * shape[0], *shape[1:])
    if math.prod(own) == math.prod(seen) and not _other_image(own, seen):
        return
    text = f"inputs must be {_size_of_one(spec, shape)}; got {_short(own)}"
    if packed > 1:
        channels = f", or [{', '.join(map(str, seen))}] before a convolution" if len(shape) == 3 else ""
        text = f"inputs must be {math.prod(seen)}{channels}: `training.pack: {packed}` samples side by side, each "
        text += f"{_size_of_one(spec, shape)}; got {_short(own)}"
    yield Finding(path, text)


def _size_of_one(spec: "Learning", shape: tuple[int, ...]) -> str:
    sample = {"images": "an image", "table": "a row"}.get(spec.data.set, f"a {spec.data.set} sample")
    return f"{_described(shape)}, the size of {sample}"


def fitting(network: "Network", wanted: tuple[int, ...]) -> str:
    """The padding of its last layer by which a generator would make images of that shape, if there is one."""
    if not network.layers or len(wanted) != 3 or ((below := network.shapes()[-2]) and len(below) != 3):
        return ""
    last = network.layers[-1]
    for more in range((last.stride or 1) if last.conv_transpose else 1):
        for padding in range(last.kernel or 0):
            tried = last.model_copy(update={"padding": padding, "output_padding": more or None})
            with contextlib.suppress(Misfit):
                if after(tried, below)[1:] == wanted[1:]:
                    also = f" and output_padding: {more}" if more else ""
                    return f": padding: {padding}{also} of its last layer would make {wanted[1]}×{wanted[2]}"
    return ""


def _other_image(own: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return len(own) == len(shape) == 3 and own != shape


def _short(shape: tuple[int, ...]) -> str:
    return f"{math.prod(shape)} ({'×'.join(map(str, shape))})" if len(shape) == 3 else str(shape[0])


def _described(shape: tuple[int, ...]) -> str:
    size = math.prod(shape)
    if len(shape) != 3:
        return str(size)
    grey = shape[0] == 1
    return f"{size} ({'×'.join(map(str, shape[1:] if grey else shape))} {'pixels' if grey else 'numbers'})"


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
