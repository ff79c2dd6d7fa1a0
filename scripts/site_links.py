"""A hook of MkDocs: pages link to files of the repository that are no pages of the site; there these are named instead.

The links work where the repository is read. The site is built anywhere, and knows of no address of the repository.
"""

import posixpath
import re
from typing import Any

LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s:]+)\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """The page as the site has it."""
    return unlinked(markdown, page.file.src_uri)


def unlinked(markdown: str, page: str) -> str:
    """A page, by its path from `docs/`, with the paths of what is outside of that folder in place of links to it."""

    def replaced(match: re.Match[str]) -> str:
        text, target = match.groups()
        path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), target.partition("#")[0]))
        if path == "docs" or path.startswith("docs/"):
            return match[0]
        return f"`{path}`" if text.strip("`") in (path, posixpath.basename(path)) else f"{text} (`{path}`)"

    return LINK.sub(replaced, markdown)
