"""What other installed packages bring by entry points: only what is asked for by its name is imported."""

from typing import Any

from gancli.errors import GancliError, did_you_mean


class MissingPackage(GancliError):
    """No installed package brings what is asked for, or it cannot be imported; the message says which."""


def names(group: str) -> tuple[str, ...]:
    """What entry points of this group are called, sorted."""
    return tuple(sorted(_there(group).names))


def load(group: str, name: str, what: str, own: tuple[str, ...] = ()) -> tuple[Any, str]:
    """What the entry point is, and `module:object` as its package wrote it.

    `what` it is called in messages, beside gancli's `own` of the kind. Raises MissingPackage.
    """
    known = [*own, *names(group)]
    if name not in names(group):
        has = f"there are {', '.join(known)}" if known else "none is installed"
        text = f"there is no {what} {name!r}; {has}{did_you_mean(name, known)}"
        raise MissingPackage(f"{text} (another package brings its own by an entry point of the group {group})")
    entry = next(iter(_there(group).select(name=name)))
    try:
        return entry.load(), entry.value
    except Exception as error:  # of whatever package
        raise MissingPackage(f"the {what} {name!r} ({entry.value}) cannot be imported: {error!r}") from error


def _there(group: str) -> Any:
    import importlib.metadata  # which takes its time, and few runs need it

    return importlib.metadata.entry_points(group=group)
