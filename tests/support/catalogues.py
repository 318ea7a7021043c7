"""A catalogue of one's own for a test: Debian's slapd, with TLS and a size limit that forces paging.

Without slapd the test is skipped, except in CI, where that is a failure.
"""

from __future__ import annotations

import base64
import datetime as dt
import importlib.util
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapter.simulator.pki import Authority
from support.ports import free_port

HAS_BONSAI = importlib.util.find_spec("bonsai") is not None or bool(os.environ.get("CI"))
"""Whether the library is there that reads catalogues; CI must have it."""

BASE = "dc=kommun,dc=example"
ADMIN = f"cn=lasare,{BASE}"
SECRET = "lösen & ord"
_SLAPD = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_SCHEMAS = ("core", "cosine", "inetorgperson")

Entry = Mapping[str, Sequence[str | bytes]]
"""Attribute -> values; `dn` has one."""


@dataclass(frozen=True)
class Catalogue:
    """Where it answers. `plain` speaks StartTLS too."""

    plain: str
    tls: str
    ca: Path


@contextmanager
def catalogue(folder: Path, entries: Iterable[Entry], limits: str) -> Iterator[Catalogue]:
    """A running slapd. `limits`: of entries that it gives, as `sizelimit` in slapd.conf(5) says them."""
    if _SLAPD is None:
        reason = "slapd is not installed (Debian: slapd)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    plain, secure = free_port(), free_port()
    authority = Authority(folder / "pki", dt.datetime.now(dt.UTC))
    pair = authority.server("slapd")
    (folder / "data").mkdir()
    config = folder / "slapd.conf"
    config.write_text(
        "".join(f"include /etc/ldap/schema/{name}.schema\n" for name in _SCHEMAS)
        + f"modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {folder}/pid\n"
        + f"TLSCertificateFile {pair.certificate}\nTLSCertificateKeyFile {pair.key}\n"
        + f"database mdb\nsuffix {BASE}\ndirectory {folder}/data\nmaxsize 104857600\n"
        + f"sizelimit {limits}\n"
        + f'access to attrs=userPassword by anonymous auth\naccess to * by dn.base="{ADMIN}" read by * none\n',
        encoding="utf-8",
    )
    ldif = folder / "entries.ldif"
    ldif.write_text("\n\n".join(map(_ldif, [*_ABOVE, *entries])) + "\n", encoding="utf-8")
    subprocess.run([str(Path(_SLAPD).with_name("slapadd")), "-q", "-f", config, "-l", ldif], check=True, timeout=60)
    addresses = f"ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{secure}"
    with subprocess.Popen([_SLAPD, "-f", config, "-h", addresses, "-d", "0"], stderr=subprocess.DEVNULL) as server:
        try:
            _wait(plain, server)
            yield Catalogue(f"ldap://127.0.0.1:{plain}", f"ldaps://127.0.0.1:{secure}", authority.file)
        finally:
            server.terminate()


_ABOVE: list[Entry] = [
    {"dn": [BASE], "objectClass": ["dcObject", "organization"], "dc": ["kommun"], "o": ["Kommunen"]},
    {
        "dn": [ADMIN],
        "objectClass": ["organizationalRole", "simpleSecurityObject"],
        "cn": ["lasare"],
        "userPassword": [SECRET],
    },
    {"dn": [f"ou=elever,{BASE}"], "objectClass": ["organizationalUnit"], "ou": ["elever"]},
]


def _ldif(entry: Entry) -> str:
    lines = []
    for name, values in entry.items():
        for value in values:
            raw = value if isinstance(value, bytes) else value.encode()
            lines.append(f"{name}:: {base64.b64encode(raw).decode()}")
    return "\n".join(lines)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "slapd has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("slapd does not answer")
