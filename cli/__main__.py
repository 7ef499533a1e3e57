"""``python -m cli``: what ``portico`` starts."""

from cli.app import app

app(prog_name="portico")
