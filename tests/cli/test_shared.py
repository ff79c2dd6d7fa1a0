"""What every command shares: its errors, the files it may make, and how it computes."""

import errno
import gc
import os
import signal
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from gancli.cli import main
from gancli.cli.failing import REMEDIES, describe
from gancli.cli.support import check_new, command, one_thread, rare_collection
from gancli.engines import MissingEngine
from gancli.leaving import Stopped
from gancli.runs import RunError

commands: dict[str, click.Command] = main.commands  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        (RunError("no such run"), "no such run", 2),
        (MissingEngine("no numba"), "no numba", 2),
        (OSError("odd"), "the system: odd", 1),
        (OSError(errno.ECONNRESET, "Reset", "a"), "a: Reset", 1),
        (OSError(errno.EPERM, "Not permitted", "a"), f"a: Not permitted; {REMEDIES[errno.EACCES].format('')}", 1),
        (OSError(errno.ENOSPC, "Full", b"a\xff"), f"a\udcff: Full; {REMEDIES[errno.EDQUOT].format('')}", 1),
        (OSError(errno.EMFILE, "Many", 7), f"the system: Many; {REMEDIES[errno.ENFILE].format('')}", 1),
        (OSError(errno.ETIMEDOUT, "Late", "a"), f"a: Late; {REMEDIES[errno.EIO].format('')}", 1),
        (OSError(errno.ENAMETOOLONG, "Long", "a"), "a: Long; choose a shorter name or folder", 1),
        (MemoryError(), "not enough memory; use smaller networks or a smaller batch", 1),
        (KeyError("x"), "KeyError: 'x' (please report this; --debug shows where)", 1),
    ],
)
def test_an_error_is_one_message_and_a_code(error: Exception, message: str, code: int) -> None:
    assert describe(error) == (message, code)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Stopped(signal.SIGTERM), 143, "interrupted\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (RunError("a\x1bb"), 2, "gancli: a\\x1bb\n"),
        (OSError(errno.ENOTDIR, "No folder", "a"), 1, f"gancli: a: No folder; {REMEDIES[errno.ENOENT].format('')}\n"),
        (click.UsageError("a\x1bb"), 2, "Error: a\\x1bb\n"),
        (click.exceptions.Exit(7), 7, ""),
        (click.Abort(), 1, "Aborted!\n"),
    ],
)
def test_a_command_ends_with_the_code_of_its_error(error: BaseException, code: int, said: str) -> None:
    @click.command()
    @command
    def fails() -> None:
        raise error

    result = CliRunner().invoke(fails)
    assert result.exit_code == code and result.stdout == "" and result.stderr.endswith(said)
    assert "Traceback" not in result.stderr
    shown = CliRunner().invoke(fails, ["--debug"])
    assert shown.exit_code == code and ("Traceback" in shown.stderr) is isinstance(error, OSError | RunError)


def test_a_command_returns_what_it_returns() -> None:
    @command
    def adds(one: int, other: int) -> int:
        return one + other

    assert adds(1, other=2, debug=False) == 3


@pytest.mark.parametrize(
    ("name", "force", "wrong"),
    [
        ("new.png", False, None),
        ("new.npz", True, None),
        ("there.png", True, None),
        ("there.png", False, "there.png exists"),
        ("loose.png", False, "loose.png exists"),
        ("new.gif", True, r"must end in \.png or \.npz; got 'new\.gif'"),
        ("folder.png", True, "folder.png is a folder"),
        ("nowhere/new.png", True, "nowhere is not a folder"),
    ],
)
def test_a_file_is_made_where_none_is_or_by_force(name: str, force: bool, wrong: str | None) -> None:
    Path("there.png").touch()
    Path("loose.png").symlink_to("gone")
    Path("folder.png").mkdir()
    if wrong is None:
        check_new(Path(name), (".png", ".npz"), force)
    else:
        with pytest.raises(click.UsageError, match=wrong):
            check_new(Path(name), (".png", ".npz"), force)


def test_what_is_written_where_is_a_path_that_the_help_explains() -> None:
    options = [(name, option) for name, found in commands.items() for option in found.params if option.name == "output"]
    assert {name for name, _ in options} >= {"plot", "report", "sample"}
    for name, option in options:
        found = option.get_help_record(click.Context(commands[name]))
        assert option.opts == ["-o"] and found is not None and found[0] == "-o PATH" and found[1], name
        assert option.type_cast_value(click.Context(commands[name]), "x/y.png") == Path("x/y.png")


def test_blas_starts_with_one_thread_unless_its_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MKL_NUM_THREADS", "")  # so that it is taken away in the end
    monkeypatch.delenv("MKL_NUM_THREADS")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    before: dict[str, Any] = dict(os.environ)
    one_thread()
    assert dict(os.environ) == {**before, "MKL_NUM_THREADS": "1"}


def test_garbage_is_looked_for_rarely_for_a_while() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), rare_collection():
        assert gc.get_threshold() == (100_000, *before[1:])
        raise KeyError
    assert gc.get_threshold() == before


def test_every_option_has_a_help_and_a_metavar_that_is_one_word() -> None:
    def options(command: click.Command) -> list[click.Option]:
        own = [one for one in command.params if isinstance(one, click.Option)]
        children = command.commands.values() if isinstance(command, click.Group) else ()
        return own + [one for child in children for one in options(child)]

    for name, known in commands.items():
        for one in options(known):
            assert one.help, f"{name} {one.opts[0]}"
            assert "|" not in (one.metavar or ""), f"{name} {one.opts[0]}"
