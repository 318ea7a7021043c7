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
    from sqlglot.errors import ParseError
    from sqlglot.tokenizer_core import Token

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
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|\r(?!\n)")
_FUNCTIONS = """
lo_import lo_export lo_put lo_unlink lo_create lo_creat lo_from_bytea lo_open lo_truncate loread lowrite
pg_stat_file pg_terminate_backend pg_cancel_backend pg_reload_conf pg_rotate_logfile pg_promote pg_notify
set_config setval nextval crosstab connectby ts_stat
load_file sleep benchmark get_lock release_lock release_all_locks master_pos_wait source_pos_wait
wait_for_executed_gtid_set sys_exec sys_eval
openrowset opendatasource openquery openxml xp_cmdshell load_extension writefile readfile edit httpuritype
"""
_DOES_MORE = frozenset(_FUNCTIONS.split())
"""Functions that a SELECT can call, and that read files, wait, lock, change something, or run a query in a text."""
_FAMILY_NAMES = """
dblink pg_advisory_ pg_try_advisory_ pg_read_ pg_ls_ pg_file_ pg_sleep pg_logical_ pg_replication_ pg_create_ pg_drop_
pg_switch_ pg_wal_replay_ pg_backup_ query_to_xml cursor_to_xml
"""
_FAMILIES = tuple(_FAMILY_NAMES.split())
"""Beginnings of the names of such functions, where a database has many."""
_PACKAGE_NAMES = """
utl_file utl_http utl_tcp utl_smtp utl_mail utl_inaddr dbms_lock dbms_session dbms_pipe dbms_alert dbms_scheduler
dbms_job dbms_sql dbms_xmlgen dbms_xmlquery
"""
_PACKAGES = frozenset(_PACKAGE_NAMES.split())
"""Oracle's packages of such functions."""
_LOCKING_HINTS = frozenset(("updlock", "xlock", "tablock", "tablockx", "holdlock", "paglock", "rowlock"))
_STATEMENT_WORDS = """
alter backup checkpoint commit create dbcc delete deny drop exec execute grant insert kill print raiserror reconfigure
restore revert revoke rollback save shutdown truncate update
"""
_STATEMENTS = frozenset(_STATEMENT_WORDS.split())
"""T-SQL's reserved words for statements, which need no ; before them; sqlglot reads some as an alias."""
_VIEW = "If the database takes it, make a view of it there, and name that with `table`"
_WRITES = "writes what it finds (INTO); a source only reads"


def refusal(query: str, database: str = "") -> str:
    """Why a query is refused, or "". `database`: SQLAlchemy's name of its kind (postgresql, mysql, mssql …)."""
    import sqlglot  # only where there is a query: it takes a quarter of a second
    from sqlglot import errors, exp

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of statements that are refused here
    dialect = _DIALECTS.get(database) or None
    try:
        tokens = sqlglot.tokenize(query, read=dialect)
        if why := _hidden(query, tokens):
            return why
        statements = [found for found in sqlglot.parse(query, read=dialect) if found is not None]
    except errors.TokenError:
        return "has a quote or comment that is never closed"
    except errors.ParseError as error:
        return _WRITES if any(token.token_type is sqlglot.TokenType.INTO for token in tokens) else _unread(error)
    except RecursionError:
        return f"is nested too deep to be checked. {_VIEW}"
    if not statements:
        return "is empty"
    if [found for found in statements[1:] if isinstance(found, exp.Semicolon)] == statements[1:] != []:
        return "has a comment after its last ;. Take out the ; or the comment"
    if len(statements) > 1:
        return "holds more than one statement"
    (tree,) = statements
    if isinstance(tree, (exp.Query, exp.Values)):
        follows = _unseparated(query, tokens) if dialect == "tsql" else ""
        return follows or next(_does_more_than_read(tree), "")
    if isinstance(tree, (exp.Condition, exp.Alias)):  # as which sqlglot reads what it does not know: LISTEN x
        return f"begins with {tokens[0].text.upper()}; a source is one SELECT"
    return f"is {_called(tree)}; a source is one SELECT"


