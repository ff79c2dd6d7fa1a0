"""Pieces of a page: text that is escaped, tables, pictures inside the page."""

import base64
import html
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gancli import intervals

TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".gif": "image/gif"}

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.2rem; border-bottom: 1px solid var(--line); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid; }
th button::after { content: " ↕"; opacity: .5; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; }
img { max-width: 100%; height: auto; background: white; }
.figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
figure { margin: 0; } figcaption { font-size: .9rem; }
input[type=range] { width: 100%; }
@media (prefers-color-scheme: dark) { img.figure { filter: invert(1) hue-rotate(180deg); } }
"""
SCRIPT = """
for (const viewer of document.querySelectorAll('.viewer')) {
  const frames = [...viewer.querySelectorAll('template')];
  const slider = viewer.querySelector('input'), image = viewer.querySelector('img');
  const caption = viewer.querySelector('figcaption');
  slider.hidden = false;
  slider.addEventListener('input', () => {
    const frame = frames[slider.value].content.firstElementChild;
    image.src = frame.dataset.src; image.alt = caption.textContent = frame.dataset.caption;
  });
}
for (const table of document.querySelectorAll('table.sortable')) {
  table.querySelectorAll('th').forEach((head, column) => {
    const button = document.createElement('button');
    button.textContent = head.textContent; head.replaceChildren(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') !== 'ascending';
      table.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'ascending' : 'descending');
      const body = table.tBodies[0], value = row => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const compare = (a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === '' || y === '') return (x === '') - (y === '');  // what is not known is last, either way
        const order = isNaN(x) || isNaN(y) ? x.localeCompare(y, 'en', {numeric: true}) : x - y;
        return down ? order : -order;
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
}
"""


def page(title: str, sections: Iterable[str]) -> str:
    """A complete document."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n'
        f"<h1>{escape(title)}</h1>\n{''.join(sections)}<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def escape(value: Any) -> str:
    """Text of a page."""
    return html.escape(str(value))


def section(title: str, *contents: str) -> str:
    """A heading and what is under it; nothing where there is nothing."""
    inside = "".join(contents)
    return f"<h2>{escape(title)}</h2>\n{inside}" if inside else ""


def table(rows: Sequence[Mapping[str, Any]], sortable: bool = False) -> str:
    """A table; numbers are shortened, and sorted by what they are."""
    if not rows:
        return ""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(_cell(row.get(column)) for column in columns)}</tr>\n" for row in rows)
    kind = ' class="sortable"' if sortable else ""
    return f'<div class="wide"><table{kind}>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n'


def interval(value: float | None, half: float | None) -> tuple[float, str] | None:
    """A cell of a mean ± half its interval, sorted by the mean; what is not known is left out."""
    if value is None or not math.isfinite(value):
        return None
    return value, intervals.text(value, half)


def _cell(value: Any) -> str:
    """A number is shortened; (number, text) is shown as the text and sorted by the number."""
    if isinstance(value, tuple):
        return f'<td data-value="{value[0]!r}">{escape(value[1])}</td>'
    if isinstance(value, float):
        return f'<td data-value="{value!r}">{value:.5g}</td>' if math.isfinite(value) else "<td></td>"
    return f"<td>{escape('' if value is None else value)}</td>"


def address(content: bytes, suffix: str) -> str:
    """A picture as the address of itself."""
    return f"data:{TYPES[suffix]};base64,{base64.b64encode(content).decode('ascii')}"


def figure(path: Path, caption: str) -> str:
    """A drawn figure, inverted where the reader's screen is dark."""
    source = address(path.read_bytes(), path.suffix)
    return f'<figure><img class="figure" src="{source}" alt="{escape(caption)}"></figure>\n'


def viewer(frames: Sequence[tuple[str, str]]) -> str:
    """Pictures in time with a slider, as (address, caption); without scripts, the last of them."""
    if not frames:
        return ""
    hidden = "".join(
        f'<template><i data-src="{source}" data-caption="{escape(caption)}"></i></template>'
        for source, caption in frames
    )
    source, caption = frames[-1]
    last = len(frames) - 1
    return (
        f'<figure class="viewer">{hidden}\n<img src="{source}" alt="{escape(caption)}">\n'
        f"<figcaption>{escape(caption)}</figcaption>\n"
        f'<input type="range" min="0" max="{last}" value="{last}" aria-label="game" hidden></figure>\n'
    )
