"""`capture`: one real case as a mapping test, every value replaced by an invented one of the same form."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import yaml

from adapter import wiring
from adapter.cases.capture import Case, capture
from adapter.cli import arguments, output
from adapter.errors import ConfigError
from adapter.sync.extract import Sources

_WIDTH = 116


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("capture", help="one real case as a test for the mapping, in invented values")
    parser.add_argument("what", metavar="ID_OR_KEY", help="an object's id, or its key in the source")
    parser.add_argument(
        "--masked", action="store_true", required=True, help="every value that may tell of a person is replaced; a must"
    )
    arguments.add_today(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 and the test on stdout; or 2 and 5 like `sync`."""
    installation = wiring.load(args.config)
    inputs = installation.inputs(args.today)
    with Sources(installation.connectors) as sources:
        headers = dict(sources.headers)
    case = capture(inputs, headers, args.what)
    if case is None:
        raise ConfigError(f'no row has the id or key "{args.what}". See the keys with preview.')
    output.line(_test(case, inputs.date().isoformat()))
    output.note(f"# The values are invented. Name the case, and put it under `tests:` of {inputs.mapping_name}.")
    if not case.like_real:
        output.note("# CAREFUL: the invented values come out otherwise than the real ones; look through the rows.")
    if case.protected:
        output.note("# Somebody in this case is protected: look whether anything in it tells where that person is.")
    if case.elsewhere:
        codes = ", ".join(case.elsewhere)
        output.note(f"# The nightly run also says {codes} of it, which comes from rows that are not here.")
    return 0


def _test(case: Case, today: str) -> str:
    gives = {
        kind: [_bare(one) for one in objects]
        for kind, objects in case.outcome.objects.items()
        if objects or kind in case.kinds
    }
    test: dict[str, Any] = {"name": f"captured: {case.name}", "today": today, "rows": case.rows, "gives": gives}
    if case.outcome.codes:
        test["issues"] = case.outcome.codes
    return f"  - {_yaml(test, '    ').lstrip()}"


def _bare(value: Any) -> Any:
    """An object without ids: they are made of the organiser's secret."""
    if isinstance(value, dict):
        return {name: _bare(inner) for name, inner in value.items() if name != "id"}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _yaml(value: Any, pad: str) -> str:
    """On one line where it fits, else a line for each part: never a text that is broken in two."""
    flow = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, default_flow_style=True, width=sys.maxsize)
    flow = flow.removesuffix("...\n").strip()
    if not isinstance(value, dict | list) or not value or (len(pad) + len(flow) <= _WIDTH and "rows" not in value):
        return flow
    if isinstance(value, list):
        return "".join(f"\n{pad}- {_yaml(item, pad + '  ').lstrip()}" for item in value)
    return "".join(f"\n{pad}{_yaml(key, '')}:{_beside(_yaml(inner, pad + '  '))}" for key, inner in value.items())


def _beside(text: str) -> str:
    return text if text.startswith("\n") else f" {text}"
