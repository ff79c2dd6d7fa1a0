"""What stands on the page of a run, and on that of a sweep."""

import tempfile
from pathlib import Path
from typing import Any

from gancli import plots
from gancli.intervals import mean_and_half
from gancli.metrics import BETTER, in_order, main_metric, metric
from gancli.plots.frames import Frame, frames, spread
from gancli.plots.history import frame_png
from gancli.plots.style import drawing
from gancli.report import html
from gancli.runs import RunError, RunFolder, SweepFolder
from gancli.runs.files import remove_dead, write_text
from gancli.runs.ranking import (
    COUNTS,
    EVALUATED,
    Combination,
    columns_of,
    counted_as,
    metric_of,
    seeds_in_words,
    ways,
)
from gancli.runs.safe_files import PICTURE_BYTES, read_bytes, read_text
from gancli.runs.summary import summarize
from gancli.runs.summary_table import readable

FRAMES, COMBINATIONS = 60, 24
"""Pictures of a run in time, and combinations of a sweep whose pictures are shown, at most."""
PAGE = "report.html"
NOT_PROVENANCE = ("spec", "warnings")


@drawing()
def report_run(run: Path, target: Path | None = None) -> Path:
    """Write `report.html` into a run folder, or `target`. Raises OSError, RunError."""
    folder = RunFolder(run)
    record, rows = folder.record(), folder.rows()
    name = str(record.get("name", run.name))
    title = f"{name}: {record.get('kind')}, {record.get('status')}"
    last = summarize(rows)
    names = list(dict.fromkeys(key.rsplit(".", 1)[0] for key in last))
    measured = [
        {"metric": name, "is": metric(name).label, "last": last.get(f"{name}.final"), "best": last.get(f"{name}.best"),
         "": BETTER[metric(name).better]}
        for name in names
    ]  # fmt: skip
    sections = [
        f"<p>{html.escape(_sentence(record, rows))}</p>\n",
        html.section("Pictures in time", html.viewer(_pictures(run))),
        html.section("Samples against real data", _evaluation(run)),
        html.section("Curves", _figures(lambda target: plots.plot_curves(run, target, "png", name))),
        html.section("Last metrics", html.table(measured)),
        html.section("Experiment", f"<pre>{html.escape(_text(folder.config))}</pre>\n"),
        html.section("Where it comes from", html.table(_provenance(record))),
    ]
    return _write(target or folder.inside(PAGE), html.page(title, sections))


@drawing()
def report_sweep(sweep: Path, target: Path | None = None) -> Path:
    """Write `report.html` into a sweep's folder, or `target`. Raises OSError, RunError."""
    folder = SweepFolder(sweep)
    record, rows = folder.record(), folder.summary_rows()
    keys, combinations = folder.combinations()
    title = f"{record.get('name', sweep.name)}: {record.get('cells')} cells, {record.get('status')}"
    sections = [
        html.section("Combinations, mean over seeds ± half its 95 % interval", *_combinations(folder, combinations)),
        html.section("Figures", _figures(lambda target: plots.plot_sweep(sweep, "png", target=target))),
        html.section("Last pictures", _cell_pictures(folder, keys)),
        html.section("Cells", html.table(rows, sortable=True)),
        html.section("Plan", f"<pre>{html.escape(_text(folder.inside('sweep.yaml')))}</pre>\n"),
        html.section("Base", f"<pre>{html.escape(_text(folder.inside('base.yaml')))}</pre>\n"),
        html.section("Where it comes from", html.table(_provenance(record))),
    ]
    return _write(target or folder.inside(PAGE), html.page(title, sections))


def _write(path: Path, text: str) -> Path:
    remove_dead(path.parent)
    write_text(path, text)
    return path


def _text(path: Path) -> str:
    return read_text(path) if path.exists() else ""


