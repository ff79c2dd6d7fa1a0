"""How bash, zsh and fish are completed: Click's words, by scripts that know of `KEY=VALUE`.

Each script hands over the line up to the cursor, and gets `type,value` lines: `plain`; `key`, which no space follows;
`file` and `dir`, which the shell completes by itself.
"""

import os

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, split_arg_string

KEY = "key"
"""The type of an item that its value follows at once."""
BASH = """\
%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" IFS=$'\\n' response type value head=""
    local word="${line##*[[:space:]]}"
    # what is replaced begins after the last `=` where that breaks words
    [[ $word == *=* && $COMP_WORDBREAKS == *=* ]] && head="${word%%"${word##*=}"}"
    COMPREPLY=()
    response=$(env COMP_WORDS="$line" %(complete_var)s=bash_complete "$1")
    for completion in $response; do
        type="${completion%%%%,*}"
        value="${completion#*,}"
        case "$type" in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            key) compopt -o nospace; COMPREPLY+=("${value#"$head"}") ;;
            *) COMPREPLY+=("${value#"$head"}") ;;
        esac
    done
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
ZSH = """\
#compdef %(prog_name)s
%(complete_func)s() {
    local -a plain keys response
    local completion type
    (( ! $+commands[%(prog_name)s] )) && return 1
    response=("${(@f)$(env COMP_WORDS="${(j: :)words[1,CURRENT-1]} $PREFIX" \\
        %(complete_var)s=zsh_complete %(prog_name)s)}")
    for completion in $response; do
        type="${completion%%%%,*}"
        case "$type" in
            dir) [[ $PREFIX == -*=* ]] && compset -P '*='; _path_files -/ ;;
            file) [[ $PREFIX == -*=* ]] && compset -P '*='; _path_files -f ;;
            key) keys+=("${completion#*,}") ;;
            *) plain+=("${completion#*,}") ;;
        esac
    done
    [[ -n "$plain" ]] && compadd -U -V unsorted -a plain
    [[ -n "$keys" ]] && compadd -U -V unsorted -S '' -a keys
    return 0
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
FISH = """\
function %(complete_func)s
    set -l response (env COMP_WORDS=(commandline -cp | string collect) %(complete_var)s=fish_complete %(prog_name)s)
    set -l head (string match -r '^-[^=]*=' -- (commandline -ct))
    for completion in $response
        set -l item (string split -m 1 "," -- $completion)
        switch $item[1]
            case dir
                printf "$head%%s\\n" (__fish_complete_directories $item[2])
            case file
                printf "$head%%s\\n" (__fish_complete_path $item[2])
            case '*'
                echo $item[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Shell(ShellComplete):
    """What the three have in common."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one at the cursor, and as much of that as is before it."""
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)
        incomplete = words.pop() if words and not line[-1:].isspace() else ""
        return words[1:], incomplete

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Those of the whole word, also where it begins with the name of an option: `--engine=n`."""
        items = super().get_completions(args, incomplete)
        option, equals, _ = incomplete.partition("=")
        if not (equals and option.startswith("-")):
            return items
        typed = [one for one in items if one.type in ("plain", KEY)]
        return [CompletionItem(f"{option}={one.value}", one.type) for one in typed] or items

    def format_completion(self, item: CompletionItem) -> str:
        """A line of what the script reads."""
        return f"{item.type},{item.value}"


class Bash(_Shell):
    """`_GANCLI_COMPLETE=bash_source`."""

    name, source_template = "bash", BASH


class Zsh(_Shell):
    """`_GANCLI_COMPLETE=zsh_source`."""

    name, source_template = "zsh", ZSH


class Fish(_Shell):
    """`_GANCLI_COMPLETE=fish_source`."""

    name, source_template = "fish", FISH


for shell in (Bash, Zsh, Fish):  # in place of Click's
    add_completion_class(shell)
