"""Reports by mail, through a real server on a real socket: who gets what, and what is told where it cannot be sent."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from support.exports import CONFIG, Installation, files, pupil, tables
from support.ports import free_port
from support.shell import command

from adapter.findings import Finding, RowRef
from adapter.reports import mail
from adapter.reports.content import Report, Row, Status, Unit
from adapter.reports.words import SWEDISH
from adapter.settings import Mail
from adapter.simulator.pki import Authority, server_context

NOW = 1_795_000_000_000
EK, BJORK = Unit("1", "31279295", "Ekskolan"), Unit("2", "11111111", "Björkskolan\r\nBcc: x@y.se")
PASSWORD = "hemligt-lösenord"


class Inbox:
    """What the server was given; refuses the addresses that it is told to refuse."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.encrypted: list[bool] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any) -> str:
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        found = message_from_bytes(envelope.content, policy=default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [found for found in self.mails if found["To"] == address]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), dt.datetime.now(dt.UTC))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def logged_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
    good = isinstance(login, LoginPassword) and login.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


@pytest.fixture
def server(inbox: Inbox, authority: Authority) -> Iterator[Controller]:
    """Takes mail only after STARTTLS and a login."""
    made = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=server_context(authority.server("smtp")),
        require_starttls=True,
        authenticator=logged_in,
        auth_required=True,
    )
    made.start()
    yield made
    made.stop()


def settings(server: Controller, authority: Authority, *to: dict[str, Any], **more: Any) -> Mail:
    return Mail.model_validate(
        {
            "host": "127.0.0.1",
            "port": server.port,
            "ca": str(authority.file),
            "user": "ss12000",
            "password": PASSWORD,
            "sender": "ss12000@exempel.se",
            "to": list(to) or [{"address": "it@exempel.se"}],
            **more,
        }
    )


def row(unit: Unit | None, status: Status = Status.NEW) -> Row:
    where = unit.name if unit else "ingen"
    finding = Finding("M310", f"'{where}' is not a whole number", row=RowRef("elev", 4), subject="Person.enrolments")
    return Row(status, finding, NOW, unit)


def report(*rows: Row, outcome: str = "published", error: str = "") -> Report:
    return Report("Exempelkommun", NOW, outcome, error, 0, rows)


def send(chosen: Mail, found: Report, formats: tuple[str, ...] = ("html", "csv", "xlsx"), **more: Any) -> list[str]:
    return mail.send(chosen, found, SWEDISH, formats, **more)


