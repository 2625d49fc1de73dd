"""Where failed sign-ins are counted, and which browsers are known. All keys are HMACs: nothing names anyone."""

from __future__ import annotations

import hashlib
import hmac

from services.access import addresses, networks, throttle
from services.config import Settings


def of(settings: Settings, email: str, user_id: int, device: str, address: str) -> list[throttle.Bucket]:
    """With this account's browser, or with the account and the place in the network that a try comes from.

    user_id: of the account that the address belongs to, 0 for none. An account counts by its id, so that no other
    way to write its address has failures of its own. device: what device_token() gave this browser earlier.
    """
    nonce, _, mac = device.partition(".")
    if user_id and nonce and hmac.compare_digest(mac.encode(), device_mac(settings, user_id, nonce).encode()):
        return [throttle.account(_key(settings, f"known browser:{user_id}:{nonce}"))]
    about = f"account:{user_id}" if user_id else f"no account:{addresses.key(email)}"
    buckets = [throttle.account(_key(settings, about))]
    if place := networks.place(address):
        buckets.append(throttle.address(_key(settings, f"network:{place}")))
    return buckets


def of_change(settings: Settings, user_id: int) -> throttle.Bucket:
    """For the old password of someone who is signed in."""
    return throttle.account(_key(settings, f"change:{user_id}"))


def device_mac(settings: Settings, user_id: int, nonce: str) -> str:
    """Shows that this server gave a browser its cookie, for one account."""
    return hmac.new(settings.secret_key.encode(), f"device:{user_id}:{nonce}".encode(), hashlib.sha256).hexdigest()


def _key(settings: Settings, said: str) -> bytes:
    return hmac.digest(settings.secret_key.encode(), said.encode("utf-8", "surrogatepass"), "sha256")
