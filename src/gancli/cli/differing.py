"""What tells runs of one name apart: the keys whose values most of them do not have, in few words."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, combinations
from typing import Any

Flat = Mapping[str, Any]
"""A configuration by dotted keys."""
SEED = "seed"
"""The key that is said last: it tells apart what was repeated."""


@dataclass(frozen=True)
class Difference:
    """Of one run: the values that most runs of its name do not have."""

    values: dict[str, Any] = field(default_factory=dict)
    """By complete dotted keys; None for what is not given."""
    items: list[str] = field(default_factory=list)
    """The same in short, what fewest runs have first: `eta=0.1`, `critic.eta=0.5`."""

    def text(self, room: int) -> str:
        """As many of the items as have room, none of them cut, and how many more there are: `eta=0.1 +2`."""
        shown: list[str] = []
        if len(" ".join(self.items)) <= room:
            return " ".join(self.items)
        for item in self.items:
            if len(self._with_rest([*shown, item])) <= room:
                shown.append(item)
        return self._with_rest(shown)

    def least(self) -> int:
        """The letters that the first item takes, with the count of the others."""
        return len(self._with_rest(self.items[:1])) if self.items else 0

    def _with_rest(self, shown: list[str]) -> str:
        rest = len(self.items) - len(shown)
        return " ".join([*shown, *([f"+{rest}"] if rest else [])])


def differences(named: Sequence[tuple[str, Flat]]) -> list[Difference]:
    """Of each run, given by its name and configuration, in what it differs from most of the runs of that name."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, (name, _) in enumerate(named):
        places[name].append(place)
    found: dict[int, Difference] = {}
    for own in places.values():
        rows = _unusual([named[place][1] for place in own])
        found |= dict(zip(own, map(Difference, rows, _items(rows)), strict=True))
    return [found[place] for place in range(len(named))]


def stands_for(short: str, key: str) -> bool:
    """May a dotted key be called so: by its last word, and before it some of its other words in their order?"""
    words = iter(key.split("."))
    return short.rpartition(".")[2] == key.rpartition(".")[2] and all(word in words for word in short.split("."))


def _unusual(specs: Sequence[Flat]) -> list[dict[str, Any]]:
    """Of each configuration the values that no more than half of them have where they are not all the same."""
    texts = {key: [json.dumps(spec.get(key)) for spec in specs] for key in dict.fromkeys(k for s in specs for k in s)}
    usual = {}
    for key, own in texts.items():
        text, count = Counter(own).most_common(1)[0]
        usual[key] = text if 2 * count > len(specs) else None
    return [_given(spec, [key for key in texts if texts[key][place] != usual[key]]) for place, spec in enumerate(specs)]


def _given(spec: Flat, keys: Sequence[str]) -> dict[str, Any]:
    """The values of keys; for one that is not given, that of the mapping it would be in (`critic.clip: null`), if any.

    What is not given at all is None, and is said where there is nothing else to say.
    """
    given: dict[str, Any] = {}
    for key in keys:
        above = [one for one in accumulate(key.split("."), "{}.{}".format) if one in spec]
        given |= {one: spec[one] for one in above[-1:]}
    return given or dict.fromkeys(keys)


def _items(rows: Sequence[Flat]) -> list[list[str]]:
    """The rows in short. A key is as short as it can be among theirs."""
    keys = _without_copies(rows)
    names = {key: _shortest(key, keys) for key in keys}
    texts = {key: _texts([row.get(key) for row in rows]) for key in keys}
    counts = {key: Counter(json.dumps(row[key]) for row in rows if key in row) for key in keys}

    items = []
    for place, row in enumerate(rows):
        ranks = {key: (key == SEED, counts[key][json.dumps(row[key])]) for key in keys if key in row}
        items.append([f"{names[key]}={texts[key][place]}" for key in sorted(ranks, key=ranks.__getitem__)])
    return items


def _without_copies(rows: Sequence[Flat]) -> list[str]:
    """Every key but those that have the last word of a shorter one and, in every row, its value: `eta` of networks."""
    first: dict[tuple[str, str], str] = {}
    keys = dict.fromkeys(key for row in rows for key in row)
    for key in sorted(keys, key=lambda key: key.count(".")):
        values = json.dumps([[row[key]] if key in row else [] for row in rows])
        first.setdefault((key.rpartition(".")[2], values), key)
    return [key for key in keys if key in first.values()]


def _shortest(key: str, keys: Sequence[str]) -> str:
    """The fewest of its words that stand for no other key: the last one, the network before it, …"""
    *before, last = key.split(".")
    for count in range(min(len(before), 3)):
        for words in combinations(before, count):
            short = ".".join([*words, last])
            if not short[:1].isdigit() and sum(stands_for(short, other) for other in keys) == 1:
                return short
    return key


def _texts(values: Sequence[Any]) -> list[str]:
    """Values as YAML has them, numbers in four digits unless different ones would look the same."""
    short = [in_words(value) for value in values]
    exact = [in_words(value, "{!r}") for value in values]
    return short if len(set(short)) == len(set(exact)) else exact


def in_words(value: Any, form: str = "{:.4g}") -> str:
    """A value as YAML has it, without spaces that are not its own; a text that has some, or odd letters, in quotes."""
    if isinstance(value, float):
        return form.format(value)
    if isinstance(value, str) and value.isprintable() and value and " " not in value:
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=isinstance(value, str) and not value.isprintable())
