"""A source is one query that only reads: everything else is refused before a database is asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.databases import mariadb_url

from connectors.registry import OptionsError, create
from connectors.sql.select_only import refusal

GOOD = [
    ("", "SELECT * FROM ELEV"),
    ("", "  -- alla\n select a, b from x; "),
    ("", "WITH t AS (SELECT 1 AS a) SELECT * FROM t"),
    ("", "SELECT 'drop table x; delete' AS t, \"update\" FROM elev -- ; drop"),
    ("", "SELECT a FROM x UNION ALL SELECT b FROM y"),
    ("sqlite", "SELECT replace(namn, ';', '') FROM ELEV /* ; insert */"),
    ("sqlite", "SELECT e.\"set\", e.\"into\" FROM e WHERE förnamn = 'O''Brien; x'"),
    ("sqlite", "SELECT date('now'), coalesce(a, '') || b FROM t WHERE c IN (SELECT d FROM e) ORDER BY 1 LIMIT 5"),
    ("postgresql", "SELECT $$ ; drop $$ AS t"),
    ("postgresql", "SELECT DISTINCT ON (pnr) pnr::text FROM elev WHERE slut > now() - interval '5 days'"),
    ("postgresql", "SELECT a FROM t, LATERAL (SELECT b FROM u WHERE u.id = t.id LIMIT 1) x"),
    ("postgresql", "SELECT row_number() OVER (PARTITION BY pnr ORDER BY datum DESC) FROM t"),
    ("postgresql", "VALUES ('1', 'a'), ('2', 'b')"),
    ("mysql", "SELECT `update`, `a` FROM `elev` # alla\n WHERE b = 'it\\'s'"),
    ("mariadb", "SELECT /*+ MAX_EXECUTION_TIME(1000) */ a FROM t -- slut"),
    ("mysql", "SELECT IF(a = 1, 'J', 'N'), CONCAT(a, b), DATE_FORMAT(d, '%Y-%m-%d') FROM t"),
    ("mssql", "SELECT TOP 10 * FROM [dbo].[ELEV] WHERE namn = N'Åsa' AND slut IS NULL"),
    ("mssql", "SELECT CONVERT(varchar(10), fodd, 120), ISNULL(a, '') FROM dbo.ELEV WITH (NOLOCK)"),
    ("mssql", "WITH a AS (SELECT 1 AS x) SELECT x FROM a CROSS APPLY (SELECT 2 AS y) b"),
    ("sqlite", "SELECT a FROM t; ;\n"),
    ("sqlite", "SELECT [a b], `c` FROM t WHERE (a, b) IN (SELECT c, d FROM u) AND x LIKE 'y\\' /* '; */"),
    ("postgresql", "/* a /* nested */ ; drop */ SELECT E'it\\'s; x', U&'d\\0061t' FROM t"),
    ("postgresql", "SELECT string_agg(a, ';' ORDER BY b) FILTER (WHERE c), d #>> '{a}' FROM t GROUP BY ROLLUP (d)"),
    ("postgresql", "WITH RECURSIVE o(i) AS (SELECT 1 UNION ALL SELECT e.i FROM e JOIN o ON e.u = o.i) SELECT i FROM o"),
    ("postgresql", "SELECT currval('s'), to_char(f, 'YYYY'), pg_typeof(1::bigint) FROM t WHERE a ~* 'x' AND b @> c"),
    ("mysql", "SELECT a, GROUP_CONCAT(b SEPARATOR ';'), REPLACE(d, 'x', ''), INSERT(e, 1, 1, '') FROM t GROUP BY a"),
    ("mysql", "SELECT 1 --\n, '/*! only a text */', `/*! a name */` FROM t"),
    ("mssql", "SELECT e.[delete], e.[exec] AS [update], 'shutdown', [a]]b] FROM e INNER MERGE JOIN f ON e.i = f.i"),
    ("mssql", "SELECT a FROM t ORDER BY a OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY"),
    ("mssql", "SELECT STUFF((SELECT ',' + b FROM u FOR XML PATH('')), 1, 1, '') FROM t OPTION (MAXRECURSION 0)"),
    ("oracle", "SELECT q'[it's; a text]', t.utl_file, \"NEXTVAL\" FROM t, u WHERE t.id = u.id(+)"),
    ("oracle", "SELECT LEVEL FROM dual CONNECT BY LEVEL < 5 MINUS SELECT /*+ INDEX(t i) */ 1 FROM t"),
    ("oracle", "SELECT NVL(a, '-'), TO_CHAR(d, 'YYYY-MM-DD') FROM elev WHERE ROWNUM < 10"),
]  # fmt: skip
BAD = [
    ("", "", "is empty"),
    ("", "-- nothing", "is empty"),
    ("", "DELETE FROM ELEV", "is a DELETE"),
    ("", "SELECT 1; DELETE FROM ELEV", "more than one statement"),
    ("", "SELECT 1; ; SELECT 2", "more than one statement"),
    ("", "SELECT * FROM x WHERE a = 'never closed", "never closed"),
    ("", "SELECT * FROM ELEV INTO OUTFILE '/x'", "INTO"),
    ("", "SELEC a FROM b", "line 1, column 9, at FROM"),
    ("", "SELECT a FROM (b", "line 1, column"),
    ("", "SELECT a,\n  b c d FROM t", "line 2, column 7, at d). If the database takes it, make a view of it there"),
    ("", "SELECT " + "(" * 5000 + "1" + ")" * 5000, "nested too deep"),
    ("", "SELECT 1; -- slut", "has a comment after its last ;"),
    ("", "LISTEN x", "begins with LISTEN"),
    ("sqlite", "PRAGMA writable_schema = 1", "is a PRAGMA"),
    ("sqlite", "ATTACH 'x.db' AS y", "is an ATTACH"),
    ("sqlite", "SELECT load_extension('x')", "calls load_extension"),
    ("postgresql", "WITH d AS (DELETE FROM ELEV RETURNING *) SELECT * FROM d", "holds a DELETE"),
    ("postgresql", "WITH d AS (INSERT INTO x SELECT 1 RETURNING *) SELECT * FROM d", "holds an INSERT"),
    ("postgresql", "WITH d AS (UPDATE x SET a = 1 RETURNING *) SELECT * FROM d", "holds an UPDATE"),
    ("postgresql", "SELECT * INTO kopia FROM ELEV", "INTO"),
    ("postgresql", "SELECT * FROM ELEV FOR UPDATE", "locks rows"),
    ("postgresql", "SELECT * FROM ELEV FOR NO KEY UPDATE", "locks rows"),
    ("postgresql", "SELECT * FROM (SELECT * FROM ELEV FOR SHARE) x", "locks rows"),
    ("postgresql", "COPY elev TO '/tmp/x'", "is a COPY"),
    ("postgresql", "EXPLAIN ANALYZE DELETE FROM elev", "is an EXPLAIN"),
    ("postgresql", "SELECT pg_read_file('/etc/passwd')", "calls pg_read_file"),
    ("postgresql", "SELECT a FROM t WHERE lo_import('/x') > 0", "calls lo_import"),
    ("postgresql", "SELECT nextval('s')", "calls nextval"),
    ("postgresql", "SELECT pg_catalog.\"pg_read_binary_file\"('/x')", "calls pg_read_binary_file"),
    ("postgresql", "SELECT U&\"pg\\005fread_file\"('/x')", "a name in escapes"),
    ("postgresql", "SELECT U&\"pg!005fread_file\" UESCAPE '!' ('/x')", "a name in escapes"),
    ("postgresql", "SELECT * FROM ROWS FROM (pg_ls_logdir(), generate_series(1, 2)) x", "calls pg_ls_logdir"),
    ("postgresql", "SELECT pg_advisory_lock_shared(1)", "calls pg_advisory_lock_shared"),
    ("postgresql", "SELECT pg_sleep_until(now())", "calls pg_sleep_until"),
    ("postgresql", "SELECT dblink_connect('x')", "calls dblink_connect"),
    ("postgresql", "SELECT query_to_xml_and_xmlschema('drop table x', true, true, '')", "calls query_to_xml"),
    ("postgresql", "SELECT * FROM crosstab('drop table x') AS t(a text)", "calls crosstab"),
    ("postgresql", "SELECT 1 -- \r) AS a; commit; delete from t; select * from (select 1", "carriage return"),
    ("postgresql", "SELECT * FROM dblink('x', 'drop table y') AS t(a int)", "calls dblink"),
    ("postgresql", "SELECT set_config('x', 'y', false)", "calls set_config"),
    ("postgresql", "CALL p()", "a source is one SELECT"),
    ("postgresql", "SET ROLE x", "is a SET"),
    ("mysql", "SELECT 1 /*! INTO OUTFILE '/tmp/x' */", "MariaDB and MySQL execute"),
    ("mysql", "SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */", "MariaDB and MySQL execute"),
    ("mariadb", "SELECT 1 /*M! INTO OUTFILE '/tmp/x' */", "MariaDB and MySQL execute"),
    ("mariadb", "/*!99999 x */ SELECT a FROM (SELECT 1 /*!1 , sleep(9) */) t", "MariaDB and MySQL execute"),
    ("postgresql", "SELECT 1 /*! harmless here */", "take it out"),
    ("mysql", "SELECT 1 --1 INTO OUTFILE '/tmp/x'", "INTO"),  # no comment there: 1 minus minus 1
    ("mysql", "SELECT 1 /* /* */ INTO OUTFILE '/tmp/x' -- */ */", "INTO"),  # comments do not nest there
    ("mysql", "SELECT 1 /* a /*! INTO OUTFILE '/tmp/x' */", "MariaDB and MySQL execute"),
    ("mysql", "SELECT {#\n d LOAD_FILE('/etc/passwd')} #}\n 2", "holds {#"),  # no comment there
    ("mysql", "SELECT 1 --\x01 ' \n INTO OUTFILE '/tmp/x' -- '", "control character"),
    ("mysql", "SELECT 1 -- \r ' \n INTO OUTFILE '/tmp/x' -- '", "carriage return"),
    ("mariadb", "SELECT /*+ x('*/ 1 INTO OUTFILE \"/tmp/x\" -- ') */ 1", "never closed"),
    ("mysql", "SELECT a INTO @x FROM t", "INTO"),
    ("mysql", "SELECT a FROM t INTO @x, @y", "INTO"),
    ("mysql", "SELECT 1 INTO DUMPFILE '/tmp/x'", "INTO"),
    ("mysql", "SELECT (SELECT a FROM t LIMIT 1 FOR UPDATE)", "locks rows"),
    ("mysql", "SELECT `sleep` (1)", "calls sleep"),
    ("mysql", "SELECT RELEASE_ALL_LOCKS()", "calls release_all_locks"),
    ("mysql", "WITH a AS (SELECT 1) UPDATE t SET a = 1", "is an UPDATE"),
    ("mysql", "SELECT a FROM t LOCK IN SHARE MODE", "locks rows"),
    ("mysql", "SELECT LOAD_FILE('/etc/passwd')", "calls load_file"),
    ("mysql", "SELECT * FROM t WHERE SLEEP(10)", "calls sleep"),
    ("mysql", "REPLACE INTO t VALUES (1)", "a source is one SELECT"),
    ("mssql", "SELECT * INTO #t FROM x", "INTO"),
    ("mssql", "EXEC xp_cmdshell 'dir'", "is an EXECUTE"),
    ("mssql", "SELECT 1 DELETE FROM t", "holds DELETE, which begins a statement of its own"),
    ("mssql", "SELECT 1 SHUTDOWN", "holds SHUTDOWN"),
    ("mssql", "SELECT 1 FROM t EXEC('drop table x')", "holds EXEC"),
    ("mssql", "SELECT NEXT VALUE FOR dbo.s", "next value of a sequence"),
    ("mssql", "SELECT a FROM t WITH (UPDLOCK)", "locks rows (UPDLOCK)"),
    ("mssql", "SELECT * FROM OPENROWSET('a', 'b', 'c')", "calls openrowset"),
    ("oracle", "SELECT a FROM t FOR UPDATE", "locks rows"),
    ("oracle", "SELECT s.NEXTVAL FROM dual", "next value of a sequence"),
    ("oracle", "SELECT utl_http.request('http://x') FROM dual", "calls utl_http"),
    ("oracle", "SELECT sys.dbms_lock.request(1) FROM dual", "calls dbms_lock"),
    ("oracle", "BEGIN p; END;", "more than one statement"),
]  # fmt: skip


@pytest.mark.parametrize(("database", "query"), GOOD)
def test_one_query_that_reads_passes(database: str, query: str) -> None:
    assert refusal(query, database) == ""


@pytest.mark.parametrize(("database", "query", "why"), BAD)
def test_anything_else_is_refused(database: str, query: str, why: str) -> None:
    assert why in refusal(query, database)


def test_mariadb_is_not_even_asked(tmp_path: Path) -> None:
    target = Path("/tmp") / f"ss12000-{os.getpid()}"
    with mariadb_url() as url, pytest.raises(OptionsError, match="MariaDB and MySQL execute"):
        create("x", {"connector": "sql", "url": url, "query": f"SELECT 1 /*! INTO OUTFILE '{target}' */"}).open()
    assert not target.exists()


def test_a_query_is_refused_before_its_url_is_looked_at() -> None:
    with pytest.raises(OptionsError, match="is a DROP"):
        create("x", {"connector": "sql", "url": "no url at all", "query": "DROP TABLE ELEV"})
