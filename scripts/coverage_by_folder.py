"""Print how much of each folder of the source the tests pass through, from what `coverage json` wrote."""

import json
import sys
from collections import defaultdict
from pathlib import Path

SOURCE = Path("src/gancli")


def main() -> None:
    """One line a folder: lines and branches, and those that no test passes through."""
    files = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["files"]
    folders: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for name, file in files.items():
        parts = Path(name).relative_to(SOURCE).parts
        summary = file["summary"]
        numbers = [summary[key] for key in ("num_statements", "missing_lines", "num_branches", "missing_branches")]
        for folder in (parts[0] if len(parts) > 1 else "(top)", "all"):
            folders[folder] = [one + other for one, other in zip(folders[folder], numbers, strict=True)]
    print(f"{'':12}{'lines':>7}{'missed':>8}{'branches':>10}{'missed':>8}{'':>8}")
    for folder, (lines, missed, branches, not_taken) in sorted(
        folders.items(), key=lambda item: (item[0] == "all", item[0])
    ):
        share = 1 - (missed + not_taken) / (lines + branches)
        print(f"{folder:12}{lines:7}{missed:8}{branches:10}{not_taken:8}{share:8.1%}")


if __name__ == "__main__":
    main()
