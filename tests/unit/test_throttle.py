"""How long the next try of a password has to wait, and what a good password is."""

from __future__ import annotations

import pytest

from services.access import password_hashes, throttle
from services.errors import BadInput


@pytest.mark.parametrize(
    ("failures", "since_s", "wait_s"),
    [
        (0, 0.0, 0),
        (4, 0.0, 0),
        (5, 0.0, 30),
        (5, 29.2, 1),
        (5, 30.0, 0),
        (6, 0.0, 60),
        (7, 0.0, 120),
        (9, 0.0, 480),
        (10, 0.0, 900),
        (11, 100.0, 800),
        (5_000, 0.0, 900),
        (5_000, 900.0, 0),
    ],
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(failures: int, since_s: float, wait_s: int) -> None:
    assert throttle.wait_s(throttle.account(b""), failures, since_s) == wait_s


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 1001,
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "dana.doe@example.com",
        "Dana.Doe1234",
        "SourcingX123",
    ],
)
def test_what_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(BadInput):
        password_hashes.check(password, "dana.doe@example.com", "Dana Doe")


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "pässwörter über alles", "Dana likes 12 green frogs", "🐸" * 3 + " mostly frogs"],
)
def test_long_ones_of_any_kind_are_taken_as_they_are(password: str) -> None:
    password_hashes.check(password, "dana.doe@example.com", "Dana Doe")
    kept = password_hashes.hashed(password)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert password_hashes.verify(kept, password)
    assert not password_hashes.verify(kept, password + " ")
    assert not password_hashes.verify(None, password)
