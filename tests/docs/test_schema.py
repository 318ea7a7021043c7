"""docs/mapping.schema.json is the language as it is now: it takes every shipped mapping, and refuses unknown words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from support.mapping import SHAPES

from adapter.mapping.schema import json_schema

ROOT = Path(__file__).parents[2]
SCHEMA = json_schema(SHAPES)
MAPPINGS = sorted((ROOT / "mappings").rglob("*.yaml"))


def read(text: str) -> Any:
    return yaml.load(text, yaml.BaseLoader)


def test_the_file_is_what_the_language_says_now() -> None:
    file = ROOT / "docs" / "mapping.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == SCHEMA


@pytest.mark.parametrize("file", MAPPINGS, ids=lambda file: file.parent.name)
def test_it_takes_the_shipped_mappings(file: Path) -> None:
    Draft202012Validator(SCHEMA).validate(read(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("sources:", "source:"),
        ("key: ELEV_ID", "keys: ELEV_ID"),
        ("min_rows: 10", "rows: 10"),
        ("    enrich:", "    enriched:"),
        ("on_or_before: today}\n      LASAR", "before: today}\n      LASAR"),
        ("mapping: 1", "mapping: 2"),
        ("{uuid5: KLASS_ID}", "{uuid6: KLASS_ID}"),
    ],
)
def test_it_refuses_words_that_do_not_exist(right: str, wrong: str) -> None:
    text = (ROOT / "mappings" / "demo" / "mapping.yaml").read_text(encoding="utf-8")
    assert right in text
    assert not Draft202012Validator(SCHEMA).is_valid(read(text.replace(right, wrong, 1)))
