"""The alert rules and the dashboard ask for metrics that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from support.small_school import NOW, night, settings, tables

from adapter.admin import metrics
from adapter.admin.metrics import _OfState
from adapter.facade.measured import registry
from adapter.health import facts
from adapter.health.alarms import Alarm, alarms
from adapter.store.engine import open_store

FOLDER = Path(__file__).parents[3] / "deploy" / "monitoring"
ALERTS = [
    rule for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["groups"] for rule in group["rules"]
]
PANELS = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))["panels"]
ASKED = [rule["expr"] for rule in ALERTS] + [target["expr"] for panel in PANELS for target in panel["targets"]]
OF_PROMETHEUS = re.compile(r"_(bucket|count|sum|total)$")


class Desk:
    """As much of the page's desk as metrics ask for."""

    settings = settings()

    def __init__(self) -> None:
        self.store = open_store("sqlite:///:memory:")
        night(self.store, tables())

    def alarms(self, found: facts.Facts) -> list[Alarm]:
        return alarms(found, self.settings)

    def facts(self) -> facts.Facts:
        return facts.read(self.store, None, NOW)


@pytest.fixture(scope="module")
def there() -> set[str]:
    families = [*_OfState(Desk()).collect(), *registry().collect()]  # type: ignore[arg-type]
    with_certificate = {"ss12000_certificate_days"}  # is told where there is one
    return {family.name for family in families} | with_certificate


@pytest.mark.parametrize("expression", ASKED)
def test_what_is_asked_for_is_there(expression: str, there: set[str]) -> None:
    names = {OF_PROMETHEUS.sub("", name) for name in re.findall(r"ss12000_\w+", expression)}
    assert names or "up{" in expression
    assert names <= there


def test_every_metric_of_the_page_about_it_is_there(there: set[str]) -> None:
    page = (FOLDER.parents[1] / "docs" / "page.md").read_text(encoding="utf-8")
    assert {OF_PROMETHEUS.sub("", name) for name in re.findall(r"`(ss12000_\w+)", page)} <= there
    assert metrics.__doc__


def test_every_alert_says_what_to_do() -> None:
    assert all(rule["annotations"]["summary"] and rule["annotations"]["description"] for rule in ALERTS)
    assert {rule["labels"]["severity"] for rule in ALERTS} == {"critical", "warning"}
