"""What a package index shows: the README with links that lead somewhere, and the project's addresses.

The public address of the repository is `repository` in `pyproject.toml`, section `tool.hatch.metadata.hooks.custom`.
While there is none, the page has no pictures, and no links into the repository, rather than broken ones.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?://|#)([^)\s]+)\)")
"""`[words](place)` and `![words](picture)`, whose place is in the repository."""


class Page(MetadataHookInterface):  # type: ignore[misc]  # which mypy does not see
    """Fills in `readme` and `urls`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add both to the project's metadata."""
        repository = str(self.config.get("repository", "")).rstrip("/")
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": page(text, repository)}
        metadata["urls"] = addresses(repository)


def page(text: str, repository: str) -> str:
    """The README with absolute links or, without a repository, with none."""
    if not repository:
        return LINK.sub(lambda found: "" if found[1] else found[2], text)
    return LINK.sub(lambda found: f"{found[1]}[{found[2]}]({repository}/{_kind(found)}/main/{found[3]})", text)


def _kind(found: re.Match[str]) -> str:
    return "raw" if found[1] else "blob"


def addresses(repository: str) -> dict[str, str]:
    """The project's addresses, by the names that an index knows."""
    if not repository:
        return {}
    places = {
        "Homepage": "",
        "Documentation": "/tree/main/docs",
        "Changelog": "/blob/main/CHANGELOG.md",
        "Issues": "/issues",
    }
    return {name: f"{repository}{place}" for name, place in places.items()}
