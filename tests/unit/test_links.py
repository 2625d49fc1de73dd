"""Which addresses become links."""

from __future__ import annotations

import pytest

from services.people.links import mail_url, safe_url


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ("https://www.linkedin.com/in/ana", "https://www.linkedin.com/in/ana"),
        ("http://example.com", "http://example.com"),
        ("HTTPS://Example.com/A", "https://Example.com/A"),
        ("https://example.com:8080/a?b=c&d=%20#e", "https://example.com:8080/a?b=c&d=%20#e"),
        ("https://www.linkedin.com/in/ana-garcía", "https://www.linkedin.com/in/ana-garcía"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
        ("mailto:ana@example.com", "mailto:ana@example.com"),
        ("MailTo:ana+x@mail.example.com", "mailto:ana+x@mail.example.com"),
    ],
)
def test_plain_addresses_are_links(given: str, link: str) -> None:
    assert safe_url(given) == link


@pytest.mark.parametrize(
    "given",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "javascript\x00:alert(1)",
        "javascript&colon;alert(1)",
        "javascript://https://example.com/%0aalert(1)",
        "\u200bjavascript:alert(1)",
        "view-source:https://example.com",
        "vbscript:msgbox(1)",
        "data:text/html,<script>alert(1)</script>",
        "blob:https://example.com/x",
        "file:///etc/passwd",
        "ftp://example.com",
        "tel:+411234567",
        "//evil.example/x",
        "/\\evil.example",
        "\\\\evil.example",
        "/search/x",
        "www.linkedin.com/in/ana",
        "",
        "https:",
        "https://",
        "https:///path",
        "https:/example.com",
        "https:example.com",
        "https:\\\\example.com",
        "https://example.com\\@evil.example",
        "https://linkedin.com@evil.example",
        "https://user:pass@evil.example",
        "https://linkedin.com%2eevil.example",
        " https://example.com",
        "https://example.com ",
        "https://exa mple.com",
        "https://example.com/a b",
        "https://example.com/\u00a0",
        "https://example.com/\r\nSet-Cookie:x",
        "https://example.com/\x7f",
        "https://example.com/\u202egpj.exe",
        "https://exam\u00adple.com",
        "https://example.com/\ud800",
        'https://example.com/"onclick=alert(1)',
        "https://example.com/<b>",
        "https://example.com:port/",
        "https://example.com:99999/",
        "https://[::1",
        "https://" + "a" * 2000,
        "mailto:",
        "mailto:ana",
        "mailto:ana@example.com?bcc=eve@evil.example",
        "mailto:ana@example.com,eve@evil.example",
        "mailto:ana%0abcc:eve@evil.example",
        "mailto:ana@example.com\n",
        "mailto:<ana@example.com>",
        None,
        5,
        b"https://example.com",
        ["https://example.com"],
    ],
)
def test_anything_else_is_no_link(given: object) -> None:
    assert safe_url(given) is None


@pytest.mark.parametrize(
    "given", ["", "ana", "ana@", "@example.com", "a b@example.com", "a@b", None, "a" * 320 + "@b.ch"]
)
def test_what_is_no_address_gets_no_mail_link(given: object) -> None:
    assert mail_url(given) is None


def test_an_address_gets_a_mail_link() -> None:
    assert mail_url("o'neil@example.com") == "mailto:o'neil@example.com"
