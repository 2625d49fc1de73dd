"""Fixtures for tests that screen: a stub of the model, settings that ask it without a limit, and no pauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.config import Settings
from services.screening import screening_model
from tests.stubs.openai_server import OpenAIStub


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, stub: OpenAIStub) -> Settings:
    return replace(settings, openai_api_key="sk-test", openai_base_url=stub.base_url, openai_rpm=100_000,
                   openai_tpm=100_000_000)  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, first_pause_s=0.001))