def text_of(found: EmailMessage) -> str:
    part = found.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_subject_says_how_it_went_and_the_mail_what_to_mend(
    server: Controller, authority: Authority, inbox: Inbox
) -> None:
    assert send(settings(server, authority), report(row(EK), row(None, Status.STILL))) == []
    (found,) = inbox.mails
    assert found["Subject"] == "SS12000 Exempelkommun: publicerat, 1 nya, 1 kvar, 0 åtgärdade"
    assert found["From"] == "ss12000@exempel.se"
    assert "ny: Ekskolan: inskrivning: 'Ekskolan' är inget heltal" in text_of(found)
    assert [part.get_filename() for part in found.iter_attachments()] == ["rapport.csv", "rapport.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(list(found.iter_attachments())[1].get_content()))
    assert book["Alla"].max_row == 3
    assert inbox.encrypted == [True]


def test_a_school_gets_its_own_rows_alone_and_no_other_schools_name(
    server: Controller, authority: Authority, inbox: Inbox
) -> None:
    chosen = settings(server, authority, {"address": "ek@exempel.se", "units": [EK.code]}, {"address": "it@exempel.se"})
    assert send(chosen, report(row(EK), row(BJORK), row(None))) == []
    (own,) = inbox.to("ek@exempel.se")
    assert "Ekskolan" in own["Subject"]
    assert "Björk" not in own.as_string() + text_of(own)
    assert "'ingen'" not in text_of(own)
    assert [part.get_filename() for part in own.iter_attachments()] == ["31279295.csv", "31279295.xlsx"]
    assert "Björkskolan" in text_of(inbox.to("it@exempel.se")[0])


def test_who_has_two_schools_gets_a_mail_for_each_and_none_where_nothing_is_to_be_mended(
    server: Controller, authority: Authority, inbox: Inbox
) -> None:
    chosen = settings(server, authority, {"address": "r@exempel.se", "units": [EK.code, BJORK.code, "22222222"]})
    send(chosen, report(row(EK), row(BJORK)))
    assert len(inbox.mails) == 2


@pytest.mark.parametrize(
    ("when", "found", "sent"),
    [
        ("always", report(), True),
        ("findings", report(), False),
        ("findings", report(row(EK, Status.STILL)), True),
        ("new", report(row(EK, Status.STILL)), False),
        ("new", report(row(EK)), True),
        ("new", report(row(EK, Status.FIXED)), True),
        ("trouble", report(row(EK)), False),
        ("trouble", report(outcome="held", error="the gate"), True),
        ("trouble", report(outcome="failed", error="a source"), True),
        ("findings", report(outcome="failed", error="a source"), True),
        ("new", report(outcome="failed", error="a source"), True),
    ],
)
def test_a_recipients_rule_decides(
    server: Controller, authority: Authority, inbox: Inbox, when: str, found: Report, sent: bool
) -> None:
    assert send(settings(server, authority, {"address": "it@exempel.se", "when": when}), found) == []
    assert bool(inbox.mails) == sent


def test_everybody_gets_it_where_it_is_tried_out(server: Controller, authority: Authority, inbox: Inbox) -> None:
    chosen = settings(server, authority, {"address": "it@exempel.se", "when": "trouble"})
    assert send(chosen, report(), everybody=True) == []
    assert len(inbox.mails) == 1


def test_what_a_school_is_called_cannot_become_a_header(server: Controller, authority: Authority, inbox: Inbox) -> None:
    send(settings(server, authority, {"address": "b@exempel.se", "units": [BJORK.code]}), report(row(BJORK)))
    (found,) = inbox.mails
    assert found["Bcc"] is None
    assert "Björkskolan Bcc: x@y.se" in found["Subject"]


def test_one_address_that_is_refused_keeps_no_mail_from_the_others(
    server: Controller, authority: Authority, inbox: Inbox
) -> None:
    inbox.refused.add("gone@exempel.se")
    chosen = settings(server, authority, {"address": "gone@exempel.se"}, {"address": "it@exempel.se"})
    (failure,) = send(chosen, report(row(EK)))
    assert failure == "mail to gone@exempel.se was not sent: 127.0.0.1 refuses the address (550 no such user)."
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"password": "fel"}, "refuses mail.user and mail.password"),
        ({"password": "fél"}, "refuses mail.user and mail.password"),
        ({"ca": None}, "has a certificate that is not trusted"),
        ({"security": "tls"}, "does not speak TLS so"),
        ({"security": "none", "user": None, "password": None}, "530"),
        ({"ca": "/gone.pem"}, "mail.ca: /gone.pem cannot be used"),
        ({"port": 1}, "cannot be reached"),
    ],
)
def test_what_keeps_mail_from_being_sent_is_told_and_the_password_never(
    server: Controller, authority: Authority, inbox: Inbox, more: dict[str, Any], why: str
) -> None:
    told = send(settings(server, authority, **more), report(row(EK)))
    assert len(told) == 1
    assert why in told[0]
    assert PASSWORD not in told[0]
    assert inbox.mails == []


def test_a_server_without_starttls_gets_neither_password_nor_mail(inbox: Inbox, authority: Authority) -> None:
    plain = Controller(inbox, hostname="127.0.0.1", port=free_port())
    plain.start()
    try:
        told = send(settings(plain, authority), report(row(EK)))
        assert "cannot do what is asked of it" in told[0]
        assert inbox.mails == []
        open_net = settings(plain, authority, security="none", user=None, password=None)
        assert send(open_net, report(row(EK))) == []
    finally:
        plain.stop()


def test_the_nightly_run_mails_and_the_command_sends_again(
    server: Controller, authority: Authority, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    section = f"""\
[mail]
host = "127.0.0.1"
port = {server.port}
ca = "{authority.file}"
user = "ss12000"
password = "${{SMTP_PASSWORD}}"
sender = "ss12000@exempel.se"
[[mail.to]]
address = "it@exempel.se"
when = "new"
"""
    place = Installation(tmp_path, config=CONFIG + section)
    found = tables()
    found["elev"].append(pupil(40, ak="sjua"))
    place.night(files(found))
    assert len(inbox.mails) == 1
    place.night(files(found))
    assert len(inbox.mails) == 1
    sent = command("report", "--send", at=tmp_path)
    assert sent.code == 0
    assert len(inbox.mails) == 2
    place.config = place.config.replace(f"port = {server.port}", "port = 1")
    outcome = place.night(files(tables()))
    assert outcome.code == 0
    assert "no mail was sent: 127.0.0.1:1 cannot be reached" in outcome.out
    assert command("report", "--send", at=tmp_path).code == 2


@pytest.mark.parametrize("outcome", ["failed", "held"])
@pytest.mark.parametrize("when", ["findings", "trouble"])
def test_that_a_run_failed_is_no_schools_business(
    server: Controller, authority: Authority, inbox: Inbox, outcome: str, when: str
) -> None:
    to = {"address": "ek@exempel.se", "units": [EK.code], "when": when}
    send(settings(server, authority, to), report(row(EK), outcome=outcome, error="why"))
    assert len(inbox.mails) == (outcome == "held" and when == "findings")
    assert all("why" not in text_of(found) for found in inbox.mails)
