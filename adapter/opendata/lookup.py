"""What a mapping asks of Skolverket's open data: ids by code or name. Source: domain sheet 9."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapter import settings
from adapter.errors import ConfigError, SourceFailed
from adapter.opendata import cache
from adapter.ss12000.ids import skolverket_id

_HOUR = 3_600_000


@dataclass(frozen=True)
class OpenData:
    """Ids of units and programmes by code, of test activities by name; `warnings` are for the administrator."""

    units: Mapping[str, str] = field(default_factory=dict)
    programmes: Mapping[str, str] = field(default_factory=dict)
    activities: Mapping[str, str] = field(default_factory=dict)
    age_hours: float = 0.0
    warnings: tuple[str, ...] = ()

    def school_unit_id(self, code: str) -> str:
        """Skolverket's id of a school unit: as listed, else by Skolverket's own rule for such ids."""
        return self.units.get(code) or skolverket_id(code)

    def test_activity_id(self, name: str) -> str | None:
        """Skolverket's id of a test activity by its name, exactly or but for case; None when there is none."""
        known = _spelled(name, self.activities)
        return self.activities[known] if known else None

    def programme_code(self, code: str) -> str | None:
        """A programme's code as Skolverket writes it, exactly or but for case; None when there is none such."""
        return _spelled(code, self.programmes)

    def written(self) -> str:
        """All of it, as JSON."""
        return json.dumps([dict(self.units), dict(self.programmes), dict(self.activities)], sort_keys=True)

    def names(self) -> list[str]:
        """All test activities."""
        return sorted(self.activities)


def load(
    chosen: settings.OpenData, organisation_number: str, now: int, refresh: bool = False, proxy: str | None = None
) -> OpenData:
    """From the cache while it is fresh, else fetched, else from an old cache with a warning.

    `now` in ms. Raises SourceFailed where there is neither network nor cache, ConfigError for a bad CA file.
    """
    kept = cache.read(chosen.cache)
    age = (now - kept.fetched) / _HOUR if kept else 0.0
    if kept is not None and not refresh and 0 <= age <= chosen.max_age_hours:
        return _lookup(kept.data, age, ())
    from adapter.opendata import client  # an HTTP library is loaded only where something is fetched

    try:
        data = client.fetch(chosen, organisation_number, proxy)
    except client.FAILURES as error:
        if kept is None:
            message = (
                f"Skolverket's open data at {chosen.url} cannot be read ({_why(error)}), and there is no cache at "
                f"{chosen.cache}. Check the network, or copy the cache from a machine that reaches it."
            )
            raise SourceFailed(message) from None
        warning = f"open data are {age:.0f} hours old: {chosen.url} cannot be read ({_why(error)})"
        return _lookup(kept.data, age, (warning,))
    except OSError as error:
        raise ConfigError(f"open_data.ca: {chosen.ca} cannot be used: {error}") from None
    failure = cache.write(chosen.cache, cache.Kept(now, data))
    return _lookup(data, 0.0, (failure,) if failure else ())


def cached(path: Path, now: int) -> OpenData | None:
    """What the cache holds, however old; None without one."""
    kept = cache.read(path)
    return _lookup(kept.data, (now - kept.fetched) / _HOUR, ()) if kept else None


def _spelled(name: str, known: Collection[str]) -> str | None:
    """The one of the known names that is meant."""
    if name in known:
        return name
    folded = [other for other in known if other.casefold() == name.casefold()]
    return folded[0] if len(folded) == 1 else None


def _lookup(data: cache.Data, age: float, warnings: tuple[str, ...]) -> OpenData:
    wrong = [name for part in data.values() for name, known in part.items() if known != skolverket_id(name)]
    if wrong:
        warnings = (*warnings, f"{len(wrong)} ids in the open data do not follow Skolverket's rule, e.g. of {wrong[0]}")
    return OpenData(data["units"], data["programmes"], data["activities"], age, warnings)


def _why(error: Exception) -> str:
    return _first(str(error).splitlines()) or type(error).__name__


def _first(lines: Iterable[str]) -> str:
    return next(iter(lines), "")[:200]
