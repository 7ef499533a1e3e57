"""The portal's pages: its areas, the signed-in contact, and errors."""

import json
from html import escape
from typing import Any

from local.sample_client.openid import SignedIn
from local.sample_client.visits import Visit

NAME = "Harbor Help"
FLOWS = {"berth": "Ask for a berth", "crane": "Book the crane"}
TICKETS = {"4711": "Open", "123": "Open", "77": "Solved"}

_FRAME = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>{title} · {name}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/portal.css">
    <link rel="stylesheet" href="/client.css">
  </head>
  <body>
    <header class="bar">
      <div class="inside">
        <a class="brand" href="/">{name}</a>
        {head}
      </div>
    </header>
    <main id="area" class="inside" data-state="{state}" data-area="{area}">
      <div class="stack">
        <h1>{title}</h1>
        {body}
      </div>
    </main>
    <footer class="inside soft">A sample portal on a site of its own: an ordinary OpenID client.</footer>
  </body>
</html>
"""


def home(visit: Visit, signed_in: SignedIn) -> str:
    """Return the first page for a signed-in contact."""
    claims = signed_in.claims
    said = f'<p role="status" id="said" class="card">{escape(visit.said)}</p>' if visit.said else ""
    flows = "".join(
        f'<a class="card" href="/requests/{flow}"><h2>{escape(text)}</h2></a>'
        for flow, text in FLOWS.items()
    )
    told = "" if visit.userinfo is None else _facts("userinfo-answer", "Userinfo", visit.userinfo)
    body = f"""{said}
<div class="grid">
  <a class="card" href="/tickets"><h2>Your tickets</h2><p class="soft">What you have asked.</p></a>
  {flows}
</div>
<div class="buttons">{_button("refresh", "Refresh")}{_button("userinfo", "Ask userinfo")}</div>
{_facts("claims", "What the id token says", claims)}
{told}"""
    name = str(claims.get("name") or claims.get("email") or claims["sub"])
    return _page(f"Hello, {name}", body, state="signed-in", area="dashboard", signed_in=signed_in)


def tickets(signed_in: SignedIn) -> str:
    """Return the list of tickets."""
    rows = "".join(
        f'<li><a class="wide" href="/tickets/{id_}">Ticket {id_}</a>'
        f'<span class="badge">{state}</span></li>'
        for id_, state in TICKETS.items()
    )
    body = f'<ul class="card lines">{rows}</ul>'
    return _page("Your tickets", body, state="signed-in", area="tickets", signed_in=signed_in)


def ticket(signed_in: SignedIn, id_: str) -> str:
    """Return one ticket. Any number works, because nothing is stored."""
    who = escape(str(signed_in.claims.get("name", "You")))
    body = f"""<ul class="card lines">
  <li><strong>{who}</strong><span class="wide">The crane at pier four does not turn.</span></li>
  <li><strong>{NAME}</strong><span class="wide">Somebody is on the way to look at it.</span></li>
</ul>"""
    return _page(
        f"Ticket {id_}", body, state="signed-in", area=f"ticket:{id_}", signed_in=signed_in
    )


def request(signed_in: SignedIn, flow: str) -> str:
    """Return the form of a request, which has no effect."""
    body = '<p class="card">This is a sample portal: nothing can be asked for here.</p>'
    title = FLOWS[flow]
    return _page(title, body, state="signed-in", area=f"request:{flow}", signed_in=signed_in)


def signed_out(issuer: str, *, bye: bool = False) -> str:
    """Return the page for a visitor who is not signed in."""
    title = "You are signed out" if bye else "Welcome"
    body = f"<p>Sign in to see your tickets.</p>{_sign_in(issuer)}"
    return _page(title, body, state="signed-out", area="dashboard")


def trouble(issuer: str, title: str, text: str) -> str:
    """Return the page of a failed sign-in."""
    body = f'<p role="alert" id="trouble">{escape(text)}</p>{_sign_in(issuer)}'
    return _page(title, body, state="trouble", area="")


def _page(
    title: str, body: str, *, state: str, area: str, signed_in: SignedIn | None = None
) -> str:
    head = _who(signed_in) if signed_in else ""
    return _FRAME.format(
        title=escape(title), name=NAME, head=head, state=state, area=escape(area), body=body
    )


def _who(signed_in: SignedIn) -> str:
    claims = signed_in.claims
    told = " · ".join(str(claims[each]) for each in ("name", "email") if each in claims)
    return (
        '<nav><a href="/">Home</a><a href="/tickets">Tickets</a></nav>'
        f'<div class="who"><span id="contact">{escape(told)}</span>'
        f"{_button('sign-out', 'Sign out')}</div>"
    )


def _sign_in(issuer: str) -> str:
    # The same door that links lead to; see the app.
    way = f"/login?iss={escape(issuer, quote=True)}"
    return f'<p><a class="button" id="sign-in" href="{way}">Sign in</a></p>'


def _button(name: str, text: str) -> str:
    return f'<form method="post" action="/{name}"><button id="{name}">{text}</button></form>'


def _facts(id_: str, title: str, facts: dict[str, Any]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(_plain(value))}</td></tr>'
        for name, value in facts.items()
    )
    return f'<section class="card"><h2>{title}</h2><table id="{id_}">{rows}</table></section>'


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
