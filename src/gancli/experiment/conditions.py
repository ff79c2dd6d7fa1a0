"""The classes of a run with a condition: from its spec, its data, or its record."""

from gancli.data import SETS, Dataset
from gancli.data.classes import numbers
from gancli.errors import did_you_mean
from gancli.games.classes import Classes
from gancli.runs import RunError, RunFolder
from gancli.spec import Gan, Learning, Wgan
from gancli.spec.conditions import classes


def labels(spec: Learning, names: tuple[str, ...]) -> tuple[int, ...]:
    """The labels of the classes that a run learns from, as it names them, of a set whose classes have `names`."""
    known = range(len(names))  # one's own data have none but those that were chosen
    return tuple(known) if spec.data.set not in SETS else numbers(names, spec.data.classes or known)


def classes_of(spec: Gan | Wgan, dataset: Dataset) -> Classes | None:
    """Of a game with a condition: in the order of their labels, as often as they are in the training data."""
    if spec.condition is None:
        return None
    return Classes.of(tuple(sorted(labels(spec, dataset.classes))), dataset.train.labels)


def named(folder: RunFolder, spec: Gan | Wgan) -> dict[int, str]:
    """The classes that a run with a condition can be asked for: names by labels, in order. Raises RunError."""
    names = folder.data().get("classes")
    count = classes(spec.data)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RunError(f"{folder.path}: its record does not name its classes")
    known = sorted(labels(spec, tuple(names)))
    if len(known) != count:
        raise RunError(f"{folder.path}: its record has {len(known)} classes, its configuration {count}")
    return {label: names[label] for label in known}


def asked_for(folder: RunFolder, spec: Gan | Wgan, one: str) -> int:
    """The place in a code of a class that is asked for by its name or number. Raises RunError."""
    if spec.condition is None:
        text = "was trained without a condition, so no class can be asked for: leave it out"
        raise RunError(f"{folder.path}: {text}")
    known = named(folder, spec)
    for place, (label, name) in enumerate(known.items()):
        if one == name or (one == str(label) and one not in known.values()):
            return place
    shown = ", ".join(name if name == str(label) else f"{label} ({name})" for label, name in list(known.items())[:30])
    raise RunError(f"class: must be a class of this run: {shown}; got {one!r}{did_you_mean(one, known.values())}")
