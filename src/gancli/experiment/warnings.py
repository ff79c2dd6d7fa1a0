"""What a valid configuration asks of data that hold less: known only once they are loaded."""

from collections.abc import Callable, Iterable, Iterator

from gancli.data import DataError, Dataset, held_out
from gancli.engines import engine_name, fallback, numba_is_here
from gancli.experiment.build import build
from gancli.experiment.judges import check_evaluate
from gancli.experiment.loading import check_fit, load_data
from gancli.spec import Experiment, Game2d, Learning, Problem, Supervised


def data_warnings(spec: Experiment, dataset: Dataset) -> Iterator[Problem]:
    """What to warn of where `spec` is to learn from `dataset` on this machine."""
    if spec.engine == "auto" and (reason := fallback()) is not None:
        yield Problem("", "engine", reason)
    if isinstance(spec, Game2d):
        return
    samples, batch = _training_samples(spec, dataset), spec.training.batch
    if batch > samples:
        text = f"is {batch:,d}, but there are only {samples:,d} training samples ({dataset.origin}): each batch"
        text += "" if isinstance(spec, Supervised) else ", in training and in tests,"
        yield Problem("", "training.batch", f"{text} holds some of them more than once")
    if isinstance(spec, Supervised) and spec.test.count is not None:
        count, held_out = spec.test.count, len(dataset.test.samples)
        if count > held_out:
            text = f"is {count:,d}, but there are only {held_out:,d} test samples ({dataset.origin}): they are all used"
            yield Problem("", "test.count", text)


def _training_samples(spec: Learning, dataset: Dataset) -> int:
    """How many there are once validation data are held out of them."""
    count = len(dataset.train.samples)
    share = spec.test.validation if isinstance(spec, Supervised) else None
    return count if share is None or dataset.validation is not None else count - held_out(count, share)


def warnings_of_engine(spec: Experiment, dataset: Dataset) -> Iterator[Problem]:
    """Which operations of its first game the fast engine, where it is chosen and here, leaves to NumPy."""
    if engine_name(spec.engine) != "numba" or not numba_is_here():
        return
    built = build(spec, dataset)
    if names := built.game.engine.left_to_numpy(built.game):
        yield Problem(
            "", "engine", f"has no machine code for {', '.join(names)}, which NumPy computes: the run is slower"
        )


def warnings_of_data(
    specs: Iterable[Experiment], must_load: bool, of_engine: bool = False,
    tell: Callable[[Learning, Dataset], object] | None = None,
) -> Iterator[Problem]:  # fmt: skip
    """`data_warnings` of many experiments; data that several share are loaded once, one set at a time is in memory.

    With `of_engine`, what the engine leaves to NumPy too. `tell` is called with each data set, and who asks for it.
    Data that cannot be loaded, or that `evaluate:` cannot judge, raise DataError or, where they need not be here, are a
    warning. Data that networks do not fit raise SpecError.
    """
    alike: dict[str, list[Learning]] = {}
    for spec in specs:
        if isinstance(spec, Game2d):
            yield from warnings_of_engine(spec, load_data(spec)) if of_engine else ()
        else:
            alike.setdefault(repr(spec.data), []).append(spec)
    for group in alike.values():
        try:
            dataset = load_data(group[0])  # how many samples there are does not depend on the seed
        except DataError as error:
            if must_load:
                raise
            yield Problem("", "data", f"cannot be loaded here: {error}")
        else:
            if tell is not None:
                tell(group[0], dataset)
            for spec in group:
                check_fit(spec, dataset)
                yield from data_warnings(spec, dataset)
                yield from warnings_of_engine(spec, dataset) if of_engine else ()
                try:
                    check_evaluate(spec, dataset)
                except DataError as error:
                    if must_load:
                        raise
                    yield Problem("", "", str(error))
