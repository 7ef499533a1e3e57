"""The page of a fake provider: choose an account, and how the provider misbehaves."""

from collections.abc import Iterable, Mapping
from html import escape

from local.providers.modes import KINDS, Mode
from local.providers.people import Account

NAMES = {"microsoft": "Microsoft", "google": "Google", "facebook": "Facebook", "x": "X", "oidc": "Acme ID"}  # fmt: skip
COLORS = {"microsoft": "#0067b8", "google": "#1a73e8", "facebook": "#0866ff", "x": "#0f1419", "oidc": "#0f766e"}  # fmt: skip

_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --accent: {color}; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 4rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.4rem; margin: 0 0 .25rem; }}
p {{ margin: 0 0 1.25rem; opacity: .8; }}
button {{ display: block; width: 100%; min-height: 44px; margin: 0 0 .5rem; padding: .5rem .75rem;
  font: inherit; text-align: start; border: 1px solid #8886; border-radius: 8px; cursor: pointer;
  background: transparent; color: inherit; }}
button:hover, button:focus-visible {{ border-color: var(--accent); outline: 2px solid var(--accent); }}
button small {{ display: block; opacity: .75; }}
fieldset {{ margin: 1.5rem 0 0; padding: .75rem 1rem; border: 1px solid #8886; border-radius: 8px; }}
select {{ font: inherit; width: 100%; min-height: 44px; margin: .25rem 0 .5rem; }}
label {{ display: block; }}
</style></head>
<body><main>
{body}
</main></body></html>
"""


def choosing(
    kind: str, accounts: Iterable[Account], modes: list[Mode], kept: str, query: Mapping[str, str]
) -> str:
    """Return the page on which one chooses an account.

    Args:
        kind: the provider.
        accounts: the accounts that may sign in.
        modes: its ways to misbehave.
        kept: the mode of every sign-in; empty for none.
        query: the authorization request, to which the form adds the choice.
    """
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in query.items()
    )
    buttons = "\n".join(_button(each) for each in accounts)
    options = "\n".join(
        f'<option value="{each.name}"{" selected" if each.name == kept else ""}>{escape(each.about)}</option>'
        for each in modes
    )
    # HTML, not SQL.
    body = f"""<h1>Sign in with {NAMES[kind]}</h1>
<p>A stand-in on this machine. Nobody here is real.</p>
<form method="get">
{hidden}
{buttons}
<button name="_mode" value="deny">Cancel</button>
<fieldset><legend>Misbehave</legend>
<label>This sign-in: <select name="_mode">
<option value="">as it should be</option>
{options}
</select></label>
<label><input type="checkbox" name="_keep" value="1"> and every one from now on</label>
</fieldset>
</form>"""  # noqa: S608
    return _FRAME.format(title=f"Sign in with {NAMES[kind]}", color=COLORS[kind], body=body)


def saying(title: str, text: str) -> str:
    """Return a page with a sentence on it."""
    body = f"<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>"
    return _FRAME.format(title=escape(title), color="#475569", body=body)


def listing(kept: Mapping[str, str]) -> str:
    """Return the page of all providers, with the mode of each."""
    lines = "\n".join(
        f"<li>{NAMES[kind]}: {escape(kept.get(kind, '')) or 'as it should be'}</li>"
        for kind in KINDS
    )
    body = f"""<h1>Fake providers</h1>
<p>Sign-ins with them begin on the sign-in page of a workspace.</p>
<ul>{lines}</ul>
<p>To change one for every sign-in: choose it on its page, or
<code>POST /_switch {{"provider": "google", "mode": "expired"}}</code>; an empty mode ends it.</p>"""
    return _FRAME.format(title="Fake providers", color="#475569", body=body)


def _button(account: Account) -> str:
    about = " · ".join(filter(None, (account.email, account.about)))
    small = f"<small>{escape(about)}</small>" if about else ""
    return (
        f'<button name="_account" value="{escape(account.key)}">'
        f"Sign in as {escape(account.name)}{small}</button>"
    )
