"""Reports by mail: to each recipient what their rule asks for, and to a school its own alone."""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from adapter.errors import ConfigError
from adapter.reports.content import Report, Status
from adapter.reports.files import ALL, FORMATS
from adapter.reports.page import as_html, counted, outcome
from adapter.reports.words import Words
from adapter.settings import Mail, Recipient

_PATIENCE = 20  # seconds
_SHOWN = 20
_TYPES = {"csv": ("text", "csv"), "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")}


def send(mail: Mail, report: Report, words: Words, formats: tuple[str, ...], everybody: bool = False) -> list[str]:
    """Send to each recipient whose rule asks for it, or to `everybody`. Gives what went wrong, for people to read."""
    due = [(to, part) for to in mail.to for part in _parts(to, report) if everybody or _wants(to, part)]
    if not due:
        return []
    failures = []
    try:
        with _server(mail) as server:
            for to, part in due:
                try:
                    server.send_message(_message(mail, to, part, words, formats))
                except smtplib.SMTPResponseException as error:
                    failures.append(f"mail to {to.address} was not sent: {mail.host} says {_said(error)}.")
                except smtplib.SMTPRecipientsRefused as error:
                    why = "; ".join(f"{code} {_text(text)}" for code, text in error.recipients.values())
                    failures.append(f"mail to {to.address} was not sent: {mail.host} refuses the address ({why}).")
    except ConfigError as error:
        return [error.message]
    except (OSError, smtplib.SMTPException) as error:
        return [f"no mail was sent: {mail.host}:{mail.port} {_why(error, mail)}."]
    return failures


def _parts(to: Recipient, report: Report) -> list[Report]:
    """What a recipient may see: all of it, or each of their school units that has something to mend."""
    if not to.units:
        return [report]
    return [report.of(unit) for unit in report.units() if unit.code in to.units]


def _wants(to: Recipient, report: Report) -> bool:
    """Whether a recipient is told of this run. That it failed or was held is for those who get all of it."""
    trouble = report.outcome in ("failed", "held")
    if to.when == "always" or (trouble and not to.units):
        return True
    if to.when == "trouble" or report.outcome == "failed":
        return False
    if to.when == "new":
        return bool(report.count(Status.NEW) or report.count(Status.FIXED))
    return bool(report.rows)


def _message(mail: Mail, to: Recipient, report: Report, words: Words, formats: tuple[str, ...]) -> EmailMessage:
    message = EmailMessage()
    whose = report.rows[0].unit if to.units and report.rows else None
    name = whose.name if whose is not None else report.organiser
    message["From"], message["To"] = mail.sender, to.address
    how = "" if to.units else f"{words.outcomes[report.outcome]}, "
    subject = f"SS12000 {name}: {how}{counted(report, words)}"
    message["Subject"] = " ".join(subject.split())  # one line, whatever a school is called
    message["Date"], message["Message-ID"] = (
        formatdate(localtime=True),
        make_msgid(domain=mail.sender.partition("@")[2]),
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(_lines(report, words)))
    message.add_alternative(as_html(report, words).decode(), subtype="html")
    for form in formats if report.rows else ():
        if form in _TYPES:
            main, sub = _TYPES[form]
            file = f"{whose.code if whose is not None else ALL[words.code]}.{form}"
            message.add_attachment(FORMATS[form](report, words), maintype=main, subtype=sub, filename=file)
    return message


def _lines(report: Report, words: Words) -> Iterator[str]:
    if why := outcome(report, words):
        yield f"{why}\n"
    yield f"{counted(report, words)}\n" if report.rows else words.empty
    for row in report.rows[:_SHOWN]:
        told = words.told(row.finding)
        where = f"{row.unit.name}: " if row.unit and row.unit.name else ""
        which = f"{told.attribute}: " if told.attribute else ""
        yield f"- {words.status[row.status]}: {where}{which}{told.wrong}\n  {told.advice}"
    if len(report.rows) > _SHOWN:
        yield f"… {len(report.rows) - _SHOWN}"


@contextmanager
def _server(mail: Mail) -> Iterator[smtplib.SMTP]:
    """Connected, encrypted as was chosen, and known to the server. Never falls back to less."""
    try:
        trust = ssl.create_default_context(cafile=mail.ca)
    except OSError as error:
        raise ConfigError(f"mail.ca: {mail.ca} cannot be used: {error}.") from None
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=_PATIENCE, context=trust)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=_PATIENCE)
    with server:
        if mail.security == "starttls":
            server.starttls(context=trust)
        if mail.user is not None and mail.password is not None:
            _log_in(server, mail.user, mail.password.get_secret_value())
        yield server


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if (user + password).isascii():
        server.login(user, password)
        return
    server.ehlo_or_helo_if_needed()  # smtplib knows ASCII alone; RFC 4616 says UTF-8
    secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, said = server.docmd("AUTH", f"PLAIN {secret}")
    if code not in (235, 503):
        raise smtplib.SMTPAuthenticationError(code, said)


def _why(error: OSError | smtplib.SMTPException, mail: Mail) -> str:
    """What went wrong, and what to do; never the password, never a text of the mail."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "refuses mail.user and mail.password: correct them"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"cannot do what is asked of it ({error}): see mail.security, mail.user"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted ({error.verify_message}): name its authority in mail.ca"
    if isinstance(error, ssl.SSLError):
        return f"does not speak TLS so ({error.reason}): see mail.security and mail.port"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"says {_said(error)}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "hangs up: see mail.security and mail.port"
    return f"cannot be reached ({getattr(error, 'strerror', None) or error}): see mail.host and mail.port"


def _said(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_text(error.smtp_error)}"


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]
