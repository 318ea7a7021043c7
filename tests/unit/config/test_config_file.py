"""config.toml: secrets from outside, paths from its own folder, every mistake at once and in its place."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

from adapter import config
from adapter.errors import ConfigError
from adapter.settings import Expected, Mail, Recipient, Settings

ROOT = Path(__file__).parents[3]
MINIMAL = """\
[organiser]
name = "Exempelkommun"
organisation_number = "2120000001"
id_namespace = "5f0c8b1e-52c5-4b8a-9d39-0c5b4b1f3a77"
[mapping]
file = "mapping.yaml"
[sources.elever]
connector = "csv"
path = "elever.csv"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def findings_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.load(written(folder, text))
    return [str(finding).replace(f"{folder}/", "") for finding in caught.value.findings]


def test_a_minimal_file_is_enough(tmp_path: Path) -> None:
    settings, connectors = config.load(written(tmp_path, MINIMAL))
    assert settings.organiser.name == "Exempelkommun"
    assert list(connectors) == ["elever"]


def test_paths_are_meant_from_the_files_own_folder(tmp_path: Path) -> None:
    settings, _ = config.load(written(tmp_path, MINIMAL + '[state]\nurl = "sqlite:///state.db"\n'))
    assert settings.mapping.file == tmp_path / "mapping.yaml"
    assert settings.state.url.get_secret_value() == f"sqlite:///{tmp_path}/state.db"


def test_paths_of_sources_are_too_and_addresses_are_none(tmp_path: Path) -> None:
    access = 'access = {host_key = "ssh-ed25519 A", key = "nycklar/export"}'
    text = (
        MINIMAL + f'ready = "klar.txt"\n[sources.larare]\nconnector = "csv"\npath = "sftp://u@h/ut/x.csv"\n{access}\n'
    )
    _, connectors = config.load(written(tmp_path, text))
    near, far = (connectors[name].options for name in ("elever", "larare"))  # type: ignore[attr-defined]
    assert (near.path, near.ready) == (str(tmp_path / "elever.csv"), tmp_path / "klar.txt")
    assert (far.path, far.access.key) == ("sftp://u@h/ut/x.csv", tmp_path / "nycklar" / "export")


def test_paths_by_default_are_meant_from_that_folder_too(tmp_path: Path) -> None:
    settings, _ = config.load(written(tmp_path, MINIMAL))
    assert settings.open_data.cache == tmp_path / "open-data.json"
    assert settings.state.url.get_secret_value() == f"sqlite:///{tmp_path}/state.db"


def test_secrets_come_from_the_environment_or_a_file_and_never_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hemligt")
    (tmp_path / "url.txt").write_text("postgresql://u:mycket-hemligt@h/d\n", encoding="utf-8")
    settings, _ = config.load(written(tmp_path, MINIMAL + '[state]\nurl = "postgresql://u:${DB_PASSWORD}@h/d"\n'))
    assert settings.state.url.get_secret_value() == "postgresql://u:hemligt@h/d"
    assert "hemligt" not in repr(settings)
    settings, _ = config.load(written(tmp_path, MINIMAL + '[state]\nurl = { file = "url.txt" }\n'))
    assert settings.state.url.get_secret_value() == "postgresql://u:mycket-hemligt@h/d"


def test_all_mistakes_are_told_at_once_with_line_key_and_suggestion(tmp_path: Path) -> None:
    text = MINIMAL.replace('name = "Exempelkommun"\n', "") + (
        '[gate]\nmax_deletd = "10%"\nmax_updated = "much"\n[facade]\ntls = { certificate = "a.pem" }\n'
    )
    found = findings_of(tmp_path, text)
    assert found == [
        "config.toml:1: C111 organiser.name: is missing (the organiser's name, for reports).",
        'config.toml:10: C110 gate.max_deletd: there is no such key. Did you mean "max_deleted"?',
        'config.toml:11: C112 gate.max_updated: must be a percentage from "0%" to "100%".',
        "config.toml:13: C111 facade.tls.key: is missing (PEM file).",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[state]\nurl = "${NOT_SET_ANYWHERE}"\n', "C120 state.url: the environment variable NOT_SET_ANYWHERE"),
        ('[state]\nurl = { file = "gone.txt" }\n', "C121 state.url: the file"),
        ("[sources.x]\npath = 'a.csv'\n", "C111 sources.x.connector: is missing"),
        ("[sources.x]\nconnector = 'cvs'\n", 'Did you mean "csv"'),
        ("[sources.x]\nconnector = 'csv'\npaht = 'a.csv'\n", "sources.x.paht"),
        ("[state\n", "C100 this is not TOML"),
    ],
)
def test_each_mistake_says_where_and_what_to_do(tmp_path: Path, text: str, expected: str) -> None:
    assert any(expected in finding for finding in findings_of(tmp_path, MINIMAL + text))


