"""Addresses of people: which are allowed, and which name one person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.people.urls import MAX_KEY_BYTES, MAX_LENGTH, opaque_key, url_key

ANA = "linkedin.com/in/ana-lima"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/ana-lima",
        "http://linkedin.com/in/ana-lima/",
        "HTTPS://WWW.LINKEDIN.COM/in/Ana-Lima",
        "https://pt.linkedin.com/in/ana-lima?trk=people#top",
        "www.linkedin.com/in/ana-lima",
        "linkedin.com/in/ana-lima/en",
        "//linkedin.com/in/ana-lima",
        "https://www.linkedin.com/in/ana-lima/detail/contact-info/",
        "https://www.linkedin.com/mwlite/in/ana-lima",
        "https://linkedin.com:443/in//ana-lima",
        "  https://www.linkedin.com/in/ana-lima  ",
        "https://www.linkedin.com/in/ana%2Dlima",
    ],
)
def test_one_person_in_many_spellings(url: str) -> None:
    found = url_key(url)
    assert found is not None
    assert (found.kind, found.key, found.url) == ("public", ANA, "https://www." + ANA)


def test_letters_beyond_ascii_in_either_spelling() -> None:
    plain, coded = url_key("https://linkedin.com/in/ana-garcía"), url_key("https://linkedin.com/in/ana-garc%C3%ADa")
    decomposed = url_key("https://linkedin.com/in/ana-garci\u0301a")
    assert plain == coded == decomposed
    assert plain is not None
    assert plain.url == "https://www.linkedin.com/in/ana-garc%C3%ADa"


def test_old_addresses_of_one_name_are_two_people() -> None:
    one, two = (url_key(f"https://www.linkedin.com/pub/ana-lima/1a/2b3/{n}") for n in ("4c5", "9z9"))
    assert one is not None
    assert two is not None
    assert one.key != two.key


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/ACwAAB12cdEfGh-_9",
        "https://www.linkedin.com/sales/lead/ACwAAB12cdEfGh-_9,NAME_SEARCH,x1",
        "https://www.linkedin.com/sales/people/ACwAAB12cdEfGh-_9%2CNAME_SEARCH",
        "https://www.linkedin.com/talent/profile/ACwAAB12cdEfGh-_9",
    ],
)
def test_an_opaque_address_keeps_its_case(url: str) -> None:
    found = url_key(url)
    assert found == opaque_key(" ACwAAB12cdEfGh-_9 ")
    assert found is not None
    assert (found.kind, found.key) == ("opaque", "linkedin:ACwAAB12cdEfGh-_9")


@pytest.mark.parametrize("slug", ["acwaab12cdefgh", "acme-john", "ACHARYA-ram-kumar", "AC"])
def test_a_name_that_begins_like_an_id_is_a_name(slug: str) -> None:
    found = url_key(f"https://www.linkedin.com/in/{slug}")
    assert found is not None
    assert found.kind == "public"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/company/acme",
        "https://www.linkedin.com/in/",
        "https://www.linkedin.com/",
        "https://www.linkedin.com/sales/lead/short",
        "https://github.com/ana",
        "https://linkedin.com.evil.example/in/ana-lima",
        "https://notlinkedin.com/in/ana-lima",
        "https://www.linkedin.com/in/%2F%2Fevil",
    ],
)
def test_other_addresses_are_no_identity(url: str) -> None:
    found = url_key(url)
    assert found is not None
    assert found.kind == "other"


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "ana lima",
        "ana",
        "n/a",
        "-",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://linkedin.com/in/ana",
        "mailto:ana@example.com",
        "https://",
        "http://localhost/in/ana",
        "http://127.0.0.1/in/ana",
        "http://[::1]/in/ana",
        "https://user:secret@linkedin.com/in/ana",
        "https://linkedin.com:99999/",
        'https://linkedin.com/in/"><script>',
        "https://linkedin.com/in/a\nb",
        "https://linkedin.com\\@evil.example/in/ana",
        "https://linkedin.com/in/" + "a" * MAX_LENGTH,
        "https://.com",
        "https://linkedin..com/in/ana",
        "java\tscript:alert(1)",
    ],
)
def test_what_is_no_web_address_of_a_person(url: str) -> None:
    assert url_key(url) is None


@given(st.text(max_size=80) | st.from_regex(r"https?://([a-z]{1,8}\.)?linkedin\.com/(in|pub|sales/lead)/.{0,60}"))
def test_any_text_gives_a_safe_key_or_none(text: str) -> None:
    found = url_key(text)
    if found is not None:
        assert found.url.lower().startswith(("http://", "https://"))
        assert len(found.url) <= MAX_LENGTH
        assert len(found.key.encode()) <= MAX_KEY_BYTES
        assert found.kind != "public" or url_key(found.url) == found, "the shown address leads to the same key"
