"""What a table looks like: its columns' names and texts, and what they and its rows probably are. For `init`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from adapter.mapping.synonyms import COLUMNS, plain
from adapter.ss12000 import civicno

_TEST = re.compile(r"(GRGR|SPSP|SAMSAM|[A-ZÅÄÖ]{6})[A-Z]{3}\d\d|[A-ZÅÄÖ]{6}\d\d")
_KINDS = (
    ("guardians", r"vardnadshav|guardian|malsman|anhorig|foraldr|parent|carer"),
    ("members", r"medlem|member|elevgrupp|gruppelev"),
    ("teachers", r"grupplarar|larargrupp|teacher.*group|undervisare"),
    ("duties", r"tjanst|befattning|duty|anstallning"),
    ("enrolments", r"inskriv|placering|enrol|studieplan"),
    ("classes", r"klass|class|homeroom"),
    ("groups", r"grupp|group|section"),
    ("units", r"skolenhet|skola|skolor|enhet|school|unit"),
    ("staff", r"personal|anst|larare|staff|teacher|medarbet"),
    ("pupils", r"elev|pupil|student|barn"),
)


@dataclass
class Column:
    """One column of a sample. `values`: its different texts, as many as were looked at."""

    name: str
    values: set[str]
    filled: int
    unique: bool

    @property
    def meaning(self) -> str:
        """What it probably is, by its name and else by what stands in it."""
        if by_name := COLUMNS.get(plain(self.name)):
            return by_name
        if self._share(lambda text: bool(civicno.normalise(text, dt.date(2030, 1, 1)))) > 0.8:
            return "civicNo"
        if self._share(lambda text: bool(_TEST.match(text))) > 0.8:
            return "test"
        return "schoolUnitCode" if self._share(lambda text: bool(re.fullmatch(r"[1-9]\d{7}", text))) > 0.95 else ""

    def _share(self, test: Callable[[str], bool]) -> float:
        some = [text for text in list(self.values)[:200] if text]
        return sum(map(test, some)) / len(some) if some else 0.0


@dataclass
class Sample:
    """One table or file: the source's name, its key in config.toml, and what its columns look like."""

    source: str
    options: dict[str, str]
    rows: int
    columns: list[Column]

    def column(self, meaning: str) -> Column | None:
        """The first column of that meaning."""
        return next((column for column in self.columns if column.meaning == meaning), None)

    @property
    def kind(self) -> str:
        """What its rows probably are."""
        found = {column.meaning for column in self.columns}
        if "test" in found:
            return "tests"
        name = plain(self.source)
        by_name = next((kind for kind, words in _KINDS if re.search(words, name)), "")
        if by_name == "guardians":
            return by_name
        if {"givenName", "familyName"} <= found:
            return "staff" if by_name in ("staff", "teachers", "duties") else "pupils"
        if "civicNo" in found and found & {"eppn", "email"}:
            return "accounts"
        return "units" if by_name in ("staff", "pupils") else by_name

    @property
    def is_needed(self) -> bool:
        """Whether anything of it can be wanted; guardians never are."""
        return self.kind not in ("", "guardians")

    @property
    def key(self) -> Column:
        """The column that tells its rows apart, as far as one does."""
        unique = [column for column in self.columns if column.unique]
        return (unique or self.columns)[0]
