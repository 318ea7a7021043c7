"""What people see and get: reports, mail, the administrators' page; and certificates that servers show."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, IPvAnyAddress, SecretStr, field_validator, model_validator

from adapter.settings.values import Listen, MailAddress, Section


class Tls(Section):
    """A certificate and its key, PEM files."""

    certificate: Path = Field(description="PEM file, the server's certificate first, then its chain")
    key: Path = Field(description="PEM file")


class Reports(Section):
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


class Recipient(Section):
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


class Mail(Section):
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


class Admin(Section):
    """The administrators' page and the metrics. They are served where `listen` is, or with `serve --admin`."""

    listen: Listen | None = Field(
        default=None,
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
