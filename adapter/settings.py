"""Every knob of config.toml once: type, default, bounds and help text. Unknown keys are errors.

The check of config.example.toml is made from these classes.
"""

from __future__ import annotations

import datetime as dt
import re
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyAddress,
    SecretStr,
    field_validator,
    model_validator,
)

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


def _domain(value: str) -> str:
    if not re.match(r"[^@\s]+\.[^@\s.]+\Z", value):
        raise ValueError("must be domains like edu.exempel.se, without @")
    return value


def _web_address(value: str) -> str:
    if not re.match(r"https?://[^\s/?#@]+(/[^\s?#]*)?\Z", value):
        raise ValueError("must be an address like https://host/path, without user, query or fragment")
    return value.rstrip("/")


MailAddress = Annotated[str, AfterValidator(_mail_address)]
Share = Annotated[float, BeforeValidator(_share)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Organiser(_Section):
    """The huvudman."""

    name: str = Field(min_length=1, description="the organiser's name, for reports")
    organisation_number: str = Field(pattern=r"^\d{10}$", description="ten digits, without hyphen")
    id_namespace: UUID = Field(
        description="namespace of every uuid5 id: random, secret, and never changed (ids are for life)"
    )
    environment: Literal["production", "verification"] = Field(
        default="production",
        description="which of Skolverket's environments is fed; only verification may hold test numbers",
    )
    user_name_domains: tuple[Annotated[str, AfterValidator(_domain)], ...] = Field(
        default=(), description="domains that user names (EPPN) may have, as your IdP's scopes; empty = any"
    )
    test_numbers: Path | None = Field(
        default=None, description="Skatteverket's list of test numbers, any text file: refused in production"
    )


class State(_Section):
    """Where published objects, tombstones, subscriptions and the outbox are kept."""

    url: SecretStr = Field(
        default=SecretStr("sqlite:///state.db"),
        description="SQLAlchemy URL: sqlite:///FILE or postgresql+psycopg://…",
    )
    plans: Path = Field(default=Path("plans"), description="folder in which a held run leaves its plan")
    versions: int = Field(default=30, ge=0, le=1000, description="earlier versions that can be looked at and restored")
    days: int = Field(default=90, ge=0, le=400, description="and none older than this: they hold persons who have left")


class MappingFile(_Section):
    """Which mapping turns rows into objects."""

    file: Path = Field(description="the mapping, relative to config.toml")


class ProfileChoice(_Section):
    """What may leave."""

    name: Literal["skolverket"] = Field(default="skolverket", description="the shipped whitelist")
    file: Path | None = Field(default=None, description="a whitelist of your own; it may only take away")
    protected_identities: Literal["withhold", "pass", "pseudonymise"] = Field(
        default="withhold",
        description="withhold: never sent. pass: sent with their marking. pseudonymise: invented names",
    )
    school_units: tuple[Annotated[str, Field(pattern=r"^\d{8}$")], ...] = Field(
        default=(), description="skolenhetskoder to publish; empty = all that are mapped"
    )


class Gate(_Section):
    """How much one night may change, per type. A first publication is not gated.

    A share of few objects tells little, so each has a count (`few_…`) up to which it holds nothing.
    """

    max_deleted: Share = Field(default=0.10, description="of the objects published before")
    few_deleted: int = Field(
        default=5, ge=0, description="so many may go whatever the share, while half of a type stays; no school unit may"
    )
    max_updated: Share = Field(default=0.50, description="of the objects published before")
    few_updated: int = Field(default=20, ge=0, description="so many may change whatever the share")
    max_created: Share = Field(default=0.50, description="of the objects published before")
    few_created: int = Field(default=20, ge=0, description="so many may come whatever the share")
    max_members_removed: Share = Field(default=0.50, description="of any one group of 5 or more")
    max_attribute_changed: Share = Field(
        default=0.20, description="of a type's objects: changed in one attribute, whichever it is"
    )
    few_attribute_changed: int = Field(default=20, ge=0, description="so many may change in it whatever the share")
    max_identity_changed: Share = Field(
        default=0.05, description="the same for what tells who or what somebody is: names, personnummer, user names"
    )
    few_identity_changed: int = Field(default=5, ge=0, description="so many may change in it whatever the share")
    max_renewed: Share = Field(
        default=0.01,
        description="of the persons: deleted, and new under another id, the personnummer or EPPN being the same",
    )
    few_renewed: int = Field(default=2, ge=0, description="so many may get another id whatever the share")
    max_left_unit: Share = Field(default=0.50, description="of the persons enrolled at any one school unit: leave it")
    few_left_unit: int = Field(default=10, ge=0, description="so many may leave a school unit whatever the share")
    max_unmatched: Share = Field(
        default=0.10, description="of a source's rows: found no more in a second source where they were found before"
    )
    max_withheld: Share = Field(default=0.02, description="of the persons: withheld as newly protected in one night")
    few_withheld: int = Field(default=20, ge=0, description="so many may be withheld whatever the share")
    max_unprotected: Share = Field(
        default=0.20, description="of the protected persons: without their mark, so that they would be published"
    )
    few_unprotected: int = Field(
        default=2, ge=0, description="so many may lose their mark whatever the share, while others still have theirs"
    )
    nights_missing: dict[Literal["Person", "Duty", "Group", "Activity"], Annotated[int, Field(ge=0, le=30)]] = Field(
        default={},
        description="of a type: nights on which an object may be missing before it is deleted",
    )
    unprotected_nights: int = Field(
        default=2, ge=1, le=60, description="nights without the mark after which a person is published"
    )


class Expected(_Section):
    """Days on which much is expected to change, as at the turn of the school year, and the limits that hold then."""

    first: dt.date = Field(alias="from", description="the first day, as a TOML date: 2027-08-09")
    last: dt.date = Field(alias="to", description="the last day")
    limits: Gate = Field(description="limits of [gate] that are others on these days")

    @model_validator(mode="after")
    def _in_order(self) -> Expected:
        if self.last < self.first:
            raise ValueError("must have `from` on or before `to`")
        return self


class Tls(_Section):
    """A certificate and its key, PEM files."""

    certificate: Path = Field(description="PEM file, the server's certificate first, then its chain")
    key: Path = Field(description="PEM file")


class Reports(_Section):
    """What schools are to mend, written after every run whose findings differ from those of the run before."""

    folder: Path | None = Field(
        default=Path("reports"),
        description='where reports are written; "" for nowhere (the command `report` writes too)',
    )
    formats: tuple[Literal["html", "csv", "xlsx"], ...] = Field(
        default=("html", "csv", "xlsx"), description="how: a page, a table for any program, Excel"
    )
    language: Literal["sv", "en"] = Field(default="sv", description="Swedish or English")

    @field_validator("folder", mode="before")
    @classmethod
    def _nowhere(cls, value: object) -> object:
        return None if value == "" else value


class Recipient(_Section):
    """Who gets mail, of which school units, and after which runs."""

    address: MailAddress
    when: Literal["always", "findings", "new", "trouble"] = Field(
        default="findings",
        description="always: after every run; findings: something is to be mended; new: something is new, or mended; "
        "trouble: the run failed or was held",
    )
    units: tuple[Annotated[str, Field(pattern=r"^\d{8}$")], ...] = Field(
        default=(), description="skolenhetskoder: these schools' own reports alone, a mail each; empty: all of it"
    )


class Mail(_Section):
    """How reports are mailed. Nothing is, without this section."""

    host: str = Field(min_length=1, description="the mail server (SMTP)")
    port: int = Field(default=587, ge=1, le=65535, description="587 for starttls, 465 for tls")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="how the way is encrypted; none: only within the machine or a net of your own"
    )
    ca: Path | None = Field(default=None, description="CA file for host; default: the system's")
    user: str | None = Field(default=None, description="who logs in there; none: nobody")
    password: SecretStr | None = Field(default=None, description="of user")
    sender: MailAddress = Field(description="the address that mail comes from")
    to: list[Recipient] = Field(min_length=1, description="one table a recipient: [[mail.to]]")

    @model_validator(mode="after")
    def _whole(self) -> Mail:
        if (self.user is None) != (self.password is None):
            raise ValueError("must have both `user` and `password`, or neither")
        if self.user is not None and self.security == "none":
            raise ValueError('must not send a password in the clear: security is "none"')
        return self


