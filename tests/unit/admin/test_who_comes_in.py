"""Sessions, passwords, keys and budgets, with a clock that the test moves."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from adapter.admin import sessions
from adapter.admin.passwords import hashed, is_right
from adapter.admin.sessions import IDLE, LONGEST, Budget, OnceKey, Sessions, caller_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_session_ends_after_an_hour_of_rest(clock: Clock) -> None:
    known = Sessions(clock)
    secret = known.begin("anna")
    clock.now += IDLE - 1
    assert known.find(secret) is not None  # and was used, so that it rests anew
    clock.now += IDLE - 1
    assert known.find(secret) is not None
    clock.now += IDLE
    assert known.find(secret) is None


def test_a_session_ends_after_ten_hours_however_busy(clock: Clock) -> None:
    known = Sessions(clock)
    secret = known.begin("anna")
    for _ in range(LONGEST // 600 - 1):
        clock.now += 600
        assert known.find(secret) is not None
    clock.now += 600
    assert known.find(secret) is None


def test_each_session_has_secrets_of_its_own(clock: Clock) -> None:
    known = Sessions(clock)
    first, second = known.begin("anna"), known.begin("anna")
    a, b = known.find(first), known.find(second)
    assert a is not None
    assert b is not None
    assert first != second
    assert a.csrf != b.csrf
    known.end(first)
    assert known.find(first) is None
    assert known.find(second) is b
    assert known.find("") is None


def test_sessions_do_not_fill_the_memory(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_MOST", 3)
    known = Sessions(clock)
    secrets = []
    for _ in range(4):
        clock.now += 1
        secrets.append(known.begin("anna"))
    assert [known.find(secret) is not None for secret in secrets] == [False, True, True, True]


def test_a_password_is_kept_as_what_it_cannot_be_read_from() -> None:
    kept = hashed("en lång mening")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert "mening" not in kept
    assert hashed("en lång mening") != kept  # salted
    users = {"anna": SecretStr(kept)}
    assert is_right(users, "anna", "en lång mening")
    assert not is_right(users, "anna", "en lång mening ")
    assert not is_right(users, "bo", "en lång mening")


@pytest.mark.parametrize("kept", ["$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA", "$argon2id$x"])
def test_a_hash_that_is_none_lets_nobody_in(kept: str) -> None:
    assert not is_right({"anna": SecretStr(kept)}, "anna", "en lång mening")


def test_a_key_is_good_once_and_only_the_right_one_spends_it(clock: Clock) -> None:
    once = OnceKey(clock)
    assert not once.opens("x")
    assert not once.opens("å")
    assert once.opens(once.key)
    assert not once.opens(once.key)


def test_a_key_that_nobody_uses_is_good_for_ten_minutes(clock: Clock) -> None:
    once = OnceKey(clock)
    clock.now += 600
    assert not once.opens(once.key)


def test_a_network_of_ipv6_is_one_caller() -> None:
    assert caller_of("2001:db8::1") == caller_of("2001:db8::ffff:2") != caller_of("2001:db8:0:1::1")
    assert caller_of("192.0.2.1") != caller_of("192.0.2.2")


def test_asking_costs_nothing(clock: Clock) -> None:
    budget = Budget(1, 1, clock)
    assert [budget.allows("a", cost=0) for _ in range(3)] == [True] * 3
    assert [budget.allows("a") for _ in range(2)] == [True, False]


def test_a_budget_lets_a_burst_through_and_then_so_many_a_second(clock: Clock) -> None:
    budget = Budget(3, 2, clock)
    assert [budget.allows("a") for _ in range(4)] == [True, True, True, False]
    assert budget.allows("b")  # another caller has one of its own
    clock.now += 0.5
    assert [budget.allows("a") for _ in range(2)] == [True, False]
    clock.now += 1000
    assert [budget.allows("a") for _ in range(4)] == [True, True, True, False]
