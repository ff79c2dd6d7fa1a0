"""The data that a spec asks for, which its networks fit."""

from gancli import data
from gancli.data import Dataset
from gancli.experiment.streams import stream
from gancli.spec import Experiment, Learning, Problem, SpecError, models, sizes


def load_data(spec: Experiment, progress: data.Progress | None = None) -> Dataset:
    """The data set of a spec, which its networks fit. Raises DataError, SpecError."""
    if isinstance(spec, models.Game2d):
        return data.none()
    options = spec.data.model_dump(exclude_none=True)
    name, low_high = options.pop("set"), options.pop("range", (0.0, 1.0))
    dataset = data.load(name, rng=stream(spec.seed, "data"), value_range=low_high, progress=progress, **options)
    check_fit(spec, dataset)
    return dataset


def how_to_find(spec: Experiment) -> str:
    """What to do where the data that are here are not those that a run learned from."""
    if isinstance(spec, models.Game2d) or spec.data.set in data.SETS:
        return "set $GANCLI_DATA, or data.path, to where its own are"
    return "its own have changed since: put them back as they were, or train anew"


def check_fit(spec: Learning, dataset: Dataset) -> None:
    """Do the networks fit the data, whose shape a spec may not know? Raises SpecError."""
    outputs: tuple[int, ...] = ()
    if isinstance(spec, models.Supervised):
        outputs = output_counts(dataset)
        if not outputs:
            there = f"one class alone, {dataset.classes[0]!r}" if dataset.classes else "no labels"
            text = f"has {there}; a supervised run learns to tell two or more apart"
            raise SpecError([Problem(dataset.origin, "data", text)])
    if wrong := list(sizes(spec, dataset.shape, outputs)):
        raise SpecError([Problem(dataset.origin, ".".join(map(str, one.path)), one.text) for one in wrong])


def output_counts(dataset: Dataset) -> tuple[int, ...]:
    """How many outputs a supervised network may have: as many as classes, or one for two; none where there are none."""
    if dataset.train.targets is not None:
        return (dataset.train.targets.shape[1],)
    classes = len(dataset.classes)
    return (1, 2) if classes == 2 else (classes,) if classes > 2 else ()
