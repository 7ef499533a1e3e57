"""The browser and system that a request came from, as one of a few fixed texts.

They are so coarse that a stranger cannot put words of their own into a mail (MAI-05).
"""

# Order matters: nearly every browser claims to be Safari, and Edge claims to be Chrome.
BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str | None:
    """Name the browser and the system, e.g. ``"Firefox (Windows)"``.

    Product names need no translation. Every answer is one of a few dozen fixed texts, whatever
    the header holds; `None` if either half is unknown to us.
    """
    browser = next((name for mark, name in BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    return f"{browser} ({system})" if browser and system else None


KNOWN_DEVICES = frozenset(
    f"{browser} ({system})" for _, browser in BROWSERS for _, system in SYSTEMS
)
