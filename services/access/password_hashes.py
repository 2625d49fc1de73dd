"""What a good password is, and how one is kept: Argon2id, never the password itself."""

from __future__ import annotations

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.errors import BadInput

SHORTEST = 12
LONGEST = 1000

# Long passwords that are tried first all the same; shorter ones are refused anyway. Digits and signs at their end
# make them no better.
_COMMON = frozenset((
    "123456789 1234567890 0123456789 9876543210 987654321 qwertyuiop qwertzuiop azertyuiop asdfghjkl "
    "qwertyuiopasdfghjkl 1q2w3e4r5t6y 1qaz2wsx3edc qazwsxedc zaq12wsxcde3 password passwordpassword "
    "passw0rd p@ssword p@ssw0rd mypassword letmein letmeinplease welcome welcomehome administrator "
    "iloveyou iloveyousomuch sunshine princess football basketball baseball superman spiderman changeme "
    "changemenow trustno1 abcdefghijkl abcdefghijklmnop monkeymonkey dragondragon recruiter recruiting"
).split())  # fmt: skip

# OWASP password storage cheat sheet: Argon2id, 19 MiB, t=2, p=1. One hash at a time per process
# bounds the memory of a burst of sign-ins.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_hashing = threading.Lock()
# Verified when the address is unknown, so that both answers take the same time.
_UNKNOWN = _hasher.hash(secrets.token_hex(16))


def check(password: str, *about: str) -> None:
    """Raises BadInput for what is easily guessed. about: words of the person, such as address and name."""
    if len(password) < SHORTEST:
        raise BadInput(f"A password needs at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise BadInput(f"A password has at most {LONGEST} characters.")
    plain = password.casefold()
    words = {word for text in (*about, "sourcingx") for word in (text.casefold(), text.casefold().partition("@")[0])}
    bare = plain.rstrip("0123456789!.?@#$*-_ ")
    common = plain in _COMMON or bare in _COMMON or (not bare and plain.rstrip("!.?@#$*-_ ")[:9] in _COMMON)
    if common or len(set(plain)) < 5 or any(len(w) > 3 and len(plain.replace(w, "")) < SHORTEST // 2 for w in words):
        raise BadInput("This password is easily guessed: a common one, or mostly your name or address.")


def hashed(password: str) -> str:
    """Argon2id, with its parameters and salt. Takes about 30 ms."""
    with _hashing:
        return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether it is the password; takes as long where there is none."""
    with _hashing:
        try:
            return bool(_hasher.verify(password_hash or _UNKNOWN, password)) and password_hash is not None
        except (VerifyMismatchError, InvalidHashError):
            return False
