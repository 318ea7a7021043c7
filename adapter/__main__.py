"""`python -m adapter`: the same as the `ss12000-adapter` command."""

from adapter.cli.main import run

run()