class Facade(_Section):
    """The read-only SS12000 API."""

    base_url: WebAddress = Field(
        default="http://127.0.0.1:8443/ss12000-api/v2.0",
        description="what is registered with Skolverket, exactly",
    )
    listen: str = Field(default="127.0.0.1:8443", pattern=r"^.+:\d{1,5}$", description="address and port to listen on")
    tls: Tls | None = Field(default=None, description="without it, a proxy in front must do TLS")
    lookup: bool = Field(default=False, description="serve POST /{list}/lookup, which Skolverket does not use")
    page_size: int = Field(default=1000, ge=1, le=10_000, description="objects a page when no limit is given")


class Auth(_Section):
    """Who may read. Defaults are Skolverket's."""

    issuer: str = Field(default="https://nutid-auth.sunet.se", description="claim iss, exactly")
    jwks_url: str = Field(
        default="https://nutid-auth.sunet.se/.well-known/jwks.json",
        description="https://…, http:// on loopback only, or file://…",
    )
    jwks_ca: Path | None = Field(default=None, description="CA file for jwks_url; default: the system's")
    audience: tuple[str, ...] = Field(default=("nutid",), min_length=1, description="accepted claims aud")
    organization_id: str = Field(default="SE2021004185", description="Skolverket; nobody else may read")
    accepted_base_urls: tuple[WebAddress, ...] = Field(
        default=(), description="addresses accepted in a token's locations besides facade.base_url"
    )


