"""The examples of deploy/ and the commands of docs/install.md fit the program, and name the usual places alone."""

from __future__ import annotations

import configparser
import fnmatch
import json
import os
import re
import tomllib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from adapter import config
from adapter.cli import main

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
SYSTEMD, WINDOWS, CONTAINER = DEPLOY / "systemd", DEPLOY / "windows", DEPLOY / "container"
UNITS = sorted([*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.timer")])
SERVICES = sorted(SYSTEMD.glob("*.service"))
TASKS = sorted(WINDOWS.glob("*.xml"))
CONFIGS = sorted(DEPLOY.rglob("config.toml"))
XML = sorted([*TASKS, *DEPLOY.rglob("web.config")])
INSTALL = ROOT / "docs" / "install.md"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"

PROGRAM = re.compile(r"(?:^|[/\\])ss12000-adapter(?:-by-hand|\.exe)?$")
ROOTS = re.compile(r"/(?:etc|opt|run|var/lib)(?:/|$)|/tmp$")
PAGES = re.compile(r"/(?:ss12000-api|health)(?:/|$)")  # of addresses, not of the disk
DRIVES = re.compile(r"C:\\(?:ProgramData|Program Files)\\")


def read(path: Path) -> str:
    """A file as text; those of the task scheduler are UTF-16."""
    content = path.read_bytes()
    return content.decode("utf-16" if content.startswith(b"\xff\xfe") else "utf-8")


def unit(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Section -> (key, value) in order. A key may stand several times, which configparser allows only numbered."""
    number = count()
    text = re.sub(r"^(\w+)=", lambda found: f"{next(number)} {found[1]}=", read(path), flags=re.MULTILINE)
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#", ";"))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return {name: [(key.split()[1], value) for key, value in parser[name].items()] for name in parser.sections()}


def values(path: Path, section: str, key: str) -> list[str]:
    return [value for name, value in unit(path)[section] if name == key]


def words(line: str) -> list[str]:
    """The words of a command line, of a shell or of cmd.exe, up to a redirection, a pipe or a comment."""
    found = [word.strip('"') for word in re.findall(r'"[^"]*"|[^\s"]+', line)]
    ends = [place for place, word in enumerate(found) if word in ("&&", "|", ";", ">>") or word.startswith("#")]
    return found[: min(ends, default=len(found))]


def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read(CONTAINER / "compose.yaml"))
    return found


def shown(path: Path) -> Iterator[str]:
    """Command lines in a manual's blocks and prose, or in the comments of an example."""
    text = read(path)
    if path == INSTALL:
        for block in re.findall(r"^```\w+\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
            yield from (re.sub(r"^[#$&] ", "", line) for line in block.splitlines())
        yield from re.findall(r"`(ss12000-adapter[^`\n]* [^`\n]+)`", text)
        yield from (f"ss12000-adapter {said}" for said in re.findall(r"`((?:serve|sync) --[^`\n]+)`", text))
    else:
        yield from re.findall(r"^#\s+(ss12000-adapter.*)$", text, flags=re.MULTILINE)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Where a command line stands, and its words after the program's name."""
    found: list[tuple[str, list[str]]] = []
    for path in SERVICES:
        found += [(path.name, words(value)) for value in values(path, "Service", "ExecStart")]
    for path in TASKS:
        arguments = ElementTree.fromstring(path.read_bytes()).findtext(f".//{TASK}Arguments") or ""
        found.append((path.name, words(arguments.removeprefix('/d /c "'))))
    (entry_point,) = re.findall(r"^ENTRYPOINT (\[.*\])$", read(CONTAINER / "Containerfile"), flags=re.MULTILINE)
    for said in re.findall(r"command: (\[.*?\])", read(CONTAINER / "compose.yaml")):  # in its comments too
        found.append(("compose.yaml", [*json.loads(entry_point), *yaml.safe_load(said)]))
    for path in [*FILES, INSTALL]:
        for line in shown(path):
            found.append((path.name, words(re.sub(r"^docker compose run --rm sync (?=\w)", "ss12000-adapter ", line))))
    for where, said in found:
        if len(said) > 1 and PROGRAM.search(said[0]):
            yield where, said[1:]


COMMANDS = {f"{where}: {' '.join(said)}": said for where, said in commands()}


def test_every_kind_of_example_is_there() -> None:
    folders = {path.relative_to(DEPLOY).parts[0] for path in FILES}
    assert folders == {"container", "monitoring", "proxy", "systemd", "windows"}
    assert (len(SERVICES), len(UNITS), len(TASKS), len(CONFIGS), len(XML)) == (4, 5, 2, 2, 4)


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_command_line_is_understood(arguments: list[str]) -> None:
    main.parser_of(arguments).parse_args(arguments)


def test_the_command_lines_are_found() -> None:
    named = [*SERVICES, *TASKS, CONTAINER / "compose.yaml", SYSTEMD / "ss12000-adapter-by-hand", INSTALL]
    assert {name.partition(":")[0] for name in COMMANDS} == {path.name for path in named}


@pytest.mark.parametrize("path", [*FILES, INSTALL], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_absolute_path_but_in_the_usual_places(path: Path) -> None:
    text = read(path).removeprefix("#!/bin/sh\n")
    assert [a for a in re.findall(r"[A-Z]:\\[^\"\s]*(?: Files\\)?", text) if not DRIVES.match(a)] == []
    if path.parent != WINDOWS:  # a word with / is an option there
        text = re.sub(r"^```(?:powershell|bat)\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        absolute = re.findall(r"(?<![\w.:/}\])<*%@-])/[A-Za-z][\w.@-]*(?:/[\w.@-]+)*", text)
        assert [a for a in absolute if not ROOTS.match(a) and not PAGES.match(a)] == []


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.parent.name)
def test_the_configurations_are_understood(path: Path, tmp_path: Path) -> None:
    """With each secret in a file beside the configuration, as systemd shows it there."""
    text = read(path).replace('"/run/secrets/', '"secrets/')
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "id-namespace").write_text("5f0c8b1e-52c5-4b8a-9d39-0c5b4b1f3a77\n", encoding="utf-8")
    url = "postgresql+psycopg://ss12000:hemligt@database/ss12000"
    (tmp_path / "secrets" / "state-url").write_text(f"{url}\n", encoding="utf-8")
    settings, _ = config.load(tmp_path / "config.toml")
    assert str(settings.organiser.id_namespace) == "5f0c8b1e-52c5-4b8a-9d39-0c5b4b1f3a77"
    expected = url if path.parent == CONTAINER else "sqlite:////var/lib/ss12000-adapter/state.db"
    assert settings.state.url.get_secret_value() == expected
    written = [settings.state.plans, settings.reports.folder, settings.open_data.cache]
    assert {str(place.parent) for place in written if place} == {"/var/lib/ss12000-adapter"}  # nothing else is writable


def secrets_of(path: Path) -> set[str]:
    """Names of the files in secrets/ that a configuration reads."""
    return {name for line in read(path).splitlines() for name in re.findall(r'secrets/([\w.-]+)"', line.split("#")[0])}


@pytest.mark.parametrize("path", sorted(SYSTEMD.glob("ss12000-adapter*.service")), ids=lambda path: path.name)
def test_a_service_is_shown_every_secret_of_its_configuration(path: Path) -> None:
    loaded = dict(value.split(":") for value in values(path, "Service", "LoadCredential"))
    assert loaded.keys() == secrets_of(SYSTEMD / "config.toml")
    assert {name: Path(source).name for name, source in loaded.items()} == {name: name for name in loaded}
    assert values(path, "Service", "BindReadOnlyPaths") == ["%d:/etc/ss12000-adapter/secrets"]


def test_all_services_are_hardened_alike() -> None:
    own = {"EnvironmentFile", "LoadCredential", "BindReadOnlyPaths", "TimeoutStopSec"}
    own |= {"Type", "ExecStart", "ExecReload", "Restart", "RestartSec", "RestartPreventExitStatus"}
    own |= {"SuccessExitStatus", "TimeoutStartSec", "LimitNOFILE"}
    first, *others = ([pair for pair in unit(path)["Service"] if pair[0] not in own] for path in SERVICES)
    assert all(other == first for other in others)
    assert {("NoNewPrivileges", "yes"), ("ProtectSystem", "strict")} <= {*first}
    assert ("SystemCallFilter", "@system-service") in first


def test_exit_codes_mean_to_systemd_what_they_mean() -> None:
    assert values(SYSTEMD / "ss12000-adapter-sync.service", "Service", "SuccessExitStatus") == ["6"]
    assert values(SYSTEMD / "ss12000-adapter.service", "Service", "RestartPreventExitStatus") == ["2"]


def test_the_timer_starts_the_nightly_run() -> None:
    timer = SYSTEMD / "ss12000-adapter-sync.timer"
    assert unit(timer)["Timer"] == [("OnCalendar", "*-*-* 03:30:00 Europe/Stockholm"), ("Persistent", "true")]
    assert timer.with_suffix(".service") in SERVICES


@pytest.mark.parametrize("path", XML, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_xml_is_well_formed(path: Path) -> None:
    content = path.read_bytes()
    assert content.startswith(b"\xff\xfe") == (path in TASKS)  # what the task scheduler writes and reads
    ElementTree.fromstring(content)


@pytest.mark.parametrize(("name", "limit"), [("serve.xml", "PT0S"), ("sync.xml", "PT6H")])
def test_a_task_runs_as_a_service_account_for_as_long_as_it_should(name: str, limit: str) -> None:
    task = ElementTree.fromstring((WINDOWS / name).read_bytes())
    assert task.findtext(f".//{TASK}UserId") == "S-1-5-19"
    assert task.findtext(f".//{TASK}ExecutionTimeLimit") == limit
    assert task.findtext(f".//{TASK}MultipleInstancesPolicy") == "IgnoreNew"


def test_serve_is_begun_anew_on_windows() -> None:
    task = ElementTree.fromstring((WINDOWS / "serve.xml").read_bytes())
    assert task.findtext(f".//{TASK}BootTrigger/{TASK}Repetition/{TASK}Interval") == "PT5M"
    assert task.find(f".//{TASK}RestartOnFailure") is not None


def test_what_the_image_is_built_from_is_there_and_seen_by_the_build() -> None:
    text = read(CONTAINER / "Containerfile")
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE) for word in line.split()]
    ignore = read(CONTAINER / "Containerfile.dockerignore").splitlines()
    seen = {line[1:] for line in ignore if line.startswith("!")}
    assert copied
    assert set(copied) == seen
    assert [name for name in copied if not (ROOT / name).exists()] == []
    packages = tomllib.loads(read(ROOT / "pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) <= set(copied)
    assert not any(fnmatch.fnmatch("config.toml", pattern) for pattern in seen)


def test_the_image_runs_without_root() -> None:
    text = read(CONTAINER / "Containerfile")
    assert re.findall(r"^USER (\d+)$", text, re.MULTILINE) == ["10001"]
    (command,) = re.findall(r"^HEALTHCHECK .*\\\n\s+CMD (\[.*\])$", text, re.MULTILINE)
    program, option, code = json.loads(command)
    assert (program, option) == ("python", "-c")
    assert "/health/live" in code
    compile(code, "HEALTHCHECK", "exec")


def test_every_container_is_hardened() -> None:
    for service in composed()["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert any(str(place).startswith("/tmp") for place in service["tmpfs"])


def test_compose_names_what_is_there() -> None:
    found = composed()
    build = found["services"]["facade"]["build"]
    assert (CONTAINER / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
    used = {name for service in found["services"].values() for name in service["secrets"]}
    assert used == found["secrets"].keys()
    assert secrets_of(CONTAINER / "config.toml") == set(found["services"]["facade"]["secrets"])
    mounts = [mount.split(":") for service in found["services"].values() for mount in service["volumes"]]
    assert {source for source, *_ in mounts if not source.startswith("./")} == found["volumes"].keys()
    assert all(options == ["ro"] for source, _, *options in mounts if source.startswith("./"))


def test_the_script_by_hand_can_be_run() -> None:
    script = SYSTEMD / "ss12000-adapter-by-hand"
    assert read(script).startswith("#!/bin/sh\n")
    assert os.name == "nt" or script.stat().st_mode & 0o111


def test_the_page_names_every_folder_and_is_not_long() -> None:
    text = read(INSTALL)
    assert [path.name for path in DEPLOY.iterdir() if f"deploy/{path.name}" not in text.replace("\\", "/")] == []
    assert len(text.splitlines()) < 200
