"""Reading a table that was printed, also one with empty cells: everything below a column's name is in its place."""

import re


def cells(lines: list[str]) -> list[list[str]]:
    starts = [match.start() for match in re.finditer(r"(?<=  )\S|^\S", lines[0])]
    places = [slice(*ends) for ends in zip(starts, [*starts[1:], None], strict=True)]
    return [[line[place].strip() for place in places] for line in lines]
