"""The wheel alone is enough: in an environment of its own it runs from an empty folder, away from the clone."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
WHERE = "import adapter, connectors, mappings; print(*(m.__file__ for m in (adapter, connectors, mappings)), sep='\\n')"

pytestmark = pytest.mark.long


def ran(*command: str | Path, at: Path) -> str:
    """What it says; nothing of this process's environment leads it to the clone."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env = {**own, "PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        [*map(str, command)], cwd=at, env=env, capture_output=True, text=True, encoding="utf-8", timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment's programs, with the wheel in it."""
    folder = tmp_path_factory.mktemp("wheel")
    ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, at=ROOT)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    ran(programs / "python", "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel, at=folder)
    # What it depends on is installed beside this test. A .pth file adds that folder after the environment's own, and
    # reads no .pth in it, so that neither an installed nor an editable clone comes before the wheel.
    site = ran(programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", at=folder).strip()
    here = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    Path(site, "dependencies.pth").write_text("\n".join(here), encoding="utf-8")
    return programs


@pytest.fixture
def at(environment: Path, tmp_path: Path) -> Path:
    """An empty folder, from which the wheel's code runs and no other."""
    for file in ran(environment / "python", "-P", "-c", WHERE, at=tmp_path).splitlines():
        assert Path(file).is_relative_to(environment.parent), f"{file} is not the wheel's"
        assert not Path(file).is_relative_to(ROOT)
    assert not tmp_path.is_relative_to(ROOT)
    return tmp_path


def test_it_says_its_version_and_explains_codes(environment: Path, at: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert ran(environment / "ss12000-adapter", "--version", at=at).strip() == version
    assert ran(environment / "ss12000-adapter", "explain", "M210", at=at).startswith("M210")


def test_its_packs_are_all_there_and_can_be_copied(environment: Path, at: Path) -> None:
    listed = json.loads(ran(environment / "ss12000-adapter", "packs", "list", "--json", at=at))["packs"]
    assert [pack["name"] for pack in listed] == sorted(p.parent.name for p in ROOT.glob("mappings/*/mapping.yaml"))
    for pack in listed:
        ran(environment / "ss12000-adapter", "packs", "copy", pack["name"], pack["name"], at=at)
        for file in (at / pack["name"]).iterdir():
            assert file.read_bytes() == (ROOT / "mappings" / pack["name"] / file.name).read_bytes()


@pytest.mark.parametrize("of", ["config", "fleet"])
def test_its_example_is_the_clone_s(environment: Path, at: Path, of: str) -> None:
    example = ran(environment / "ss12000-adapter", of, "example", at=at)
    assert example == (ROOT / f"{of}.example.toml").read_text(encoding="utf-8")


def test_shells_can_complete_it(environment: Path, at: Path) -> None:
    assert "packs" in ran(environment / "ss12000-adapter", "completion", "bash", at=at)


def test_its_demo_holds_and_its_settings_can_be_shown(environment: Path, at: Path) -> None:
    assert "6. What Skolverket never saw" in ran(environment / "ss12000-adapter", "demo", "--pupils", "100", at=at)
    shown = ran(environment / "ss12000-adapter", "--config", "demo/config.toml", "config", "show", at=at)
    assert tomllib.loads(shown)["mapping"]["file"] == str(at / "demo" / "mapping.yaml")
    told = ran(environment / "ss12000-adapter", "--config", "demo/config.toml", "status", "--json", at=at)
    assert json.loads(told)


def test_the_page_is_served_with_its_templates_and_its_style(environment: Path, at: Path) -> None:
    ran(environment / "ss12000-adapter", "demo", "--pupils", "100", at=at)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [environment / "ss12000-adapter", "--config", "demo/config.toml", "serve", "--admin", f"127.0.0.1:{port}"]
    serving = subprocess.Popen(program, cwd=at, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert serving.stderr is not None
        address = next(found[0] for line in serving.stderr if (found := re.search(rf"http://\S+:{port}/\S+", line)))
        with httpx.Client(follow_redirects=True) as http:
            assert "Publicerat" in http.get(address).text
            assert "color-scheme" in http.get(f"http://127.0.0.1:{port}/static/page.css").text
    finally:
        serving.terminate()
        serving.communicate(timeout=30)
