"""`config`: what is in force, with nothing in it that is secret; and the example that ships."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from support.shell import command

from adapter import config
from adapter.cli import settings_shown
from adapter.cli.secrets_masked import name_is_telling
from adapter.settings import Settings
from connectors.registry import GROUP

ROOT = Path(__file__).parents[2]
CANARY = "hemligt-kanariefagel"
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
    return folder


def test_every_key_has_its_value_and_whether_it_is_the_default(tmp_path: Path) -> None:
    told = command("config", "show", "--json", at=written(tmp_path, MINIMAL + '[gate]\nmax_deleted = "10%"\n')).json
    assert told["file"] == str(tmp_path / "config.toml")
    shown = told["settings"]
    assert shown.keys() == Settings.model_fields.keys()
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, BaseModel):
            fields = type(field.default).model_fields
            assert list(shown[name]) == [each.alias or key for key, each in fields.items()], name
    assert shown["organiser"]["name"] == {"value": "Exempelkommun", "default": False}
    assert shown["gate"]["max_deleted"] == {"value": "10%", "default": False}
    assert shown["gate"]["max_updated"] == {"value": "50%", "default": True}
    assert shown["sources"]["elever"]["skip_lines"] == {"value": 0, "default": True}
    assert shown["mail"] == {"value": None, "default": True}


def test_paths_are_absolute_also_by_default(tmp_path: Path) -> None:
    shown = command("config", "show", "--json", at=written(tmp_path, MINIMAL)).json["settings"]
    assert shown["mapping"]["file"] == {"value": str(tmp_path / "mapping.yaml"), "default": False}
    assert shown["sources"]["elever"]["path"] == {"value": str(tmp_path / "elever.csv"), "default": False}
    assert shown["state"]["url"] == {"value": f"sqlite:///{tmp_path}/state.db", "default": True}
    assert shown["open_data"]["cache"] == {"value": str(tmp_path / "open-data.json"), "default": True}


def test_what_is_shown_is_toml_and_says_what_the_file_says(tmp_path: Path) -> None:
    text = MINIMAL + (
        'delimiter = "\\t"\n[gate]\nnights_missing = { Person = 1 }\n'
        '[[calendar]]\nfrom = 2027-08-09\nto = 2027-08-20\nlimits = { max_deleted = "30%" }\n'
        '[facade]\nlookup = true\ntls = { certificate = "a.pem", key = "a.key" }\n'
    )
    told = command("config", "show", at=written(tmp_path, text)).out
    shown, file = tomllib.loads(told), tomllib.loads(text)
    assert shown["calendar"] == file["calendar"]
    assert shown["gate"]["nights_missing"] == {"Person": 1}
    assert shown["facade"]["lookup"] is True
    assert shown["facade"]["tls"]["key"] == str(tmp_path / "a.key")
    assert shown["sources"]["elever"]["delimiter"] == "\t"
    lines = told.splitlines()
    assert 'max_deleted = "10%"                      # default' in lines
    assert 'name = "Exempelkommun"' in lines
    assert "#token =                                 # not set" in lines


SECRETS = f"""\
[network]
proxy = "http://user:{CANARY}@proxy:3128"
[state]
url = "postgresql+psycopg://{CANARY}:x{CANARY}/@y@db.exempel.se/ss12000?sslpassword={CANARY}"
[token]
certificate = "client.pem"
key = "client.key"
key_password = "x://{CANARY}"
client_key = "https://exempel.se"
[mail]
host = "smtp.exempel.se"
user = "ss12000"
password = "{CANARY}"
sender = "a@exempel.se"
to = [{{ address = "it@exempel.se" }}]
[sources.sis]
connector = "sql"
url = "mssql+pymssql://u:{CANARY}@sis.exempel.se/sis"
table = "ELEV"
[sources.odbc]
connector = "sql"
url = "mssql+pyodbc:///?odbc_connect=Driver%3DX;PWD%3D{CANARY}@{CANARY}"
table = "ELEV"
[sources.https]
connector = "csv"
path = "https://export.exempel.se/elever.csv?sig={CANARY}"
access = {{ token = "{CANARY}" }}
[sources.signed]
connector = "json"
path = "https://export.exempel.se/${{SECRET}}/elever.json"
[sources.sftp]
connector = "csv"
path = "sftp://u@export.exempel.se/elever.csv"
access = {{ host_key = "ssh-ed25519 AAAA", password = "${{SECRET}}" }}
[sources.told]
connector = "sql"
url = "sqlite:///sis.db"
query = "SELECT a FROM b WHERE c = '${{SECRET}}'"
"""


def test_no_secret_shows_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", CANARY)
    at = written(tmp_path, MINIMAL + SECRETS)
    told, facts = command("config", "show", at=at), command("config", "show", "--json", at=at)
    assert (told.code, facts.code) == (0, 0), told.err
    for out in (told.out, facts.out):
        assert CANARY not in out
        assert "5f0c8b1e" not in out, "with the namespace, ids could be traced back"
    shown = facts.json["settings"]
    assert shown["state"]["url"]["value"] == "postgresql+psycopg://•••@db.exempel.se/ss12000?•••"
    assert shown["network"]["proxy"]["value"] == "http://•••@proxy:3128"
    assert shown["token"]["key"]["value"] == str(tmp_path / "client.key")
    assert shown["mail"]["user"]["value"] == "ss12000"
    sources = shown["sources"]
    assert sources["sis"]["url"]["value"] == "mssql+pymssql://•••@sis.exempel.se/sis"
    assert sources["https"]["path"]["value"] == "https://export.exempel.se/elever.csv?•••"
    assert sources["https"]["access"]["token"]["value"] == "•••"
    assert sources["sftp"]["access"]["host_key"]["value"] == "ssh-ed25519 AAAA"


def test_an_address_from_the_environment_shows_where_it_leads_a_path_in_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPORT", str(tmp_path / "export"))
    monkeypatch.setenv("STATE", f"postgresql+psycopg://u:{CANARY}@db/x")
    monkeypatch.setenv("WORD", CANARY)
    text = MINIMAL.replace('"elever.csv"', '"${EXPORT}/elever.csv"\nready = "${EXPORT}/klar"') + (
        '[state]\nurl = "${STATE}"\n[sources.sis]\nconnector = "sql"\nurl = "mssql+pymssql://db/${WORD}"\ntable = "A"\n'
        '[sources.far]\nconnector = "csv"\npath = "sftp://u@h/x.csv"\n'
        'access = { host_key = "ssh-ed25519 A", key = "${EXPORT}/nyckel" }\n'
    )
    shown = command("config", "show", "--json", at=written(tmp_path, text)).json["settings"]
    assert shown["state"]["url"]["value"] == "postgresql+psycopg://•••@db/x"
    assert shown["sources"]["elever"]["path"]["value"] == f"{tmp_path}/export/elever.csv"
    assert shown["sources"]["elever"]["ready"]["value"] == f"{tmp_path}/export/klar"
    assert shown["sources"]["far"]["access"]["key"]["value"] == f"{tmp_path}/export/nyckel"
    assert shown["sources"]["sis"]["url"]["value"] == "mssql+pymssql://db/•••"


class Inner(BaseModel):
    word: SecretStr


class Table(BaseModel):
    a: str = ""


class Options(BaseModel):
    model_config = ConfigDict(extra="allow")

    path: str
    api_key: str = CANARY
    dsn: str = ""
    quiet: str = Field(default=CANARY, repr=False)
    headers: dict[str, str] = {}
    query: dict[str, Any] = {}
    many: list[str] = []
    raw: bytes = b""
    inner: Inner | None = None
    inners: list[Inner] = []
    typed: dict[str, SecretStr] = {}
    secrets: Table = Table()
    table: Table = Table()
    level: Literal["low", "high"] | None = "low"
    renamed: str = Field(default="", validation_alias="other")


class Plugin:
    Options: ClassVar[type[BaseModel]] = Options

    def __init__(self, name: str, options: Any) -> None:
        """A stranger's."""

    def open(self) -> Any:
        raise NotImplementedError


