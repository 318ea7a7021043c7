"""Skolverket's open data on loopback: the documented examples and a plausible list of test activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapter.simulator.server import Answer, JsonServer, Request
from adapter.ss12000.ids import skolverket_id

_PATH = "/provtjanst/open-data/v1"
_COMPULSORY = {"MAT01": "matematik", "SVE01": "svenska", "ENG01": "engelska", "SVA01": "svenska som andraspråk"}
_NINTH = {"BIO01": "biologi", "FYS01": "fysik", "KEM01": "kemi", "GEO01": "geografi", "HIS01": "historia"}
_UPPER = (
    "MATMAT01a",
    "MATMAT01b",
    "MATMAT01c",
    "MATMAT02a",
    "MATMAT02b",
    "SVESVE01",
    "SVESVE03",
    "ENGENG05",
    "ENGENG06",
)

TEST_ACTIVITIES: Mapping[str, tuple[str, int | None]] = {
    "MATMAT01": ("GY", None),  # the documented example
    **{f"GRGR{code}_{year}": ("GR", year) for code in _COMPULSORY for year in (3, 6, 9)},
    **{f"GRGR{code}_9": ("GR", 9) for code in _NINTH},
    **{f"SPSP{code}_{year}": ("SP", year) for code in ("MAT01", "SVE01", "ENG01") for year in (6, 10)},
    **{f"SAMSAM{code}_{year}": ("SAM", year) for code in ("MAT01", "SVE01", "ENG01") for year in (3, 6)},
    **{f"{course}_GY": ("GY", None) for course in _UPPER},
    **{f"{course}_VUXGY": ("VUXGY", None) for course in _UPPER},
}
"""Name -> (schoolType, schoolYear)."""
PROGRAMMES: Mapping[str, str] = {
    "EKJURV": "Ekonomiprogrammet, juridik",
    "NANAT": "Naturvetenskapsprogrammet, naturvetenskap",
    "SASAM": "Samhällsvetenskapsprogrammet, samhällsvetenskap",
    "TETEK": "Teknikprogrammet, teknikvetenskap",
    "BAHUS": "Bygg- och anläggningsprogrammet, husbyggnad",
}


class OpenDataServer:
    """`units`: skolenhetskod -> name, all of one organiser. `down` makes it answer 503."""

    def __init__(self, organisation_number: str, units: Mapping[str, str], port: int = 0) -> None:
        self._number = organisation_number
        self._units = units
        self._server = JsonServer(self._answer, port=port)
        self.url = self._server.url + _PATH
        self.down = False

    def __enter__(self) -> OpenDataServer:
        self._server.__enter__()
        return self

    def __exit__(self, *details: object) -> None:
        self._server.__exit__(*details)

    def _answer(self, request: Request) -> Answer:
        if self.down:
            return Answer(503, _error(503, "Service unavailable"))
        path = request.path.removeprefix(_PATH)
        if path == "/activities":
            return Answer(content=[_activity(name) for name in TEST_ACTIVITIES])
        if path == "/programmes":
            return Answer(content=[_programme(code) for code in PROGRAMMES])
        if path == f"/organisations/code/{self._number}":
            return Answer(content=self._organisation(request.query.get("expandSchoolUnits") == "true"))
        if path.startswith("/schoolUnits/code/") and (code := path.rpartition("/")[2]) in self._units:
            return Answer(content=self._unit(code))
        return Answer(404, _error(404, "Organisation not found"))

    def _organisation(self, expand: bool) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": skolverket_id(self._number),
            "displayName": "Exempelkommun",
            "organisationNumber": self._number,
            "countryCode": "SWE",
            "organisationType": "Huvudman",
            "status": "Active",
        }
        if expand:
            found["schoolUnits"] = [self._unit(code) for code in self._units]
        return found

    def _unit(self, code: str) -> dict[str, Any]:
        return {
            "id": skolverket_id(code),
            "displayName": self._units[code],
            "schoolUnitCode": code,
            "schoolTypes": [],
            "status": "Active",
            "dnpStatus": True,
            "parentOrganisation": {"id": skolverket_id(self._number), "organisationNumber": self._number},
        }


def _activity(name: str) -> dict[str, Any]:
    school_type, year = TEST_ACTIVITIES[name]
    found: dict[str, Any] = {
        "id": skolverket_id(name),
        "displayName": name,
        "activityType": "Provaktivitet",
        "schoolType": school_type,
    }
    return found if year is None else {**found, "schoolYear": year}


def _programme(code: str) -> dict[str, Any]:
    return {
        "id": skolverket_id(code),
        "displayName": PROGRAMMES[code],
        "educationCode": code,
        "schoolType": "GY",
        "validFrom": "2025-07-01",
        "status": "Active",
    }


def _error(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "timeStamp": "2026-01-01T00:00:00Z"}
