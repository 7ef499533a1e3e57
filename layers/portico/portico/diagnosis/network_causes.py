"""The network that they come from has started too often."""

from collections.abc import Iterator

from portico.clock import epoch
from portico.diagnosis.facts import Facts
from portico.diagnosis.findings import Evidence, Finding, FindingCause
from portico.diagnosis.sentences import say
from portico.diagnosis.tries import decisive


def network_spent(facts: Facts) -> Iterator[Finding]:
    """Yield that a network which they came from starts nothing more in this hour.

    Whoever is refused for it leaves no line, so only a network that they were seen in before can
    be named.
    """
    if not facts.spent:
        return
    network, until = max(facts.spent.items(), key=lambda each: each[1])
    last = decisive(facts)
    yield Finding(
        FindingCause.NETWORK_BUDGET,
        f"The network {network}, which they came from, has used up its sign-ins until "
        f"{until:%H:%M} UTC.",
        say(facts, "other_network", until=until),
        last.at if last else None,
        (
            Evidence(
                f"the hour's budget of {network} is spent",
                FindingCause.NETWORK_BUDGET,
                until,
                values={"network": network},
            ),
        ),
        values={"network": network, "until": epoch(until)},
    )
