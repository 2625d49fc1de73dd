"""Network addresses: as sockets and proxies write them, and which of them are one place."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def find(written: str) -> Address | None:
    """The address, with or without a port, brackets or a zone; an IPv4 address that is written as an IPv6 one
    (::ffff:192.0.2.1) is that IPv4 address. None for what is none."""
    text = written.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


def place(written: str) -> str:
    """The part of an address that its owner cannot change at will: all of it, or the /64 of an IPv6 address."""
    found = find(written)
    if found is None:
        return ""
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
