"""Refuses whatever is not one query that only reads. The database's own read-only mode stands behind it.

The query is parsed in the source's dialect, for only a parser knows what a database would execute: MariaDB runs what
stands in some comments, and a SELECT can write files, lock rows and call functions that do more than compute.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

_DIALECTS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "tsql",
    "oracle": "oracle",
    "sqlite": "sqlite",
}
"""SQLAlchemy's name of a database -> sqlglot's; others are read as standard SQL."""
_RUN = re.compile(r"/\*M?!")
_FUNCTIONS = """
pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file lo_import lo_export lo_put lo_unlink lo_create lo_from_bytea
dblink dblink_exec pg_terminate_backend pg_cancel_backend pg_reload_conf pg_rotate_logfile pg_sleep pg_sleep_for
pg_advisory_lock pg_advisory_xact_lock pg_try_advisory_lock pg_notify set_config setval nextval query_to_xml
load_file sleep benchmark get_lock release_lock master_pos_wait sys_exec sys_eval
openrowset opendatasource openquery openxml xp_cmdshell load_extension writefile readfile edit
"""
_DOES_MORE = frozenset(_FUNCTIONS.split())
"""Functions that a SELECT can call, and that read files, wait, lock, or change something."""
_LOCKING_HINTS = frozenset(("updlock", "xlock", "tablock", "tablockx", "holdlock", "paglock", "rowlock"))


def problem(query: str, database: str = "") -> str:
    """Why a query is refused, or "". `database`: SQLAlchemy's name of its kind (postgresql, mysql, mssql …)."""
    import sqlglot  # only where there is a query: it takes a quarter of a second
    from sqlglot import errors, exp

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of statements that are refused here
    dialect = _DIALECTS.get(database) or None
    try:
        tokens = sqlglot.tokenize(query, read=dialect)
        if why := _hidden(query, [(token.start, token.end) for token in tokens]):
            return why
        statements = [found for found in sqlglot.parse(query, read=dialect) if found is not None]
    except errors.ParseError as error:
        where = error.errors[0] if error.errors else {}
        place = f"line {where.get('line', 1)}, column {where.get('col', 1)}"
        at = where.get("highlight") or "its end"
        return (
            f"cannot be read as one SELECT ({place}, at {at}). If the database takes it, make a view of it there, and "
            "name that with `table`"
        )
    except errors.TokenError:
        return "has a quote or comment that is never closed"
    if not statements:
        return "is empty"
    if len(statements) > 1:
        return "holds more than one statement"
    (tree,) = statements
    if not isinstance(tree, (exp.Query, exp.Values)):
        return f"is {_called(tree)}; a source is one SELECT"
    return next(_does_more_than_read(tree), "")


def _hidden(query: str, tokens: list[tuple[int, int]]) -> str:
    """What stands between the tokens, in comments, and would be run all the same."""
    ends = [-1, *(end for _, end in tokens)]
    starts = [*(start for start, _ in tokens), len(query)]
    for end, start in zip(ends, starts, strict=True):
        between = query[end + 1 : start]
        if _RUN.search(between):
            return "holds a comment /*! … */, which MariaDB and MySQL execute; take it out"
    return ""


def _does_more_than_read(tree: exp.Expr) -> Iterator[str]:
    from sqlglot import exp

    for node in tree.walk():
        if isinstance(node, exp.Into):
            yield "writes what it finds (INTO); a source only reads"
        elif isinstance(node, exp.Lock):
            yield "locks rows (FOR UPDATE, FOR SHARE); a source only reads"
        elif isinstance(node, (exp.DML, exp.DDL, exp.Command)) and not isinstance(node, exp.Query):
            yield f"holds {_called(node)}; a source is one SELECT"
        elif isinstance(node, exp.WithTableHint):
            if hints := {hint.name.lower() for hint in node.expressions} & _LOCKING_HINTS:
                yield f"locks rows ({', '.join(sorted(hints)).upper()}); a source only reads"
        elif isinstance(node, exp.Func):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            if name in _DOES_MORE:
                yield f"calls {name}, which does more than compute; a source only reads"


def _called(node: exp.Expr) -> str:
    name = node.name if node.key == "command" and node.name else node.key
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name.upper()}"
