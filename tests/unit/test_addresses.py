"""When two addresses of users are the same, and which network addresses are one place."""

from __future__ import annotations

import pytest

from services.access import addresses, networks


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Dora@Example.COM", "dora@example.com", True),
        (" dora@example.com\n", "dora@example.com", True),
        ("dora@example.com", "dora@example.org", False),
        # Python's casefold() makes one of each of these pairs, and so does Unicode's lower() of some.
        ("stra\u00dfe@example.com", "strasse@example.com", False),
        ("\u212aim@example.com", "kim@example.com", False),
        ("\u017fam@example.com", "sam@example.com", False),
        ("\u0130da@example.com", "ida@example.com", False),
        ("\u00c4rne@example.com", "\u00e4rne@example.com", False),
        ("\uff44ora@example.com", "dora@example.com", False),
    ],
)
def test_only_letters_from_a_to_z_are_the_same_in_either_case(one: str, other: str, same: bool) -> None:
    assert (addresses.key(one) == addresses.key(other)) is same


def test_the_domain_is_what_stands_behind_the_last_at() -> None:
    assert addresses.domain("odd@name@Example.com") == "example.com"
    assert addresses.domain("dora@example.\u212aom") != "example.kom"
    assert addresses.domain("no address") == ""


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:49152", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::FFFF:cb00:7109", "203.0.113.9"),
        ("[::ffff:203.0.113.9]:443", "203.0.113.9"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:49152", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unknown", ""),
        ("203.0.113.999", ""),
    ],
)
def test_each_place_in_the_network_has_one_name(written: str, place: str) -> None:
    assert networks.place(written) == place
