"""LDAP catalogues such as Active Directory: the entries below a base, page by page, over TLS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import bonsai
from bonsai.ldapconnection import LDAPConnection
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from connectors.base import Batch, Cell, SourceError
from connectors.batches import BATCH
from connectors.ldap import schema
from connectors.ldap.ranges import whole
from connectors.ldap.values import text

_DN = "dn"
_NOTHING = "1.1"  # RFC 4511: no attribute at all
_ALONE = [("ldap", host) for host in ("localhost", "127.0.0.1", "::1")]
_SCOPES = {
    "subtree": bonsai.LDAPSearchScope.SUB,
    "level": bonsai.LDAPSearchScope.ONE,
    "base": bonsai.LDAPSearchScope.BASE,
}
_LIMITS = (3, 4, 11, 53)  # time, size, administrator's; Active Directory is "unwilling"


class LdapOptions(BaseModel):
    """Keys of an ldap source in config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr = Field(description="ldaps://host, or ldap://host, which then speaks StartTLS")
    tls: Literal["on", "off"] = Field(default="on", description="off: unencrypted, to this machine alone")
    ca: Path | None = Field(default=None, description="certificates (PEM) to trust; default: the system's")
    user: str | None = Field(default=None, description="DN, or user@domain; default: nobody")
    password: SecretStr | None = Field(default=None, description="of that user")
    base: str = Field(min_length=1, description="where to look: ou=elever,dc=kommun,dc=se")
    filter: str = Field(default="(objectClass=*)", description="which entries are rows")
    scope: Literal["subtree", "level", "base"] = Field(default="subtree", description="how deep to look")
    columns: dict[str, str] = Field(min_length=1, description="column: attribute; dn for the entry's own name")
    separator: str = Field(default="|", min_length=1, description="what stands between several values")
    page_size: int = Field(default=500, ge=1, le=1000, description="entries that are asked for at a time")
    timeout_seconds: int = Field(default=60, ge=1, description="for connecting and for each answer")

    @model_validator(mode="after")
    def _fit(self) -> Self:
        address = urlsplit(self.url.get_secret_value())
        if address.scheme not in ("ldap", "ldaps") or not address.hostname:
            raise ValueError("`url` is no address of a catalogue; write ldaps://host or ldap://host:389")
        if self.tls == "off" and (address.scheme, address.hostname) not in _ALONE:
            raise ValueError('`tls = "off"` is for ldap:// to this machine alone: nobody else may read on the way')
        if (self.user is None) != (self.password is None):
            raise ValueError("`user` and `password` belong together")
        return self


class LdapConnector:
    """The entries below a base that pass a filter."""

    Options = LdapOptions

    def __init__(self, name: str, options: LdapOptions) -> None:
        self.name = name
        self.options = options

    def open(self) -> LdapTable:
        """Connect and log in; no entry is fetched. Raises SourceError."""
        options = self.options
        try:
            connection = _client(options).connect(timeout=float(options.timeout_seconds))
        except bonsai.LDAPError as error:
            message = f"the catalogue does not let us in: {_words(error)}. Check url, certificate, user and password."
            raise SourceError("S121", message, self.name) from None
        wrong = schema.unknown(connection, list(options.columns.values()))
        if wrong:
            connection.close()
            raise SourceError("S122", wrong, self.name)
        return LdapTable(self.name, connection, options)


class LdapTable:
    """A catalogue that has let us in."""

    age_hours: float | None = None

    def __init__(self, name: str, connection: LDAPConnection, options: LdapOptions) -> None:
        self._name, self._connection, self._options = name, connection, options
        self.columns: Sequence[str] = tuple(options.columns)

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The entries, as the catalogue gives them. Raises SourceError, also half-way."""
        wanted = [self._options.columns[name] for name in columns]
        number = 1
        try:
            entries = self._entries([name for name in wanted if name.lower() != _DN])
            while some := list(islice(entries, BATCH)):
                yield Batch(number, [self._row(entry, columns, wanted, number + at) for at, entry in enumerate(some)])
                number += len(some)
        except bonsai.LDAPError as error:
            raise SourceError(*self._told(error), self._name) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self._connection.close()

    def _entries(self, attributes: Sequence[str]) -> Iterator[Any]:
        options = self._options
        found = self._connection.paged_search(
            options.base,
            _SCOPES[options.scope],
            options.filter,
            list(dict.fromkeys(attributes)) or [_NOTHING],
            timeout=float(options.timeout_seconds),
            page_size=options.page_size,
        )
        for entry in found:
            yield whole(entry, self._connection)

    def _told(self, error: bonsai.LDAPError) -> tuple[str, str]:
        """(code, message): an answer that is not whole is none."""
        if isinstance(error, bonsai.errors.NoSuchObjectError):
            return "S122", f'there is no "{self._options.base}" in the catalogue, or we may not see it.'
        if error.code in _LIMITS:
            words = f"the catalogue stopped at a limit of its own: {_words(error)}"
            return "S124", f"{words}. Make `page_size` smaller, or have the limit raised for our account."
        if "filter" in _words(error).lower():
            return "S122", "`filter` is no filter of LDAP; write it like (objectClass=person)."
        return "S124", f"the catalogue broke off: {_words(error)}."

    def _row(self, entry: Any, columns: Sequence[str], wanted: Sequence[str], number: int) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        for column, name in zip(columns, wanted, strict=True):
            if name.lower() == _DN:
                cells.append(str(entry.dn))
                continue
            try:
                texts = [text(name, value) for value in entry.get(name, ())]
            except ValueError:
                message = f'the column "{column}" ({name}) holds bytes that are no text; leave it out.'
                raise SourceError("S125", message, f"{self._name}:{number}") from None
            cells.append(self._options.separator.join(texts) if texts else None)
        return tuple(cells)


def _client(options: LdapOptions) -> bonsai.LDAPClient:
    client = bonsai.LDAPClient(options.url.get_secret_value(), options.tls == "on")
    client.set_cert_policy("demand")
    if options.ca is not None:
        client.set_ca_cert(str(options.ca))
    if options.user is not None and options.password is not None:
        client.set_credentials("SIMPLE", user=options.user, password=options.password.get_secret_value())
    client.set_raw_attributes([name for name in options.columns.values() if name.lower() != _DN])
    client.set_ignore_referrals(True)
    client.set_server_chase_referrals(False)
    return client


def _words(error: bonsai.LDAPError) -> str:
    """The catalogue's own words, one line."""
    words = str(error.args[0]) if error.args else type(error).__name__  # without the number in hexadecimal
    return (words.strip().splitlines() or [type(error).__name__])[0][:200].rstrip(". ")