class Admin(_Section):
    """The administrators' page and the metrics. They are served where `listen` is, or with `serve --admin`."""

    listen: str | None = Field(
        default=None,
        pattern=r"^.+:\d{1,5}$",
        description="address and port, never the facade's; another machine can reach it only with tls and a login",
    )
    tls: Tls | None = Field(default=None, description="certificate of the page")
    users: dict[Annotated[str, Field(pattern=r"^[\w.@ -]{1,60}$")], SecretStr] = Field(
        default={}, description="who may log in: name and what `admin password` printed"
    )
    user_header: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9-]{1,60}$",
        description="header in which a proxy in front, which logs people in, says who it is: X-Remote-User",
    )
    proxies: tuple[IPvAnyAddress, ...] = Field(
        default=(IPv4Address("127.0.0.1"), IPv6Address("::1")),
        description="addresses of that proxy; from any other the header is not believed",
    )
    proxy_secret: SecretStr | None = Field(
        default=None,
        description="what the proxy sends in X-Proxy-Secret: then no other program of this machine is believed",
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="names in a browser's address by which the page is reached, besides that of listen"
    )
    language: Literal["sv", "en"] = Field(default="sv", description="Swedish or English, where nobody has chosen")
    metrics_token: SecretStr | None = Field(
        default=None, description="bearer token for /metrics; without it only this machine reads them"
    )

    @field_validator("users", mode="after")
    @classmethod
    def _hashes(cls, users: dict[str, SecretStr]) -> dict[str, SecretStr]:
        if not all(kept.get_secret_value().startswith("$argon2id$") for kept in users.values()):
            raise ValueError("must hold what `ss12000-adapter admin password` prints, never a password itself")
        return users


class Token(_Section):
    """How we identify ourselves when we notify."""

    url: str = Field(default="https://nutid-auth.sunet.se/transaction", description="the GNAP endpoint")
    certificate: Path = Field(description="client certificate with its chain, PEM; or PKCS#12 (.p12, .pfx)")
    key: Path | None = Field(default=None, description="its private key, PEM; not beside PKCS#12")
    key_password: SecretStr | None = Field(default=None, description="when the key is encrypted")
    client_key: str = Field(
        description='entity id in the TLS federation, or "certificate" for an approved CA (cert#S256)'
    )
    ca: Path | None = Field(default=None, description="CA file for url; default: the system's")
    server_pins: tuple[str, ...] = Field(default=(), description="sha256//… pins of the server's key")
    location: str | None = Field(
        default=None, description="base URL of the SS12000 client; default: the target up to /webhooks/"
    )


class Network(_Section):
    """How this machine reaches others."""

    proxy: SecretStr | None = Field(
        default=None, description="http://user:password@host:port for everything outbound; default: HTTPS_PROXY"
    )


class Notifications(_Section):
    """Where notices may go."""

    allowed_targets: tuple[str, ...] = Field(
        default=("https://api.skolverket.se/provtjanst/ss12000/klient/v1/webhooks/",),
        description="a subscription's target must begin with one of these",
    )
    ca: Path | None = Field(default=None, description="CA file for targets; default: the system's")
    stop_when_expired: bool = Field(
        default=False, description="do not notify a subscription that its client has not renewed"
    )
    confirm_within_minutes: int = Field(
        default=30, ge=1, description="when the client has not fetched by then: re-stamp and notify again"
    )


class OpenData(_Section):
    """Skolverket's open data: test activities and programmes."""

    url: WebAddress = Field(default="https://api.skolverket.se/provtjanst/open-data/v1", description="base URL")
    cache: Path = Field(default=Path("open-data.json"), description="kept on disk for nights without network")
    max_age_hours: int = Field(default=20, ge=0, description="fetch again when the cache is older")
    ca: Path | None = Field(default=None, description="CA file for url; default: the system's")


class Settings(_Section):
    """config.toml as a whole."""

    organiser: Organiser
    state: State = State()
    mapping: MappingFile
    sources: dict[str, dict[str, Any]] = Field(min_length=1, description="one table a source")
    profile: ProfileChoice = ProfileChoice()
    gate: Gate = Gate()
    calendar: list[Expected] = Field(default=[], description="days on which other limits hold than those of [gate]")
    reports: Reports = Reports()
    mail: Mail | None = None
    facade: Facade = Facade()
    auth: Auth = Auth()
    admin: Admin = Admin()
    token: Token | None = None
    network: Network = Network()
    notifications: Notifications = Notifications()
    open_data: OpenData = OpenData()

    def gate_on(self, day: dt.date) -> Gate:
        """The limits of one day: [gate], and what the calendar says of that day instead."""
        limits = self.gate
        for expected in self.calendar:
            if expected.first <= day <= expected.last:
                named = {name: getattr(expected.limits, name) for name in expected.limits.model_fields_set}
                limits = limits.model_copy(update=named)
        return limits

    @property
    def proxy(self) -> str | None:
        """The proxy for everything outbound; None: what the environment says."""
        return self.network.proxy.get_secret_value() if self.network.proxy else None
