"""`completion`: the shell that sources the script knows every command, its options and the packs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.shell import command

from adapter.cli.main import COMMANDS

ASK = """
source ./script
COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
$(complete -p ss12000-adapter | sed 's/.*-F \\([^ ]*\\).*/\\1/')
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shell")
    (made / "script").write_text(command("completion", "bash", at=made).out, encoding="utf-8")
    (made / "plan.json").write_text("{}", encoding="utf-8")
    return made


def completed(folder: Path, words: str) -> set[str]:
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("no bash on this machine")
    done = subprocess.run([shell, "--norc", "-c", ASK.format(words=words)], cwd=folder, capture_output=True, text=True)
    assert done.stderr == ""
    return {line.strip() for line in done.stdout.splitlines()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ss12000-adapter ''", set(COMMANDS)),
        ("ss12000-adapter pac", {"packs"}),
        ("ss12000-adapter sync --appr", {"--approve"}),
        ("ss12000-adapter sync --approve pl", {"plan.json"}),
        ("ss12000-adapter init --from pl", {"plan.json"}),
        ("ss12000-adapter ids im", {"import"}),
        ("ss12000-adapter packs copy one", {"oneroster", "oneroster12"}),
        ("ss12000-adapter completion z", {"zsh"}),
    ],
)
def test_bash_completes(folder: Path, words: str, expected: set[str]) -> None:
    found = completed(folder, words)
    assert expected <= found
    assert len(expected) == len(found) or words.endswith("''")


def test_zsh_is_told_every_command(tmp_path: Path) -> None:
    told = command("completion", "zsh", at=tmp_path)
    assert told.code == 0
    assert told.out.startswith("#compdef ss12000-adapter\n")
    assert [name for name in COMMANDS if f"\n    {name}:'" not in told.out] == []


def test_another_shell_is_answered_with_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command("completion", "ksh", at=tmp_path)
    assert ended.value.code == 2
