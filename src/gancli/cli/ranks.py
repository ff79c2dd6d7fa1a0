"""What may be ranked, of runs as of the combinations of a sweep; what may not is an error with what can be done."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gancli.metrics import Metric


def check_metric(by: str, one: "Metric | None", there: Iterable[str], more: str | None, missing: str) -> None:
    """Raises UsageError where a metric was not measured (`one` is None), or no value of it is better than another.

    `there` are the metrics that were measured, `more` the command that measures more, `missing` says what was not.
    """
    from gancli.metrics import metric

    directed = [name for name in dict.fromkeys(there) if metric(name).better is not None]
    ways = [f"rank by {', '.join(directed)}"] if directed else []
    if more is not None:
        ways.append(f"`{more}` measures more")
    remedy = "; ".join(ways) or "nothing that was measured says which is better"
    if one is None:
        raise click.UsageError(f"--by {by!r}: {missing}; {remedy}")
    if one.better is None:
        raise click.UsageError(f"--by {by}: no value of it is better than another: {one.why}; {remedy}")


def check_alike(what: str, ways: Sequence[str], command: str) -> None:
    """Raises UsageError where runs or cells were evaluated in several ways, whose measures are on different scales."""
    if len(ways) > 1:
        text = f"the {what} were not evaluated alike: {'; '.join(ways)}; evaluate all in one way first: {command}"
        raise click.UsageError(text)
