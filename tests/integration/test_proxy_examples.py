"""The proxies of deploy/proxy pass what the facade needs, and let nobody choose their own X-Remote-User.

Read, not run: no proxy is at hand wherever the tests run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapter.facade.limits import LARGEST_BODY
from adapter.settings import Facade

PROXY = Path(__file__).parents[2] / "deploy" / "proxy"
LISTEN = Facade.model_fields["listen"].default
ADMIN = "127.0.0.1:8444"
Block = list[tuple[list[str], "Block | None"]]
"""Directives: words, and what stands in their braces."""


def blocks(words: Iterator[str]) -> Block:
    """nginx.conf or a Caddyfile, from its words: `;` or a line's end closes a directive, braces nest."""
    found: Block = []
    said: list[str] = []
    for word in words:
        if word == "{":
            found.append((said, blocks(words)))
            said = []
        elif word in (";", "\n", "}"):
            if said:
                found.append((said, None))
                said = []
            if word == "}":
                break
        else:
            said.append(word)
    return found


def nginx() -> Block:
    text = re.sub(r"#.*", "", (PROXY / "nginx.conf").read_text(encoding="utf-8"))
    return blocks(iter(re.findall(r'"[^"]*"|[{};]|[^\s{};]+', text)))


def caddy() -> Block:
    lines = (PROXY / "Caddyfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(re.sub(r"(^|\s)#.*", "", line) for line in lines)
    return blocks(iter(re.findall(r"\n|(?<=\s)[{}](?=\s)|[^\s]+", text)))


def said(block: Block, *words: str) -> list[list[str]]:
    """What follows these words in the block's own directives."""
    return [line[len(words) :] for line, _ in block if line[: len(words)] == list(words)]


def inside(block: Block, *words: str) -> list[Block]:
    return [inner for line, inner in block if inner is not None and line[: len(words)] == list(words)]


def rules(name: str) -> list[ElementTree.Element]:
    return ElementTree.parse(PROXY / "iis" / name / "web.config").findall(".//rule")


def remote_user(rule: ElementTree.Element) -> str | None:
    found = rule.find("serverVariables/set[@name='HTTP_X_REMOTE_USER']")
    return None if found is None else found.get("value")


def test_nginx_passes_the_facade_s_path_and_headers_as_they_came() -> None:
    facade, _ = inside(nginx(), "server")
    (place,) = inside(facade, "location", "/ss12000-api/")
    assert said(place, "proxy_pass") == [["http://ss12000_facade"]]  # with a path or a variable, nginx would decode
    assert said(inside(nginx(), "upstream", "ss12000_facade")[0], "server") == [[LISTEN]]
    assert not said(place, "proxy_set_header", "Authorization")
    assert not said(place, "rewrite")
    assert said(inside(facade, "location", "/")[0], "return") == [["404"]]


def test_nginx_keeps_nothing() -> None:
    facade, admin = inside(nginx(), "server")
    for server, place in (
        (facade, inside(facade, "location", "/ss12000-api/")[0]),
        (admin, inside(admin, "location")[0]),
    ):
        assert said(server, "client_max_body_size") == [["1m"]]
        assert said(server, "access_log") == [["off"]]
        assert said(place, "proxy_request_buffering") == [["off"]]
        assert said(place, "proxy_max_temp_file_size") == [["0"]]
        assert said(place, "proxy_cache") == [["off"]]
    assert LARGEST_BODY == 1024 * 1024


def test_nginx_says_who_it_is_by_certificate_alone() -> None:
    facade, admin = inside(nginx(), "server")
    assert said(admin, "ssl_verify_client") == [["on"]]
    assert said(admin, "underscores_in_headers") == [["off"]]
    (place,) = inside(admin, "location")
    assert said(place, "proxy_pass") == [[f"http://{ADMIN}"]]
    assert said(place, "proxy_set_header", "X-Remote-User") == [["$ssl_client_s_dn"]]
    assert said(inside(facade, "location", "/ss12000-api/")[0], "proxy_set_header", "X-Remote-User") == [['""']]


def test_caddy_passes_the_facade_s_path_and_headers_as_they_came() -> None:
    (site,) = inside(caddy(), "ss12000.exempel.se")
    assert said(site, "@api") == [["path", "/ss12000-api/*"]]
    (place,) = inside(site, "handle", "@api")
    assert said(inside(place, "request_body")[0], "max_size") == [["1MiB"]]
    (proxy,) = inside(place, "reverse_proxy", LISTEN)
    assert said(proxy, "header_up") == [["-X-Remote-User"]]
    assert said(inside(site, "handle")[1], "respond") == [["404"]]
    assert not said(site, "log")


def test_caddy_says_who_it_is_by_certificate_alone() -> None:
    (site,) = inside(caddy(), "ss12000-admin.exempel.se")
    (login,) = inside(inside(site, "tls")[0], "client_auth")
    assert said(login, "mode") == [["require_and_verify"]]
    (proxy,) = inside(site, "reverse_proxy", ADMIN)
    assert said(proxy, "header_up") == [["-X_Remote_User"], ["X-Remote-User", "{http.request.tls.client.subject}"]]


@pytest.mark.parametrize(("name", "target"), [("facade", LISTEN), ("admin", ADMIN)])
def test_iis_passes_the_path_as_it_came(name: str, target: str) -> None:
    (action,) = [action for rule in rules(name) for action in rule.findall("action[@type='Rewrite']")]
    assert action.get("url") == f"http://{target}{{UNENCODED_URL}}"
    assert action.get("appendQueryString") == "false"  # it is in UNENCODED_URL
    limits = ElementTree.parse(PROXY / "iis" / name / "web.config").find(".//requestLimits")
    assert limits is not None
    assert limits.get("maxAllowedContentLength") == str(LARGEST_BODY)


def test_iis_says_who_it_is_by_certificate_alone() -> None:
    refusing, passing = rules("admin")
    issuer = refusing.find("conditions/add[@input='{CERT_ISSUER}']")
    assert issuer is not None
    assert issuer.get("negate") == "true"
    assert remote_user(passing) == "{CERT_SUBJECT}"
    assert remote_user(rules("facade")[0]) == ""
    access = ElementTree.parse(PROXY / "iis" / "admin" / "web.config").find(".//security/access")
    assert access is not None
    assert "SslRequireCert" in access.get("sslFlags", "")
