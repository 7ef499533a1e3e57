"""The logo of a sample workspace: a small PNG with one white shape on its colour."""

import struct
import zlib
from collections.abc import Callable

SIZE = 64
CORNER = 14
FINE = 2
"""Samples per pixel and direction, for smooth edges."""

type Shape = Callable[[float, float], bool]
"""Says whether a point is inside. Both coordinates run from 0 to 1."""


def peak(x: float, y: float) -> bool:
    """Two mountains."""
    return y < 0.76 and (y - 0.26 > 1.6 * abs(x - 0.44) or y - 0.44 > 1.6 * abs(x - 0.64))


def bars(x: float, y: float) -> bool:
    """Three columns of a factory's roof."""
    column, inside = divmod((x - 0.2) * 5, 1.0)
    return 0.2 <= x < 0.8 and y < 0.78 and y > 0.3 + 0.42 * (1 - inside) - 0.04 * column


def palm(x: float, y: float) -> bool:
    """A sun over water."""
    is_sun = (x - 0.5) ** 2 + (y - 0.42) ** 2 < 0.04
    return is_sun or (0.2 < x < 0.8 and (0.68 < y < 0.73 or 0.78 < y < 0.83))


def globe(x: float, y: float) -> bool:
    """A ring with a belt."""
    distance = ((x - 0.5) ** 2 + (y - 0.5) ** 2) ** 0.5
    return 0.24 < distance < 0.31 or (distance < 0.31 and abs(y - 0.5) < 0.035)


def draw(shape: Shape, color: str) -> bytes:
    """Return a PNG of *shape* on *color* (``#rrggbb``), with round corners."""
    ground = bytes.fromhex(color.removeprefix("#"))
    rows = bytearray()
    for y in range(SIZE):
        rows.append(0)
        for x in range(SIZE):
            points = [
                (x + (i + 0.5) / FINE, y + (j + 0.5) / FINE)
                for i in range(FINE)
                for j in range(FINE)
            ]
            drawn = sum(shape(a / SIZE, b / SIZE) for a, b in points) / len(points)
            opaque = sum(map(_is_card, points)) / len(points)
            rows.extend(round(part + (255 - part) * drawn) for part in ground)
            rows.append(round(255 * opaque))
    return _png(bytes(rows))


def _is_card(point: tuple[float, float]) -> bool:
    beyond = [max(CORNER - each, each - (SIZE - CORNER), 0) for each in point]
    return bool(beyond[0] ** 2 + beyond[1] ** 2 <= CORNER**2)


def _png(rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
