"""The installed command, as an administrator runs it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapter.cli.main import main

COMMAND = (sys.executable, "-m", "adapter")


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


def command(*arguments: str, at: Path) -> Outcome:
    """The same in this process: for many short runs."""
    out, err, here = io.StringIO(), io.StringIO(), Path.cwd()
    os.chdir(at)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main(arguments)
    finally:
        os.chdir(here)
    assert "please report it" not in err.getvalue(), err.getvalue()
    return Outcome(code, out.getvalue(), err.getvalue())


def run(*arguments: str, at: Path | None = None) -> Outcome:
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=at, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr)
