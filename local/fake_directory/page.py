"""The page of the fake directory: people, switches, and what was sent."""

import json
from collections.abc import Iterable
from html import escape
from string import Template
from typing import Any

from local.fake_directory.connector import Exchange
from local.fake_directory.directory import FakeDirectory
from local.fake_directory.people import Employee, Group, Standing
from local.fake_directory.shapes import QUIRKS

_FRAME = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>A company's directory</title>
<link rel="stylesheet" href="/house.css">
<style>
.rows form, .rows details { display: inline-block; }
.line { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-block-start: .75rem; }
label { display: block; }
input:not([type=checkbox]), select { display: block; min-block-size: 2.5rem; padding: .25rem .625rem;
  max-inline-size: 100%; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--soft); border-radius: .5rem; }
.switches label { padding-block: .25rem; }
summary { min-block-size: 2.5rem; padding-block: .5rem; cursor: pointer; }
pre { margin: 0 0 .5rem; padding: .75rem; border-radius: .5rem; background: var(--ground);
  font-family: var(--mono); font-size: .875rem; white-space: pre-wrap; }
</style></head>
<body>
<header class="top"><div>
<h1>A company's directory</h1>
<p class="soft">It syncs to <code>$base</code>, as Entra ID or Okta does. Nobody here is real.</p>
</div><nav><a href="$home">Portico on this machine</a></nav></header>
<main>
<section class="card" aria-labelledby="people"><h2 id="people">People</h2>
<ul class="rows">$people</ul>
<form method="post" action="/add" class="line">
<label>Name <input name="name" required maxlength="200"></label>
<label>User name <input name="user_name" type="email" required maxlength="200"></label>
<button>Add</button></form>
<form method="post" action="/swap" class="line">
<label>Swap the user names of <select name="person">$choices</select></label>
<label>and <select name="other">$choices</select></label>
<button>Swap</button></form>
<div class="line">
<form method="post" action="/cycle"><button>Run a cycle</button></form>
<form method="post" action="/test"><button>Test the connection</button></form>
</div></section>
<section class="card" aria-labelledby="groups"><h2 id="groups">Groups</h2>
<p class="soft small">$whether</p>
<ul class="rows">$groups</ul>
<form method="post" action="/add-group" class="line">
<label>Name of the group <input name="name" required maxlength="200"></label>
<button>Add the group</button></form></section>
<section class="card" aria-labelledby="quirks"><h2 id="quirks">Quirks</h2>
<form method="post" action="/quirks" class="switches">$switches
<button>Set the quirks</button></form></section>
<section class="card" aria-labelledby="sent"><h2 id="sent">Sent</h2>
<p class="soft small">The newest first, each with the key as its bearer token.</p>
<div id="exchanges">$exchanges</div></section>
</main></body></html>
""")


def page(directory: FakeDirectory, home: str) -> str:
    """Return the page. *home* is the address of the local house's own page."""
    people = directory.staff.people
    present = list(directory.staff.present())
    choices = "".join(
        f'<option value="{escape(each.object_id)}">{escape(each.name)}</option>' for each in present
    )
    return _FRAME.substitute(
        base=escape(directory.connector.base),
        home=escape(home),
        people="\n".join(map(_row, people)),
        choices=choices,
        whether="They are sent, those that never were with the next cycle."
        if directory.sends_groups
        else "They are not sent: that is one of the quirks below.",
        groups="\n".join(_group(directory, each, choices) for each in directory.staff.groups),
        switches=_switches(directory.quirks),
        exchanges=_exchanges(directory.connector.exchanges),
    )


def _row(person: Employee) -> str:
    kind = "" if person.standing is Standing.ACTIVE else "bad"
    sent = "sent" if person.sent_as else "not sent"
    buttons = {
        Standing.ACTIVE: ("disable", "delete"),
        Standing.DISABLED: ("enable", "delete"),
        Standing.DELETED: ("enable",),
    }[person.standing]
    forms = "\n".join(_button(person, each) for each in buttons)
    return f"""<li><span class="wide"><bdi>{escape(person.name)}</bdi></span>
<code>{escape(person.user_name)}</code>
<span class="badge {kind}">{person.standing}</span><span class="badge plain">{sent}</span>
{forms}
{_renaming(person) if person.standing is not Standing.DELETED else ""}</li>"""


def _button(person: Employee, act: str) -> str:
    return (
        f'<form method="post" action="/{act}">{_whom(person)}'
        f'<button aria-label="{act.title()} {escape(person.name)}">{act.title()}</button></form>'
    )


def _group(directory: FakeDirectory, group: Group, choices: str) -> str:
    name = escape(group.name)
    hidden = f'<input type="hidden" name="group" value="{escape(group.object_id)}">'
    members = "\n".join(
        f'<form method="post" action="/leave">{hidden}{_whom(each)}<bdi>{escape(each.name)}</bdi> '
        f'<button aria-label="Take {escape(each.name)} out of {name}">Take out</button></form>'
        for each in directory.staff.members_of(group)
    )
    return f"""<li><span class="wide"><bdi>{name}</bdi></span>
<span class="badge plain">{"sent" if group.sent_as else "not sent"}</span>
<form method="post" action="/delete-group">{hidden}
<button aria-label="Delete the group {name}">Delete</button></form>
<details><summary aria-label="Change the group {name}">Change</summary>
{members}
<form method="post" action="/join" class="line">{hidden}
<label>Whom to put in <select name="person">{choices}</select></label>
<button aria-label="Put them into {name}">Put in</button></form>
<form method="post" action="/rename-group" class="line">{hidden}
<label>New name of the group <input name="name" value="{name}" required maxlength="200"></label>
<button aria-label="Rename the group {name} now">Rename</button></form></details></li>"""


def _renaming(person: Employee) -> str:
    name, user_name = escape(person.name), escape(person.user_name)
    return f"""<details><summary aria-label="Rename {name}">Rename</summary>
<form method="post" action="/rename" class="line">{_whom(person)}
<label>New name <input name="name" value="{name}" required maxlength="200"></label>
<label>New user name <input name="user_name" value="{user_name}" required maxlength="200"></label>
<button aria-label="Rename {name} now">Rename</button></form></details>"""


def _whom(person: Employee) -> str:
    return f'<input type="hidden" name="person" value="{escape(person.object_id)}">'


def _switches(quirks: set[str]) -> str:
    return "\n".join(
        f'<label><input type="checkbox" name="quirk" value="{name}"'
        f"{' checked' if name in quirks else ''}> {escape(about)}</label>"
        for name, about in QUIRKS.items()
    )


def _exchanges(exchanges: Iterable[Exchange]) -> str:
    shown = "\n".join(map(_exchange, exchanges))
    return shown or "<p>Nothing yet. Run a cycle.</p>"


def _exchange(done: Exchange) -> str:
    kind = "bad" if done.is_refused else ""
    return f"""<details><summary><code>{done.method} {escape(done.path)}</code>
<span class="badge {kind}">{done.status}</span></summary>
{_told("Request", done.sent)}{_told("Answer", done.answer)}</details>"""


def _told(what: str, content: Any) -> str:
    if content is None:
        return f'<p class="soft small">{what}: no body</p>'
    text = json.dumps(content, indent=1, ensure_ascii=False)
    return f'<p class="soft small">{what}</p><pre>{escape(text)}</pre>'
