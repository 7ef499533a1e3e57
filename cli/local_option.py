"""``--local``, whose value may be left out, and ``PORTICO_LOCAL``: where the local Portico is."""

from urllib.parse import urlsplit

from cli.refusals import NotUnderstood

LOCAL_URL = "http://127.0.0.1:8000"
OFF, USUAL = ("", "0"), "1"
"""Values of ``PORTICO_LOCAL``: not the local one; the local one at its usual port."""
HIGHEST_PORT = 65535


def with_local_url(args: list[str]) -> list[str]:
    """Return *args* with a URL behind every ``--local`` that has neither a port nor a URL."""
    whole: list[str] = []
    for n, each in enumerate(args):
        if each == "--":
            return whole + args[n:]
        whole.append(each)
        following = "".join(args[n + 1 : n + 2])
        if each == "--local" and not (following.startswith("http") or following.isdecimal()):
            whole.append(LOCAL_URL)
    return whole


def local_url(value: str, said_by: str) -> str:
    """Return the URL that a port or a URL stands for.

    Args:
        value: a port or a URL.
        said_by: ``--local`` or ``PORTICO_LOCAL``, for the message.

    Raises:
        NotUnderstood: it is neither.
    """
    if value.isdecimal() and 0 < int(value) <= HIGHEST_PORT:
        return f"http://127.0.0.1:{value}"
    if urlsplit(value).scheme not in ("http", "https"):
        raise NotUnderstood(
            f"{said_by} takes a port such as 8010 or a URL such as {LOCAL_URL}, not {value}."
        )
    return value.rstrip("/")


def url_in(environment: str | None) -> str | None:
    """Return the URL that ``PORTICO_LOCAL`` names; ``None``: it names none.

    Raises:
        NotUnderstood: it is no port and no URL.
    """
    value = environment or ""
    if value in OFF:
        return None
    return LOCAL_URL if value == USUAL else local_url(value, "PORTICO_LOCAL")
