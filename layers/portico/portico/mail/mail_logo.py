"""A workspace's logo, as far as a mail needs to know it."""

from dataclasses import dataclass

LARGEST_MAIL_LOGO = 64 * 1024
TALLEST_LOGO = 40
WIDEST_LOGO = 200
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Logo:
    """A PNG and the size it is shown in, in CSS pixels."""

    png: bytes
    width: int
    height: int


def usable_logo(png: bytes | None) -> Logo | None:
    """Measure a logo, because Outlook needs its size; `None` if it is no PNG or too large.

    This never raises: a broken logo must not hold back a code.
    """
    if png is None or len(png) > LARGEST_MAIL_LOGO or not png.startswith(PNG_SIGNATURE):
        return None
    if len(png) < 24 or png[12:16] != b"IHDR":
        return None
    width = int.from_bytes(png[16:20])
    height = int.from_bytes(png[20:24])
    if not (width and height):
        return None
    scale = min(TALLEST_LOGO / height, WIDEST_LOGO / width)
    return Logo(png, max(1, round(width * scale)), max(1, round(height * scale)))
