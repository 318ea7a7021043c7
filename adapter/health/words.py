"""Alarms as sentences: what is so, and what to do, in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping

from adapter.health.alarms import HOURS, Alarm
from adapter.texts import messages

SWEDISH: Mapping[str, tuple[str, str]] = {
    "damaged": (
        "Det som är lagrat är skadat, så Skolverket får inget svar: {what}",
        "Kör `state verify`, och lägg tillbaka en säkerhetskopia.",
    ),
    "restored": (
        "En säkerhetskopia har lagts tillbaka, och Skolverket får inget svar förrän en körning har gått bra.",
        "Kör `sync` nu.",
    ),
    "certificate_gone": (
        "Klientcertifikatet gick ut för {days} sedan: inga ändringar kan meddelas.",
        "Skaffa ett nytt och ange det under [token]. `auth doctor` kontrollerar det.",
    ),
    "certificate_broken": ("Klientcertifikatet kan inte användas: {what}", "Rätta [token] i config.toml."),
    "certificate_ends": (
        "Klientcertifikatet gäller bara {days} till.",
        "Beställ ett nytt nu: utan det kan inga ändringar meddelas.",
    ),
    "config_broken": (
        "config.toml kan inte användas som den är nu, så nästa körning misslyckas: {what}",
        "Se Koppling, och rätta filen.",
    ),
    "failed": (
        "Den senaste körningen misslyckades: {what}",
        "Rätta felet och kör igen. Det som är publicerat gäller fortfarande.",
    ),
    "held": (
        "Den senaste körningen stoppades av spärren, så det som publicerats gäller fortfarande.",
        "Se vad som skulle ändras. Godkänn om det stämmer, rätta annars exporten.",
    ),
    "rejected": (
        "Den senaste körningen stoppades av spärren och avvisades av {what}.",
        "Rätta exporten och kör igen. Det som är publicerat gäller fortfarande.",
    ),
    "late": (
        f"Ingen körning har avslutats på {{hours}} (väntat inom {HOURS}).",
        "Finns det nattliga jobbet, eller `serve --sync-at`, kvar?",
    ),
    "never": ("Ingen körning har gjorts än.", "Kör `check` och sedan `sync`."),
    "notice_waits": (
        "Skolverket har inte kunnat meddelas om ändringar ({attempts}): {what}",
        "Nya försök görs automatiskt. `auth doctor` visar vad som hindrar.",
    ),
    "not_fetched": (
        "Skolverket har meddelats men inte hämtat på {hours}.",
        "Kan {base_url} nås utifrån? Meddelandet upprepas av sig självt.",
    ),
    "subscription_ended": (
        "Prenumerationen för {what} har gått ut.",
        "Låt Skolverkets tjänst registrera {base_url} igen.",
    ),
    "nobody_subscribes": (
        "Ingen prenumererar, så ingen hämtar det som publicerats.",
        "Registrera {base_url} i Skolverkets tjänst.",
    ),
    "client_errors": (
        "Skolverkets tjänst har rapporterat {errors} den senaste veckan.",
        "Se felen under Skolverket och rätta dem i elevregistret.",
    ),
}
ENGLISH: Mapping[str, tuple[str, str]] = {
    "damaged": (
        "What is stored is damaged, so Skolverket is not answered: {what}",
        "Run `state verify`, and put a backup back.",
    ),
    "restored": (
        "A copy has taken the place of the state, and Skolverket is not answered until a run has been good.",
        "Run `sync` now.",
    ),
    "certificate_gone": (
        "The client certificate ended {days} ago: no change can be told.",
        "Get a new one and name it under [token]. `auth doctor` examines it.",
    ),
    "certificate_broken": ("The client certificate cannot be used: {what}", "Correct [token] in config.toml."),
    "certificate_ends": (
        "The client certificate is good for only {days} more.",
        "Order a new one now: without it no change can be told.",
    ),
    "config_broken": (
        "config.toml cannot be used as it is now, so the next run will fail: {what}",
        "See Mapping, and mend the file.",
    ),
    "failed": ("The last run failed: {what}", "Mend what is wrong and run again. What was published stays."),
    "held": (
        "The gate held the last run, so what was published stays.",
        "Look at what would change. Approve it if it is right; if not, mend the export.",
    ),
    "rejected": (
        "The gate held the last run, and {what} rejected it.",
        "Mend the export and run again. What was published stays.",
    ),
    "late": (
        f"No run has ended for {{hours}} (expected within {HOURS}).",
        "Is the nightly job, or `serve --sync-at`, still there?",
    ),
    "never": ("No run has been made yet.", "Run `check`, then `sync`."),
    "notice_waits": (
        "Skolverket could not be told of changes ({attempts}): {what}",
        "It is tried again by itself. `auth doctor` shows what is in the way.",
    ),
    "not_fetched": (
        "Skolverket has been told and has not fetched for {hours}.",
        "Can {base_url} be reached from outside? The notice is repeated by itself.",
    ),
    "subscription_ended": (
        "The subscription of {what} has ended.",
        "Let Skolverket's service register {base_url} again.",
    ),
    "nobody_subscribes": (
        "Nobody subscribes, so nobody fetches what is published.",
        "Register {base_url} with Skolverket's service.",
    ),
    "client_errors": (
        "Skolverket's service has reported {errors} in the last week.",
        "See Skolverket, and mend it in the school's system.",
    ),
}


_COUNTED = {
    "sv": {
        "days": ("dag", "dagar"),
        "hours": ("timme", "timmar"),
        "attempts": ("försök", "försök"),
        "errors": ("fel", "fel"),
    },
    "en": {
        "days": ("day", "days"),
        "hours": ("hour", "hours"),
        "attempts": ("attempt", "attempts"),
        "errors": ("error", "errors"),
    },
}


def told(alarm: Alarm, base_url: str, language: str) -> tuple[str, str]:
    """(what is so, what to do)."""
    swedish = language == "sv"
    what_is_so, what_to_do = (SWEDISH if swedish else ENGLISH)[alarm.name]
    values = {
        name: f"{alarm.number} {one if alarm.number == 1 else more}" for name, (one, more) in _COUNTED[language].items()
    }
    values["what"] = (messages.swedish(alarm.what) or alarm.what) if swedish else alarm.what
    values["base_url"] = base_url
    return what_is_so.format(**values), what_to_do.format(**values)
