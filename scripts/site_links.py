"""A hook of MkDocs: what the site needs beside the pages in `docs/`.

Pages link to files of the repository that are no pages of the site; there these are named instead. The links work where
the repository is read. The site is built anywhere, and knows of no address of the repository. Two pages are made of
other files: the notebook, and the guide for contributors.
"""

import importlib
import json
import posixpath
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s:]+)\)")
MADE = {"contributing.md": "CONTRIBUTING.md", "notebook.md": "docs/notebook.ipynb"}
"""Pages that are made, and of what."""
NOTE = "*This page is [notebook.ipynb](notebook.ipynb), a notebook for Jupyter, as it is before it was run.*"


def on_files(files: Any, config: Any, **_: Any) -> Any:
    """Add the pages that are made."""
    file = importlib.import_module("mkdocs.structure.files").File  # which nothing but the site needs
    for page in MADE:
        files.append(file.generated(config, page, content=made(page)))
    return files


def made(page: str) -> str:
    """The Markdown of a page that is made; links are as in what it is made of."""
    text = (ROOT / MADE[page]).read_text(encoding="utf-8")
    return notebook(text) if MADE[page].endswith(".ipynb") else text


def notebook(text: str) -> str:
    """A notebook's cells as Markdown: code in fences, and no outputs; a note after the title."""
    cells = [(cell["cell_type"], "".join(cell["source"]).rstrip()) for cell in json.loads(text)["cells"]]
    first, *others = [source if kind == "markdown" else f"```python\n{source}\n```" for kind, source in cells]
    title, _, rest = first.partition("\n")
    return "\n\n".join([title, NOTE, rest.strip(), *others]) + "\n"


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The page as the site has it."""
    return unlinked(markdown, page.file.src_uri)


def unlinked(markdown: str, page: str) -> str:
    """A page, by its path from `docs/`, with the paths of what is outside of that folder in place of links to it."""
    base = posixpath.dirname(MADE.get(page, f"docs/{page}"))
    pages = {source: f"docs/{name}" for name, source in MADE.items() if name != page}

    def replaced(match: re.Match[str]) -> str:
        text, target = match.groups()
        path, hash_mark, place = target.partition("#")
        path = posixpath.normpath(posixpath.join(base, path)) if path else f"docs/{page}"
        there = pages.get(path, path)
        if there == "docs" or there.startswith("docs/"):
            if base == posixpath.dirname(f"docs/{page}") and there == path:
                return match[0]
            return f"[{text}]({posixpath.relpath(there, posixpath.dirname(f'docs/{page}'))}{hash_mark}{place})"
        return f"`{path}`" if text.strip("`") in (path, posixpath.basename(path)) else f"{text} (`{path}`)"

    return LINK.sub(replaced, markdown)
