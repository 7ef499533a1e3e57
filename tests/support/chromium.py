"""The Chromium that tests and bench start: which one, and how."""

import os
import shutil

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A process for each page that is opened would be a third of a test's CPU.
    "--process-per-site",
]
_NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
"""As the Makefile chooses: the shell takes less than half the CPU."""


def chromium_path() -> str | None:
    """Return what ``CHROMIUM`` names, or the first that there is; ``None``: Playwright's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
