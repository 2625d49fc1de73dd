"""The keys that an installation makes for itself: once, whole, and never an empty one."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.config import Settings
from services.errors import Unavailable
from services.servers import home


def prepared(folder: Path) -> Settings:
    return home.prepare(Settings.from_env({"SOURCINGX_HOME": str(folder)}))


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = prepared(tmp_path / "home"), prepared(tmp_path / "home")
    for name in ("secret_key", "suppression_key"):
        assert len(getattr(first, name)) == 64 and getattr(first, name) == getattr(second, name)
        assert (tmp_path / "home" / name).stat().st_mode & 0o777 == 0o600
    assert first.secret_key != first.suppression_key


@pytest.mark.parametrize("left", [b"", b"\n", b"\0" * 64, b"short", b"\xff" * 64])
@pytest.mark.parametrize("name", ["secret_key", "suppression_key"])
def test_a_key_that_a_power_cut_damaged_is_never_used(tmp_path: Path, name: str, left: bytes) -> None:
    """Under an empty one anybody could make what is signed, and nobody who was erased would be known again."""
    prepared(tmp_path)
    (tmp_path / name).write_bytes(left)
    with pytest.raises(Unavailable, match=f"{name} is damaged: .*remove it") as caught:
        prepared(tmp_path)
    assert "\n" not in caught.value.message
    (tmp_path / name).unlink()
    assert len(getattr(prepared(tmp_path), name)) == 64