def test_a_file_that_is_missing_or_not_utf8_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no such file.*--config"):
        config.load(tmp_path / "none.toml")
    path = tmp_path / "config.toml"
    path.write_bytes(MINIMAL.replace("Exempelkommun", "Växjö").encode("cp1252"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        config.load(path)


def test_the_example_has_every_key_with_its_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    whole = re.sub(r"(?m)^#(\[{0,2}[a-z_.]+\]{0,2}( = .*)?)", r"\1", text)  # what is commented out counts as written
    data = tomllib.loads(whole)
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if name in ("sources", "token"):
            continue
        if name == "mail":
            (to,) = data[name]["to"]
            assert set(data[name]) == set(Mail.model_fields)
            assert set(to) == set(Recipient.model_fields)
            Mail.model_validate(data[name])
            continue
        if name == "calendar":
            (day,) = data[name]
            assert set(day) == {inner.alias or key for key, inner in Expected.model_fields.items()}
            Expected.model_validate(day)
            continue
        keys = {inner.alias or key for key, inner in section.model_fields.items()}  # type: ignore[union-attr]
        assert set(data[name]) == keys, name
        for key, inner in section.model_fields.items():  # type: ignore[union-attr]
            if not inner.is_required() and inner.default is not None and key not in ("base_url", "users"):
                assert data[name][key] == example(inner.default), f"{name}.{key}"
    monkeypatch.setenv("SS12000_ID_NAMESPACE", "5f0c8b1e-52c5-4b8a-9d39-0c5b4b1f3a77")
    monkeypatch.setenv("SIS_URL", "sqlite:///sis.db")
    config.load(written(tmp_path, text))  # as shipped, it is a valid file


def example(default: object) -> object:
    if isinstance(default, float):
        return f"{default:.0%}"
    if isinstance(default, tuple):
        return [str(one) for one in default]
    if isinstance(default, Path):
        return str(default)
    return default.get_secret_value() if hasattr(default, "get_secret_value") else default


def calendar(first: str, last: str, limits: str) -> str:
    return f"[[calendar]]\nfrom = {first}\nto = {last}\nlimits = {limits}\n"


def test_the_calendar_changes_the_limits_that_it_names_on_its_days_only(tmp_path: Path) -> None:
    expected = calendar("2027-08-09", "2027-08-20", '{ max_updated = "100%" }')
    settings, _ = config.load(written(tmp_path, MINIMAL + expected + '[gate]\nmax_deleted = "3%"\n'))
    limits = [settings.gate_on(dt.date(2027, 8, day)) for day in (8, 9, 20, 21)]
    assert [one.max_updated for one in limits] == [0.5, 1.0, 1.0, 0.5]
    assert {one.max_deleted for one in limits} == {0.03}


def test_mistakes_in_the_calendar_have_their_lines(tmp_path: Path) -> None:
    good = calendar("2027-08-09", "2027-08-20", '{ max_updated = "100%" }')
    text = (
        MINIMAL + good + good.replace("max_updated", "max_updatet") + good.replace('{ max_updated = "100%" }', '"30%"')
    )
    text += calendar("2027-08-20", "2027-08-09", "{}") + calendar('"i augusti"', "2027-08-09", "{}")
    assert findings_of(tmp_path, text + "[[calendar]]\nfrom = 2027-08-01\ntoo = 2027-08-09\nlimits = {}\n") == [
        'config.toml:17: C110 calendar.limits.max_updatet: there is no such key. Did you mean "max_updated"?',
        "config.toml:21: C112 calendar.limits: must be a table: { key = value, … }.",
        "config.toml:22: C112 calendar: must have `from` on or before `to`.",
        "config.toml:27: C112 calendar.from: must be a date, without quotes: 2027-08-09.",
        "config.toml:30: C111 calendar.to: is missing (the last day).",
        'config.toml:32: C110 calendar.too: there is no such key. Did you mean "to"?',
    ]


MAIL = '[mail]\nhost = "smtp.exempel.se"\nsender = "ss12000@exempel.se"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MAIL, "mail.to: is missing"),
        (MAIL + '[[mail.to]]\naddress = "it"\n', "mail.to.address: must be one address"),
        (MAIL + '[[mail.to]]\naddress = "a@b.se>, <c@d.se"\n', "mail.to.address: must be one address"),
        (MAIL + 'user = "x"\n[[mail.to]]\naddress = "a@b.se"\n', "must have both `user` and `password`"),
        (
            MAIL + 'security = "none"\nuser = "x"\npassword = "y"\n[[mail.to]]\naddress = "a@b.se"\n',
            "must not send a password in the clear",
        ),
    ],
)
def test_a_mistake_in_the_mail_is_told(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in "\n".join(findings_of(tmp_path, MINIMAL + text))
