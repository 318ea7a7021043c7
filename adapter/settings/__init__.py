"""Every knob of config.toml once: type, default, bounds and help text. Unknown keys are errors.

The check of config.example.toml is made from these classes.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, model_validator

from adapter.settings.people import Admin, Mail, Recipient, Reports, Tls
from adapter.settings.values import Address, Listen, Section, Share, WebAddress, domain

__all__ = ["Admin", "Mail", "Recipient", "Reports", "Share", "Tls"]


class Organiser(Section):
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
    user_name_domains: tuple[Annotated[str, AfterValidator(domain)], ...] = Field(
        default=(), description="domains that user names (EPPN) may have, as your IdP's scopes; empty = any"
    )
    test_numbers: Path | None = Field(
        default=None, description="Skatteverket's list of test numbers, any text file: refused in production"
    )


class State(Section):
    """Where published objects, tombstones, subscriptions and the outbox are kept."""

    url: SecretStr = Field(
        default=SecretStr("sqlite:///state.db"),
        description="SQLAlchemy URL: sqlite:///FILE or postgresql+psycopg://…",
    )
    schema_name: str | None = Field(
        default=None,
        alias="schema",
        pattern=r"^[a-z][a-z0-9_]{0,40}$",
        description="of PostgreSQL: the schema in which the tables lie, where several organisers share a database",
    )
    role: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]{0,60}$",
        description="the database role that owns the schema, taken on in every connection: it sees nobody else's",
    )
    plans: Path = Field(default=Path("plans"), description="folder in which a held run leaves its plan")
    versions: int = Field(default=30, ge=0, le=1000, description="earlier versions that can be looked at and restored")
    days: int = Field(default=90, ge=0, le=400, description="and none older than this: they hold persons who have left")


class Retention(Section):
    """How long the state keeps what is no pupil's data and may tell of people; older goes with every run."""

    access_days: int = Field(default=400, ge=1, le=400, description="who read which list, never which person")
    client_log_days: int = Field(default=400, ge=1, le=400, description="what Skolverket's client logged and counted")
    deeds_days: int = Field(default=400, ge=1, le=400, description="what administrators did, and whom they looked at")


class MappingFile(Section):
    """Which mapping turns rows into objects."""

    file: Path = Field(description="the mapping, relative to config.toml")


class ProfileChoice(Section):
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


class Gate(Section):
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


class Expected(Section):
    """Days on which much is expected to change, as at the turn of the school year, and the limits that hold then."""

    first: dt.date = Field(alias="from", description="the first day, as a TOML date: 2027-08-09")
    last: dt.date = Field(alias="to", description="the last day")
    limits: Gate = Field(description="limits of [gate] that are others on these days")

    @model_validator(mode="after")
    def _in_order(self) -> Expected:
        if self.last < self.first:
            raise ValueError("must have `from` on or before `to`")
        return self


class Facade(Section):
    """The read-only SS12000 API."""

    base_url: WebAddress = Field(
        default="http://127.0.0.1:8443/ss12000-api/v2.0",
        description="what is registered with Skolverket, exactly",
    )
    listen: Listen = Field(default="127.0.0.1:8443", description="address and port to listen on")
    tls: Tls | None = Field(default=None, description="without it, a proxy in front must do TLS")
    lookup: bool = Field(default=False, description="serve POST /{list}/lookup, which Skolverket does not use")
    page_size: int = Field(default=1000, ge=1, le=10_000, description="objects a page when no limit is given")


class Auth(Section):
    """Who may read. Defaults are Skolverket's."""

    issuer: str = Field(default="https://nutid-auth.sunet.se", description="claim iss, exactly")
    jwks_url: Address = Field(
        default="https://nutid-auth.sunet.se/.well-known/jwks.json",
        description="https://…, http:// on loopback only, or file://…",
    )
    jwks_ca: Path | None = Field(default=None, description="CA file for jwks_url; default: the system's")
    audience: tuple[str, ...] = Field(default=("nutid",), min_length=1, description="accepted claims aud")
    organization_id: str = Field(default="SE2021004185", description="Skolverket; nobody else may read")
    accepted_base_urls: tuple[WebAddress, ...] = Field(
        default=(), description="addresses accepted in a token's locations besides facade.base_url"
    )


class Token(Section):
    """How we identify ourselves when we notify."""

    url: Address = Field(default="https://nutid-auth.sunet.se/transaction", description="the GNAP endpoint")
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


class Network(Section):
    """How this machine reaches others."""

    proxy: SecretStr | None = Field(
        default=None, description="http://user:password@host:port for everything outbound; default: HTTPS_PROXY"
    )


class Notifications(Section):
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


class OpenData(Section):
    """Skolverket's open data: test activities and programmes."""

    url: WebAddress = Field(default="https://api.skolverket.se/provtjanst/open-data/v1", description="base URL")
    cache: Path = Field(default=Path("open-data.json"), description="kept on disk for nights without network")
    max_age_hours: int = Field(default=20, ge=0, description="fetch again when the cache is older")
    ca: Path | None = Field(default=None, description="CA file for url; default: the system's")


class Settings(Section):
    """config.toml as a whole."""

    organiser: Organiser
    state: State = State()
    retention: Retention = Retention()
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
