"""What a reader finds in a page: its headings, tables, texts and pictures, as a browser would take them apart."""

import base64
from collections import defaultdict
from html.parser import HTMLParser


class Page(HTMLParser):
    """A page taken apart; everything by the heading above it, "" before the first."""

    VOID = ("meta", "link", "img", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.title = ""
        self.heading = ""
        self.texts: dict[str, list[str]] = defaultdict(list)
        self.tables: dict[str, list[list[str]]] = {}
        self.keys: dict[str, list[list[str | None]]] = {}
        """Of each row of a table, by what its cells are sorted where that is not their text."""
        self.classes: dict[str, str | None] = {}
        self.images: dict[str, list[tuple[str, str]]] = defaultdict(list)
        """(source, alternative text)"""
        self.frames: list[tuple[str, str]] = []
        """(source, caption)"""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        self.tags.add(tag)
        self.addresses += [found[key] for key in ("src", "href", "data-src") if key in found]
        if tag not in self.VOID:
            self._open.append(tag)
        if tag == "h2":
            self.heading = ""
        if tag == "table":
            self.tables[self.heading], self.keys[self.heading] = [], []
            self.classes[self.heading] = found.get("class")
        if tag == "tr":
            self.tables[self.heading].append([])
            self.keys[self.heading].append([])
        if tag in ("td", "th"):
            self.tables[self.heading][-1].append("")
            self.keys[self.heading][-1].append(found.get("data-value"))
        if tag == "img":
            self.images[self.heading].append((found["src"], found["alt"]))
        if "data-src" in found:
            self.frames.append((found["data-src"], found["data-caption"]))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        tag = self._open[-1] if self._open else ""
        if tag in ("td", "th"):
            self.tables[self.heading][-1][-1] += data
        elif tag == "h2":
            self.heading += data
        elif tag == "title":
            self.title += data
        elif tag not in ("script", "style") and data.strip():
            self.texts[self.heading].append(data)

    def column(self, heading: str, name: str) -> list[str]:
        """The cells of a table below the name of a column."""
        head, *body = self.tables[heading]
        return [row[head.index(name)] for row in body]


def content(source: str) -> bytes:
    """The bytes of a picture that is within a page."""
    assert source.startswith("data:image/png;base64,"), source[:40]
    return base64.b64decode(source.partition(",")[2], validate=True)
