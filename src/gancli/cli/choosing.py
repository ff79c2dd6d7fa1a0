"""Which runs `gancli ls` lists, and in which order; what no run has is an error with what there is."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from gancli.cli.differing import in_words, stands_for
from gancli.cli.listed import DIFFERS, METRIC, Listed, differing
from gancli.errors import did_you_mean

COLUMNS = ("run", "status", "age", METRIC, DIFFERS)
"""What the table shows, and can be sorted by."""
FACTS = ("name", "kind", "seed", "game", "seconds", "cells")
"""More that csv and json have of each."""
MOST = 10
"""Of the values of a key, how many are named."""


def chosen(every: list[Listed], where: Sequence[str]) -> list[Listed]:
    """Those of which all of `where` is true. Raises UsageError for a key that none of them has."""
    conditions = [_condition(word, every) for word in where]
    return [one for one in every if all(holds(one) for holds in conditions)]


def _condition(word: str, every: list[Listed]) -> Callable[[Listed], bool]:
    """Whether a run is as KEY=VALUE says."""
    from gancli.spec.yaml import load_text

    key, equals, text = word.partition("=")
    if not equals or not key:
        raise click.UsageError(f"--where must be KEY=VALUE, such as kind=wgan; got {word!r}")
    keys, value = _keys("--where", key, every), load_text(text, f"--where {word}").data
    return lambda one: any(_is(found, value, text) for found in _found(one, keys))


def _is(found: Any, value: Any, text: str) -> bool:
    """Is a value the one that was asked for, read as YAML, as it stands there, or as the table shows it?"""
    same_kind = isinstance(found, bool) == isinstance(value, bool)
    return (found == value and same_kind) or text in (found, in_words(found))


def why_none(every: list[Listed], where: Sequence[str]) -> str:
    """What to say where nothing is chosen: the values that there are of the first key that has none such."""
    for word in where:
        if not chosen(every, [word]):
            key, _, text = word.partition("=")
            values = [found for one in every for found in _found(one, _keys("--where", key, every))]
            words = list(dict.fromkeys(map(in_words, values)))
            more = f", … and {len(words) - MOST} more" if len(words) > MOST else ""
            near = did_you_mean(text, dict.fromkeys(value for value in values if isinstance(value, str)))
            return f"has {word}; there is {', '.join(words[:MOST])}{more}{near}"
    return f"has {' and '.join(where)} at once"


def _found(one: Listed, keys: Iterable[str]) -> list[Any]:
    """The values of keys that a run has."""
    return [one.values[key] for key in keys if one.values.get(key) not in (None, "")]


def _keys(option: str, word: str, every: Sequence[Listed]) -> list[str]:
    """The keys that a word stands for: what `gancli evaluate` has measured, the key itself, or those that end in it.

    Raises UsageError where no run has any.
    """
    from gancli.runs.ranking import EVALUATED

    known = list(dict.fromkeys(name for one in every for name in one.values))
    own = [key for key in (f"{word}{EVALUATED}", word) if key in known]
    keys = own or [key for key in known if stands_for(word, key)]
    if not keys and every:
        near = did_you_mean(word, [*COLUMNS, *known, *(key.rpartition(".")[2] for key in known)])
        raise click.UsageError(f"{option}: no run has {word!r}{near}{'.' * (not near)} {_what_there_is(option, every)}")
    return keys


def _what_there_is(option: str, every: Sequence[Listed]) -> str:
    """The columns, metrics and an example of a configuration's keys."""
    from gancli.metrics import in_order, is_own
    from gancli.runs.ranking import REAL, metric_of

    keys = dict.fromkeys(key for one in every for key in one.row)
    columns = [*(COLUMNS if option == "--sort" else COLUMNS[:3]), *(key for key in FACTS if key in keys)]
    metrics = in_order(metric_of(key).name for key in keys if is_own(metric_of(key).name) and not key.endswith(REAL))
    differ = (key for difference in differing(every) for key in difference.values)
    example = next((key for key in (*differ, *(key for one in every for key in one.spec)) if "." in key), None)
    more = [f"keys of configurations, such as {example}"] if example else []
    there = ", ".join(repr(name) if " " in name else name for name in columns)
    return "; ".join([f"There is {there}", *filter(None, [", ".join(metrics)]), *more])


def in_order_of(listed: list[Listed], sort: str) -> tuple[list[Listed], str | None]:
    """By a key, numbers before texts, those without it last; and the key. Raises UsageError where none has it."""
    word, reverse = sort.removeprefix("-"), sort.startswith("-")
    if word == DIFFERS:
        return _by_differences(listed, reverse), None
    if word == METRIC:
        return _by_measures(listed, reverse), None
    keys = _keys("--sort", word, listed)
    if keys and not stands_for(word, keys[0]):  # it was evaluated
        keys = keys[:1]
    return _ordered([(_one_value(one, word, keys), one) for one in listed], reverse), next(iter(keys), None)


def _one_value(one: Listed, word: str, keys: Sequence[str]) -> Any:
    """Raises UsageError where a run has different ones."""
    found = _found(one, keys)
    if any(value != found[0] for value in found):
        several = ", ".join(key for key in keys if key in one.values)
        raise click.UsageError(f"--sort {word}: it may be {several}; say which")
    return found[0] if found else None


def _ordered(pairs: Iterable[tuple[Any, Listed]], reverse: bool) -> list[Listed]:
    numbers: list[tuple[Any, Listed]] = []
    texts: list[tuple[Any, Listed]] = []
    unknown = []
    for value, one in pairs:
        if value is None or value != value:  # noqa: PLR0124 - which is no number
            unknown.append(one)
        elif isinstance(value, int | float):
            numbers.append((value, one))
        else:
            texts.append((str(value), one))
    for known in (numbers, texts):
        known.sort(key=lambda pair: pair[0], reverse=reverse)
    return [*(one for _, one in [*numbers, *texts]), *unknown]


def _by_measures(listed: list[Listed], reverse: bool) -> list[Listed]:
    """Those of one metric together, for its values say nothing beside another's."""
    from gancli.metrics import in_order

    measured: dict[str, list[tuple[float, Listed]]] = {}
    for one in listed:
        if one.measure is not None:
            measured.setdefault(one.measure[0], []).append((one.measure[1], one))
    ordered = [one for name in in_order(measured) for one in _ordered(measured[name], reverse)]
    return [*ordered, *(one for one in listed if one.measure is None)]


def _by_differences(listed: list[Listed], reverse: bool) -> list[Listed]:
    """Those of one name together, and in them those that differ in the same keys; in what is not text as numbers."""

    def rank(value: Any) -> tuple[bool, float, str]:
        is_number = isinstance(value, int | float)
        return not is_number, value if is_number else 0.0, "" if is_number else in_words(value)

    pairs = []
    for one, difference in zip(listed, differing(listed), strict=True):
        ranks = [(key, rank(value)) for key, value in difference.values.items()]
        pairs.append(((str(one.record.get("name")), ranks), one))
    known = sorted((pair for pair in pairs if pair[0][1]), key=lambda pair: pair[0], reverse=reverse)
    return [*(one for _, one in known), *(one for (_, ranks), one in pairs if not ranks)]
