"""What a run is made from, and how it is to end."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from adapter.errors import ConfigError
from adapter.ss12000.local import Local
from adapter.store.past import Retention
from adapter.store.retention import Kept

if TYPE_CHECKING:
    from adapter.mapping.references import OpenData
    from adapter.settings import Settings
    from adapter.ss12000.profile import Profile
    from connectors.base import Connector

_NUMBERS = re.compile(r"(?<!\d)((?:18|19|20)\d{6})-?(\d{4})(?!\d)", re.ASCII)
_DAY = 86_400_000  # ms
_ZONE = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True)
class Inputs:
    """What a run is made from. `mapping` is the mapping's text, `mapping_name` what messages call its file."""

    settings: Settings
    profile: Profile
    mapping: str
    mapping_name: str
    connectors: Mapping[str, Connector]
    open_data: Callable[[], OpenData]
    clock: Callable[[], int]
    today: dt.date | None = None
    aliases: Callable[[], Mapping[str, str]] = dict
    expectations: bool = True  # whether sources must have as many rows as the mapping expects

    def rules(self) -> Local:
        """The organiser's own rules. Raises ConfigError where the list of test numbers cannot be read."""
        organiser = self.settings.organiser
        file = organiser.test_numbers if organiser.environment == "production" else None
        try:
            text = file.read_text(encoding="utf-8-sig", errors="replace") if file is not None else ""
        except OSError as error:
            why = f"{file} cannot be read: {error.strerror}. Correct the path."
            raise ConfigError(f"organiser.test_numbers: {why}") from None
        numbers = frozenset("".join(found) for found in _NUMBERS.findall(text))
        if file is not None and not numbers:
            why = f"{file} holds no personnummer (ÅÅÅÅMMDDNNNN). Is it the right file?"
            raise ConfigError(f"organiser.test_numbers: {why}")
        return Local(frozenset(map(str.casefold, organiser.user_name_domains)), numbers)

    def retention(self) -> Retention:
        """How long earlier versions are kept."""
        return Retention(self.settings.state.versions, self.settings.state.days * _DAY)

    def kept(self) -> Kept:
        """How long records are kept."""
        chosen = self.settings.retention
        return Kept(*(days * _DAY for days in (chosen.access_days, chosen.client_log_days, chosen.deeds_days)))

    def moment(self) -> dt.datetime:
        """The organiser's date and time."""
        return dt.datetime.fromtimestamp(self.clock() / 1000, _ZONE)

    def date(self) -> dt.date:
        """The organiser's date, or the one that was set for a test or rehearsal."""
        return self.today or self.moment().date()


@dataclass(frozen=True)
class Options:
    """How a run is to end: not at all (dry run), with a plan written, with a plan approved.

    `full`: also where nothing has changed.
    """

    dry_run: bool = False
    plan: Path | None = None
    approve: Path | None = None
    full: bool = False

    @property
    def plain(self) -> bool:
        """Whether this is any night's run."""
        return not (self.dry_run or self.plan or self.approve)
