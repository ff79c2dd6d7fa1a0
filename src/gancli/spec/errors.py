"""What is wrong with a configuration: every problem at once, each with its place and its remedy."""

from dataclasses import dataclass

from gancli.errors import GancliError


@dataclass(frozen=True)
class Problem:
    """One thing wrong: `where` is file:line, `key` the dotted key (or empty), `text` the reason and remedy."""

    where: str
    key: str
    text: str

    def __str__(self) -> str:
        return ": ".join(piece for piece in (self.where, self.key, self.text) if piece)


class SpecError(GancliError, ValueError):
    """A configuration that cannot be run; `problems` lists all that is wrong with it."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))
