"""Fetches Skolverket's open data: the organiser's units, all programmes, all test activities."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

from adapter import settings
from adapter.opendata.cache import Data

FAILURES = (httpx.HTTPError, ValueError)
"""What `fetch` raises where it finds nobody, or an answer of another form."""
_PATIENCE = httpx.Timeout(20.0)


def fetch(chosen: settings.OpenData, organisation_number: str, proxy: str | None = None) -> Data:
    """All that is asked of it, in three requests. Raises FAILURES."""
    verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=str(chosen.ca)) if chosen.ca else True
    with httpx.Client(base_url=chosen.url, verify=verify, timeout=_PATIENCE, proxy=proxy) as http:
        activities = _listed(_get(http, "/activities"), "displayName")
        if not activities:
            raise ValueError("the list of test activities is empty")
        programmes = _listed(_get(http, "/programmes"), "educationCode")
        organisation = _get(http, f"/organisations/code/{organisation_number}?expandSchoolUnits=true", missing={})
        if not isinstance(organisation, dict):
            raise ValueError("the organisation is no object")
        units = _listed(organisation.get("schoolUnits") or [], "schoolUnitCode")
    return {"units": units, "programmes": programmes, "activities": activities}


def _get(http: httpx.Client, path: str, missing: Any = None) -> Any:
    answer = http.get(path)
    if answer.status_code == 404 and missing is not None:
        return missing
    answer.raise_for_status()
    return answer.json()


def _listed(items: Any, name: str) -> dict[str, str]:
    """[{id, NAME, …}] -> {NAME: id}"""
    if not isinstance(items, list):
        raise ValueError(f"a list with {name} was expected")
    try:
        return {str(item[name]): str(item["id"]).lower() for item in items}
    except (KeyError, TypeError) as error:
        raise ValueError(f"an entry lacks {error}") from None
