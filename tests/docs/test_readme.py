"""Every command that the README prints, in its order, in one folder: as printed, but with few games and one seed.

(Its two first commands make an environment of their own: `.ci/run` takes them from the page.)
"""

import re
import shlex
from pathlib import Path

import pytest

from helpers import gancli

README = Path(__file__).parents[2] / "README.md"
PLACEHOLDER = re.compile(r"\b(RUN|SWEEP|CONFIG|NAME|FILE|METRIC)\b|[<…|\[]")
FRAGMENTS = {"gancli resume", "gancli evaluate", "gancli train --profile", "gancli evaluate --judge"}
"""What is said of a command, without the run that it takes."""
NOT_HERE = ("data fetch", "fashion_mnist", "mouton", "cifar10")
"""What asks the network for data, or needs data that are not bundled."""
DATA = README.parent / "docs" / "data.md"


def printed() -> list[str]:
    """The commands, in their order."""
    text = README.read_text(encoding="utf-8")
    places = [(match.start(), match[1]) for match in re.finditer(r"(?<!`)`(gancli\s[^`]+)`", text)]
    for block in re.finditer(r"```bash\n(.*?)```", text, re.DOTALL):
        places += [(block.start() + i, line) for i, line in enumerate(block[1].splitlines())]
    commands = [" ".join(command.split()) for _, command in sorted(places)]
    commands = [command.rpartition(" && ")[2] for command in commands]
    return [one for one in commands if one.startswith("gancli ") and not PLACEHOLDER.search(one.replace("[2,", ""))]


def shortened(command: str) -> list[str]:
    words = shlex.split(command)[1:]
    if words[0] == "sweep" and "--resume" not in words:
        return [*words[: words.index("--seeds")], "--seeds", "1", "--set", "training.games=4", "--jobs", "2"]
    if words[0] == "train" and not any(word.startswith("training.") for word in words):
        passes = ["--set", "training.passes=null"] if words[1] == "configs/mnist.yaml" else []
        return [*words, "--set", "training.games=4", *passes]
    return words


def test_commands_are_found() -> None:
    found = printed()
    assert (
        found[0] == "gancli train configs/wgan_mnist7.yaml" and "gancli sample wgan_mnist7 -n 48 -o sevens.png" in found
    )
    assert any(command.startswith("gancli sweep configs/xor.yaml --grid") for command in found) and len(found) > 20


@pytest.mark.slow
def test_every_command_runs_as_it_is_printed(tmp_path: Path) -> None:
    (tmp_path / "configs").symlink_to(README.parent / "configs")
    snippet = DATA.read_text(encoding="utf-8").partition("## Your own pictures")[2].partition("```python\n")[2]
    exec(compile(snippet.partition("```")[0], DATA, "exec"), {})  # ours: the README says that it draws `my_pictures`
    played = []
    for command in printed():
        if command in FRAGMENTS or any(word in command for word in NOT_HERE):
            continue
        result = gancli(*shortened(command))
        assert result.exit_code == 0, (command, result.output)
        played.append(command)
    assert len(played) > 15 and played.index("gancli init own_pictures") + 2 < len(played)
    assert all(Path(name).exists() for name in ("digits.png", "convolved.png", "sheep.png"))
