"""What schools are told when a run has ended: files, where they say something else than those there are, and mail."""

from __future__ import annotations

import hashlib

from adapter.errors import ConfigError
from adapter.reports import content
from adapter.reports.content import Report
from adapter.reports.files import ALL, write_all
from adapter.reports.words import LANGUAGES
from adapter.settings import Reports, Settings
from adapter.store.engine import Store, write_setting

_REPORTED = "reported"
"""Setting: digest of the reports that were written last."""


def tell(store: Store, settings: Settings) -> list[str]:
    """Write and mail the reports of the last run; gives what went wrong with it."""
    chosen = settings.reports
    if settings.mail is None and (chosen.folder is None or not chosen.formats):
        return []
    report = content.read(store, settings.organiser.name)
    if report is None:
        return []
    failures = _write(store, chosen, report)
    if settings.mail is not None:
        from adapter.reports import mail  # SMTP is loaded where something is mailed

        failures += mail.send(settings.mail, report, LANGUAGES[chosen.language], chosen.formats)
    return failures


def _write(store: Store, chosen: Reports, report: Report) -> list[str]:
    if chosen.folder is None or not chosen.formats:
        return []
    words = LANGUAGES[chosen.language]
    whole = [chosen.folder / f"{ALL[words.code]}.{form}" for form in chosen.formats]
    if not report.rows and not report.error and not any(path.exists() for path in whole):
        return []
    told = repr((report.rows, report.error, report.beyond, chosen))
    mark = hashlib.sha256(told.encode()).hexdigest()
    if store.setting(_REPORTED) == mark and all(path.exists() for path in whole):
        return []
    try:
        write_all(chosen.folder, report, words, chosen.formats)
    except ConfigError as error:
        return [error.message]
    with store.writing() as connection:
        write_setting(connection, _REPORTED, mark)
    return []