FAR = f"""[sources.far]
connector = "far"
path = "${{EXPORT}}/*.csv"
dsn = "host=x;Password={CANARY}"
headers = {{ X-Any = "{CANARY}" }}
query = {{ Authorization = "{CANARY}", kind = "pupils" }}
many = ["https://u:{CANARY}@h/a", "${{SECRET}}", "plain"]
raw = "{CANARY}"
inner = {{ word = "{CANARY}" }}
inners = [{{ word = "{CANARY}" }}]
typed = {{ a = "{CANARY}" }}
secrets = {{ a = "{CANARY}" }}
table = {{ a = "plain" }}
other = "${{SECRET}}"
extra_token = "{CANARY}"
extra = "plain"
"""


def test_a_plug_in_that_keeps_secrets_as_plain_text_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", CANARY)
    monkeypatch.setenv("EXPORT", "export")
    monkeypatch.setattr(config, "create", lambda name, options: Plugin(name, options))
    path = written(tmp_path, MINIMAL + FAR) / "config.toml"
    settings, connectors = config.load(path)
    shown = settings_shown.of(settings, {"far": connectors["far"]}, config.written(path))
    told = "\n".join(settings_shown.lines(shown))
    assert CANARY not in told
    lines = told.splitlines()
    assert f'path = "{tmp_path}/export/*.csv"' in lines
    assert 'query = { Authorization = "•••", kind = "pupils" }' in lines
    assert 'many = ["https://•••@h/a", "•••", "plain"]' in lines
    assert 'api_key = "•••"                          # default' in lines
    assert 'level = "low"                            # default' in lines
    assert {'extra = "plain"', 'extra_token = "•••"', 'other = "•••"', 'secrets = "•••"', 'a = "plain"'} <= set(lines)
    assert tomllib.loads(told)


def test_a_wrong_file_is_told_as_everywhere(tmp_path: Path) -> None:
    told = command("config", "show", at=written(tmp_path, MINIMAL + "[gate]\nmax_deletd = 1\n"))
    assert told.code == 2
    assert 'Did you mean "max_deleted"' in told.err
    assert "what `config example` prints" in command("--config", "none.toml", "config", "show", at=tmp_path).err


def test_the_example_is_the_one_at_the_top(tmp_path: Path) -> None:
    told = command("config", "example", at=tmp_path)
    assert (told.code, told.out) == (0, (ROOT / "config.example.toml").read_text(encoding="utf-8"))


def texts(options: type[BaseModel], path: str) -> Iterator[tuple[str, str]]:
    """The keys that are plain text, each with where it stands."""
    for key, field in options.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from texts(field.annotation, f"{path}.{key}")
        elif "str" in str(field.annotation) and "Secret" not in str(field.annotation):
            yield key, f"{path}.{key}"


@pytest.mark.parametrize("point", entry_points(group=GROUP), ids=lambda point: point.name)
def test_what_is_secret_in_a_shipped_connector_s_options_has_the_type_of_a_secret(point: EntryPoint) -> None:
    """`config show` goes by the types of ours."""
    if point.name == "ldap":
        pytest.importorskip("bonsai")
    public = {"host_key", "user", "header", "header_row"}
    named = [(key, path) for key, path in texts(point.load().Options, point.name) if key not in public]
    assert named
    assert [path for key, path in named if name_is_telling(key)] == []
