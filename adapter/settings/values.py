"""Forms that values of config.toml have, and what all its sections have in common."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

_PORTS = (":443", ":80")
_BY_IPV6 = re.compile(r"https?://\[[0-9a-fA-F:.]+\](:\d+)?(/[^\s?#]*)?\Z")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%\Z")


def _share(value: object) -> object:
    """ "10%" -> 0.10"""
    if isinstance(value, str) and (found := _PERCENT.match(value)) and float(found[1]) <= 100:
        return float(found[1]) / 100
    raise ValueError('must be a percentage from "0%" to "100%"')


def _mail_address(value: str) -> str:
    if len(value) > 254 or not re.match(r"[!-~]+\Z", value) or not re.match(r"[^@<>,;:\"\\]+@[^@<>,;:\"\\]+\Z", value):
        raise ValueError("must be one address like it@exempel.se, and nothing else")
    return value


def domain(value: str) -> str:
    if not re.match(r"[^@\s]+\.[^@\s.]+\Z", value):
        raise ValueError("must be domains like edu.exempel.se, without @")
    return value


def _web_address(value: str) -> str:
    if not re.match(r"https?://[^\s/?#@\[\]]+(/[^\s?#]*)?\Z", value) and not re.match(_BY_IPV6, value):
        raise ValueError("must be an address like https://host/path, without user, query or fragment")
    return value.rstrip("/")


def address_and_port(value: str) -> str:
    """Where something listens. Raises ValueError."""
    host, _, port = value.rpartition(":")
    if not host or not re.fullmatch(r"\d{1,5}", port) or int(port) > 65_535:
        raise ValueError("must be an address and a port up to 65535, like 127.0.0.1:8443")
    return value


def host_of(url: str) -> str:
    """The host of an address as requests name it: lower case, with its port where that is not the usual one."""
    return plain_host(urlsplit(url).netloc)


def plain_host(host: str) -> str:
    """A host as `host_of` has it."""
    host = host.lower()
    return next((host.removesuffix(port) for port in _PORTS if host.endswith(port)), host)


def _address(value: str) -> str:
    try:
        urlsplit(value)
    except ValueError:
        raise ValueError("must be an address like https://host/path") from None
    return value


Address = Annotated[str, AfterValidator(_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Share = Annotated[float, BeforeValidator(_share)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Listen = Annotated[str, AfterValidator(address_and_port)]


class Section(BaseModel):
    """Unknown keys are errors, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
