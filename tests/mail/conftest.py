"""Letters to render, and what a mail client would read in them."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portico.mail.letters import CodeLetter, Purpose

ASKED_AT = datetime(2025, 5, 3, 14, 22, tzinfo=UTC)
A_LETTER = CodeLetter(
    purpose=Purpose.SIGN_IN,
    code="4F29KXB",
    label="KQ",
    language="en",
    workspace_name="Acme Support",
    sender_name="Acme Support",
    accent_color="#0f766e",
    logo=None,
    to="ann@example.com",
    host="signin.acme.example",
    asked_at=ASKED_AT,
    lifetime=timedelta(minutes=10),
    code_in_subject=False,
    device="Firefox (Windows)",
)


@pytest.fixture(scope="session")
def a_letter() -> Callable[..., CodeLetter]:
    """A letter like the one above, but for what the test is about."""

    def like_it(**but: Any) -> CodeLetter:
        return replace(A_LETTER, **but)

    return like_it


@pytest.fixture(scope="session")
def a_logo() -> bytes:
    """A dot and a bar on white, 280 by 80 pixels."""
    rows = (
        b"\0" + b"".join(b"\x1e\x5a\xc8" if _is_ink(x, y) else b"\xff" * 3 for x in range(280))
        for y in range(80)
    )
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", 280, 80, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + _chunk(b"IEND", b"")
    )


def _is_ink(x: int, y: int) -> bool:
    return (x - 40) ** 2 + (y - 40) ** 2 < 1400 or (90 < x < 260 and 25 < y < 55)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