def stands_alone(query: str) -> bool:
    """Whether SQL Server takes a query only by itself, and not as part of another: WITH, or ORDER BY without TOP."""
    import sqlglot

    tree = sqlglot.parse_one(query, read="tsql")
    ordered = tree.args.get("order") and not tree.args.get("limit") and not tree.args.get("offset")
    return bool(tree.args.get("with_") or tree.args.get("with") or ordered)


def _hidden(query: str, tokens: list[Token]) -> str:
    """What a database may read otherwise than sqlglot, so that something could hide there."""
    if _CONTROL.search(query):
        return "holds a control character, or a carriage return without a line feed; databases differ in what it ends"
    ends = [-1, *(token.end for token in tokens)]
    starts = [*(token.start for token in tokens), len(query)]
    for end, start in zip(ends, starts, strict=True):
        between = query[end + 1 : start]
        if _RUN.search(between):
            return "holds a comment /*! … */, which MariaDB and MySQL execute; take it out"
        if "{#" in between:
            return "holds {#, which the check takes for a comment and a database does not; take it out"
    if any(query[token.start] == '"' and query[: token.start].lower().endswith("u&") for token in tokens):
        return 'holds a name in escapes (U&"…"); write it in plain letters'
    return ""


def _unseparated(query: str, tokens: list[Token]) -> str:
    """A second statement without a ; before it."""
    for token in tokens:
        if token.text.lower() in _STATEMENTS and query[token.start].isalpha():
            return f"holds {token.text}, which begins a statement of its own; if it is a name, write [{token.text}]"
    return ""


def _unread(error: ParseError) -> str:
    where = error.errors[0] if error.errors else {}
    at = where.get("highlight") or ""
    column = max(1, where.get("col", 1) - len(at) + 1)  # sqlglot tells where the word ends
    place = f"line {where.get('line', 1)}, column {column}, at {at or 'its end'}"
    return f"cannot be read as one SELECT ({place}). {_VIEW}"


def _does_more_than_read(tree: exp.Expr) -> Iterator[str]:
    from sqlglot import exp

    for node in tree.walk():
        if isinstance(node, exp.Into):
            yield _WRITES
        elif isinstance(node, exp.Lock):
            yield "locks rows (FOR UPDATE, FOR SHARE); a source only reads"
        elif isinstance(node, (exp.DML, exp.DDL, exp.Command)) and not isinstance(node, exp.Query):
            yield f"holds {_called(node)}; a source is one SELECT"
        elif isinstance(node, exp.WithTableHint):
            if hints := {hint.name.lower() for hint in node.expressions} & _LOCKING_HINTS:
                yield f"locks rows ({', '.join(sorted(hints)).upper()}); a source only reads"
        elif isinstance(node, exp.NextValueFor) or (isinstance(node, exp.Column) and _is_nextval(node)):
            yield "takes the next value of a sequence; a source only reads"
        elif isinstance(node, exp.Func):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            if name in _DOES_MORE or name.startswith(_FAMILIES):
                yield f"calls {name}, which does more than compute; a source only reads"
        elif isinstance(node, exp.Dot) and (package := next(_packages(node), "")):
            yield f"calls {package}, which does more than compute; a source only reads"


def _packages(dot: exp.Dot) -> Iterator[str]:
    """Those of Oracle's packages that stand before a function: `sys.dbms_lock.request(…)`."""
    from sqlglot import exp

    return (name for part in dot.find_all(exp.Identifier) if (name := part.name.lower()) in _PACKAGES)


def _is_nextval(column: exp.Column) -> bool:
    """Oracle's way of taking a sequence's next value: `numbers.nextval`."""
    return bool(column.table) and not column.this.args.get("quoted") and column.name.lower() == "nextval"


def _called(node: exp.Expr) -> str:
    name = node.name if node.key == "command" and node.name else node.key
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name.upper()}"
