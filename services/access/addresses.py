"""E-mail addresses of users: when two of them are the same. In SQL the same rule is address_key()."""

from __future__ import annotations

import string

_FOLD = {ord(letter): letter.lower() for letter in string.ascii_uppercase}


def key(address: str) -> str:
    """What an address is known by: letters from A to Z in either case are the same, and nothing else is.

    Unicode's wider rules make one address of two that providers tell apart, and whoever owns one of them would
    be taken for the other.
    """
    return address.strip().translate(_FOLD)


def domain(address: str) -> str:
    """What stands behind the last @, as key() has it; "" without one."""
    _, at, found = key(address).rpartition("@")
    return found if at else ""
