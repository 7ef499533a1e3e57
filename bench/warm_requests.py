"""Measure each flow's calls to AWS and CPU, and whether they grow with a workspace."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass

from bench.capacity import written_keys
from bench.cpu_time import ratios
from bench.deployment import Deployment
from bench.flows import Flow, walked
from bench.recorded_calls import PROVIDER, recording
from tests.support.driver import Browser

ROUNDS = 150
FEW, MANY = 100, 100_000
SESSIONS = 200
SIGN_INS = 50
"""Sign-ins for the hottest key. One address may begin sixty in a minute."""

WHAT = {
    "page": "the page is opened",
    "resolve": "a link is resolved",
    "request": "a code is asked for",
    "request, auto": "… by a page that has only opened",
    "resend": "another mail is asked for",
    "send": "a mail is sent, shared link",
    "send, personal": "… personal link",
    "arrived": "SES tells that a mail arrived",
    "came back": "… that one came back",
    "wrong code": "a wrong code is typed",
    "verify": "the right code is typed",
    "refresh": "a session is refreshed",
    "read": "an access token is read",
    "sign out": "a contact signs out",
    "start sso": "a trip to a provider begins",
    "finish sso": "… and ends, linked identity",
    "wrong password": "a wrong password is typed",
    "password": "the right password is typed",
    "forgot": "a reset is asked for",
    "reset": "… and a password set by its code",
    "sign up": "a sign-up is asked for",
    "send, sign up": "… its mail is sent, for a stranger",
    "verify, sign up": "… and its code typed",
    "account": "an account is read",
    "move": "another address is asked for",
    "confirm move": "… and its code typed, of the account",
    "authorize, page": "a portal on another site sends somebody to sign in",
    "authorize": "… who is signed in",
    "token": "… and exchanges their code",
    "token, refresh": "it refreshes its tokens",
    "userinfo": "it asks whom its access token speaks of",
    "end session": "it signs its contact out",
    "trail": "one event is recorded in the trail",
}
"""The flows, with their names in docs/performance.md."""

TARGETS = {
    "resolve": "1 call, 1.5 R",
    "request": "3 calls, 2 W, 2 R",
    "request, auto": "4 calls",
    "send": "5 calls, 4 W",
    "send, personal": "5 calls, 4 W",
    "arrived": "2 calls, 2 W",
    "verify": "2 rounds, 5 W",
    "refresh": "2 rounds, 1 W, 3 R",
    "read": "0",
    "finish sso": "3 rounds",
    "authorize": "3 calls",
    "token": "3 rounds",
    "userinfo": "1 call, 2 R",
}


@dataclass(frozen=True)
class Grown:
    """The same walk in workspaces of three sizes."""

    sizes: Mapping[str, Mapping[str, Flow]]
    cpu: Mapping[str, Mapping[str, float]]
    """By size and flow, as multiples of a bare GetItem."""

    @property
    def flows(self) -> Mapping[str, Flow]:
        """The walk in the largest."""
        return self.sizes[self.largest]

    @property
    def largest(self) -> str:
        """The name of the largest size."""
        return list(self.sizes)[-1]

    @property
    def growing(self) -> list[str]:
        """The flows whose calls or units differ between the sizes."""
        found = []
        for name in self.flows:
            walks = [flows[name] for flows in self.sizes.values()]
            counts = [(flow.calls, flow.writes, flow.reads) for flow in walks]
            if any(each != counts[0] for each in counts):
                found.append(name)
        return found


def grown(deployment: Deployment) -> Grown:
    """Walk through all flows while the workspace grows, then time all of them together."""
    sizes: dict[str, Mapping[str, Flow]] = {}
    deployment.populate(FEW)
    sizes[f"{FEW} contacts"] = walked(deployment)
    deployment.forward(hours=25)
    deployment.populate(MANY - FEW)
    sizes[f"{MANY:,} contacts"] = walked(deployment)
    deployment.forward(hours=25)
    deployment.multiply_session(deployment.ann, SESSIONS)
    sizes[f"{MANY:,}, and {SESSIONS} sessions of one"] = walked(deployment)
    together = {(size, name): flow for size, flows in sizes.items() for name, flow in flows.items()}
    found = ratios(together, rounds=ROUNDS)
    cpu = {size: {name: found[size, name] for name in flows} for size, flows in sizes.items()}
    return Grown(sizes, cpu)


def table(grown: Grown) -> str:
    """Return calls, units and CPU, flow by flow."""
    lines = [
        "| what happens | DynamoDB | other | write units | read units | CPU | target |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, what in WHAT.items():
        # A flow that grows with a contact's own sessions is shown for a contact with few.
        size = next(iter(grown.sizes)) if name in grown.growing else grown.largest
        flow = grown.sizes[size][name]
        calls = flow.calls
        other = ", ".join(
            f"{n} {SPELT[service]}" for service, n in calls.items() if service in SPELT
        )
        lines.append(
            f"| {what} | {calls['dynamodb']} | {other} | {flow.writes:g} | {flow.reads:g} "
            f"| {grown.cpu[size][name]:.1f} | {TARGETS.get(name, '')} |"
        )
    return "\n".join(lines) + "\n"


SPELT = {"kms": "`Sign`", "sesv2": "`SendEmail`", PROVIDER: "to the provider"}


def growth_table(grown: Grown) -> str:
    """Return the CPU of each flow in a workspace of each size."""
    lines = [
        f"| CPU | {' | '.join(grown.sizes)} |",
        f"|---|{'---|' * len(grown.sizes)}",
    ]
    lines += [
        f"| {what} | {' | '.join(f'{grown.cpu[size][name]:.1f}' for size in grown.sizes)} |"
        for name, what in WHAT.items()
    ]
    but = [
        f"*{WHAT[name]}* ({', '.join(_units(flows[name]) for flows in grown.sizes.values())})"
        for name in grown.growing
    ]
    told = f" but of {', '.join(but)}" if but else ""
    return "\n".join(lines) + f"\n\nCalls and units are the same in all three{told}.\n"


def _units(flow: Flow) -> str:
    return f"{flow.calls.total()} calls, {flow.writes:g} W, {flow.reads:g} R"


def hottest_table(deployment: Deployment) -> str:
    """Return the share of all writes that lands on one key, while many sign in."""
    lines = [
        f"| {SIGN_INS} contacts sign in | writes | to one contact's own key | to a key they share |",
        "|---|---|---|---|",
    ]
    for where, addresses in (
        ("each from an address of its own", [f"198.51.100.{n + 1}" for n in range(SIGN_INS)]),
        ("all from one office", ["192.0.2.7"] * SIGN_INS),
    ):
        deployment.forward(hours=2)
        keys, shared = _written(deployment, addresses)
        total = sum(keys.values())
        own = max(n for key, n in keys.items() if key not in shared)
        most = max((keys[key] for key in shared), default=0)
        lines.append(f"| {where} | {total} | {own / total:.1%} | {most / total:.1%} |")
    return "\n".join(lines) + "\n"


def _written(deployment: Deployment, addresses: Iterable[str]) -> tuple[Counter[str], set[str]]:
    """Count the writes of sign-ins by key, and say which keys more than one contact wrote."""
    keys: Counter[str] = Counter()
    writers: Counter[str] = Counter()
    for n, address in enumerate(addresses):
        deployment.browser = Browser(deployment, source_ip=address)
        with recording() as tape, redirect_stdout(deployment.sink):
            deployment.browser.opens_the_link()
            deployment.browser.signs_in(f"contact{n}@example.com")
        mine = Counter(key for each in tape.exchanges for key in written_keys(each))
        keys += mine
        writers.update(mine.keys())
    return keys, {key for key, n in writers.items() if n > 1}
