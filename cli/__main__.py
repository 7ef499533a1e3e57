"""``python -m cli``: what ``portico`` starts."""

import gc

# A command makes far more than it throws away before it ends. Looking for garbage as often as a
# server does would be a tenth of its time; an import of many contacts still looks now and then.
gc.set_threshold(100_000, 20, 20)

from cli.app import app  # noqa: E402 - importing makes most of it

app(prog_name="portico")