def _sentence(record: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    games = f"{record.get('played') or 0:,d} of {record.get('games') or 0:,d} games"
    seconds = f"{rows[-1]['seconds']:.1f} s" if rows else "no time"
    reason = f" {record['reason']}." if record.get("reason") else ""
    return f"{games} in {seconds}, engine {record.get('engine')}, seed {record.get('seed')}.{reason}"


def _pictures(run: Path) -> list[tuple[str, str]]:
    shown = spread(frames(run), FRAMES)
    return [(html.address(_picture(frame), ".png"), f"game {frame.game:,d}") for frame in shown]


def _picture(frame: Frame) -> bytes:
    return (
        read_bytes(frame.path, PICTURE_BYTES)
        if frame.path.suffix == ".png"
        else frame_png(frame, f"game {frame.game:,d}")
    )


def _evaluation(run: Path) -> str:
    evaluation = RunFolder(run).evaluation()
    if "measures" not in evaluation:
        return ""
    rows = [
        {"measure": name, "is": metric(name).label, "samples": html.interval(row["value"], row["±"]),
         "real data": html.interval(row["real"], row["real ±"]), "": BETTER[metric(name).better]}
        for name, row in evaluation["measures"].items()
    ]  # fmt: skip
    judge = evaluation.get("judge", "points in the plane")
    about = f"{evaluation['samples']:,d} samples at game {evaluation['game']:,d}; {judge}"
    sentences = "; ".join(evaluation.get("findings", []))
    return (
        f"<p>{html.escape(about)}.</p>\n{f'<p>{html.escape(sentences)}.</p>' if sentences else ''}\n{html.table(rows)}"
    )


def _figures(draw: Any) -> str:
    with tempfile.TemporaryDirectory() as name:
        drawn = "".join(html.figure(path, path.stem) for path in draw(Path(name)))
    return f'<div class="figures">{drawn}</div>\n' if drawn else ""


def _provenance(record: dict[str, Any], prefix: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for key, value in record.items():
        if isinstance(value, dict) and prefix + key not in NOT_PROVENANCE:
            rows += _provenance(value, f"{prefix}{key}.")
        elif value not in (None, [], {}) and prefix + key not in NOT_PROVENANCE:
            rows.append({"": prefix + key, " ": value if isinstance(value, float) else str(value)})
    return rows


def _combinations(folder: SweepFolder, combinations: list[Combination]) -> list[str]:
    """What counts, whether there is a ranking, and the table: settings, seeds, what has a direction, the rest."""
    columns = columns_of([row for one in combinations for row in one.rows])
    wanted = main_metric(metric_of(column).name for column in columns)
    text = f"<p>{html.escape(COUNTS[0].upper() + COUNTS[1:])}.</p>\n"
    if len(different := ways(combinations)) > 1:
        text += f"<p>Not evaluated alike, so not to be compared: {html.escape('; '.join(different))}.</p>\n"
    if wanted is None:
        text += (
            "<p>In the order of the plan: nothing that was measured says which is better; "
            f"<code>gancli evaluate {html.escape(folder.path.name)}</code> measures it.</p>\n"
        )
    shown = [column for column in columns if column.endswith((EVALUATED, ".final"))]
    places = {name: place for place, name in enumerate(in_order(metric_of(column).name for column in shown))}
    shown.sort(key=lambda column: (metric_of(column).better is None, places[metric_of(column).name]))
    evaluated = {metric_of(column).name for column in shown if column.endswith(EVALUATED)}
    rest = [column for column in shown if column.endswith(EVALUATED) or metric_of(column).name not in evaluated]
    others = counted_as(combinations, rest[0] if rest else "")
    return [text, html.table([_row(one, rest, others) for one in combinations], sortable=True)]


def _row(one: Combination, columns: list[str], others: list[str]) -> dict[str, Any]:
    counts = one.counts(columns[0] if columns else "")
    row: dict[str, Any] = {**one.settings, **seeds_in_words({key: counts.get(key) for key in others})}
    for column in columns:
        mean, half = mean_and_half(list(one.values(column).values()))
        row[metric_of(column).name] = html.interval(mean, half)
    return row


def _frames(folder: SweepFolder, cell: str) -> list[Frame]:
    """What a cell has drawn; nothing where it cannot be read, which the table of cells says."""
    try:
        return frames(folder.run(cell).path)
    except (RunError, OSError):
        return []


def _cell_pictures(folder: SweepFolder, keys: list[str]) -> str:
    """The last picture of the first cell of each combination that has one."""
    shown: dict[str, str] = {}
    for cell in folder.cells():
        label = ", ".join(f"{key} {readable(cell['values'].get(key))}" for key in keys) or "all"
        every = _frames(folder, cell["cell"]) if label not in shown else []
        if every and len(shown) < COMBINATIONS:
            source = html.address(_picture(every[-1]), ".png")
            caption = f"{label}, seed {cell['seed']}, game {every[-1].game:,d}"
            shown[label] = (
                f'<figure><img src="{source}" alt="{html.escape(caption)}">'
                f"<figcaption>{html.escape(caption)}</figcaption></figure>\n"
            )
    return f'<div class="figures">{"".join(shown.values())}</div>\n' if shown else ""
