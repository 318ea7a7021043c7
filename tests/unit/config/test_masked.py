"""An address is shown without what may be secret in it, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.cli.secrets_masked import address, text

ANY = st.text(st.characters(codec="utf-8"), max_size=20).map(lambda made: f"<{made}>")
SECRET = "hemligt-kanariefagel"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////srv/state.db", "sqlite:////srv/state.db"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg://u:p@h:5432/d", "postgresql+psycopg://•••@h:5432/d"),
        ("postgresql://u:p@ss/w@h/d", "postgresql://•••@h/d"),
        ("postgresql://h/d?user=u&password=p@ss", "postgresql://•••"),
        ("postgresql://u:p?w@h/d", "postgresql://•••"),
        ("https://token@h/x#y", "https://•••@h/x#•••"),
        ("mssql://h/d;password=p", "mssql://h/d;•••"),
        ("no address", "•••"),
        ("host=h password=p", "•••"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert address(url) == shown


@pytest.mark.parametrize("words", ["pwd=x", "Password = x", '{"token": "x"}', "Bearer abcdefghijklmnop"])
def test_a_text_that_looks_like_a_secret_is_masked(words: str) -> None:
    assert text(words) == "•••"


@pytest.mark.parametrize("words", ["Basic skola", "SELECT pwd_set FROM elev", "export/elever*.csv", "(objectClass=*)"])
def test_a_text_that_does_not_is_shown(words: str) -> None:
    assert text(words) == words


@given(ANY, ANY, st.sampled_from(["{0}:{1}{2}@h/d", "h/d?a={0}&password={1}{2}", "u:{1}{2}@h?{0}", "{0}{1}{2}@h"]))
def test_whatever_a_password_is_made_of_it_does_not_show(before: str, after: str, form: str) -> None:
    assert SECRET not in address("postgresql://" + form.format(before, SECRET, after))
