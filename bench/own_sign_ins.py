"""``python -m bench.own_sign_ins ENDPOINT CONTACTS``: contacts sign in on an emulated AWS.

Each line of the input is a number of sign-ins, and is answered by a line with the CPU seconds that
they took, in all threads, step by step. A step is one door, from its event to its answer, with real
sockets to the emulator.
"""

import gc
import json
import sys
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from time import process_time
from typing import Any

from bench.deployment import Deployment, Handler, deployment_at
from local.emulator import Emulator
from tests.support.driver import Browser


@dataclass
class SignIns:
    """Signs in one contact after the other, each from an address of their own."""

    deployment: Deployment
    spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """CPU seconds, by door."""
    _signed_in: int = 0

    def __post_init__(self) -> None:
        """Put a clock around each door."""
        doors = self.deployment.doors
        self.deployment.doors = {name: self._clocked(name, door) for name, door in doors.items()}

    def round(self, contacts: int) -> dict[str, float]:
        """Return the CPU seconds of each step, and of ``all``, which has the driver's too."""
        self.spent.clear()
        begins = process_time()
        with redirect_stdout(self.deployment.sink):
            for _ in range(contacts):
                self._signs_in(self._signed_in)
                self._signed_in += 1
        return {**self.spent, "all": process_time() - begins}

    def _signs_in(self, n: int) -> None:
        # A network may begin few sign-ins in a minute.
        browser = Browser(self.deployment, source_ip=f"198.18.{n // 250}.{n % 250 + 1}")
        self.deployment.browser = browser
        assert browser.opens_the_link().status == 200
        token = browser.signs_in(f"contact{n}@example.com").body["access_token"]
        assert browser.reads_the_session(token).status == 200

    def _clocked(self, name: str, door: Handler) -> Handler:
        def handler(event: dict[str, Any], context: object) -> Any:
            begins = process_time()
            try:
                return door(event, context)
            finally:
                self.spent[name] += process_time() - begins

        return handler


def main(endpoint: str, contacts: int) -> None:
    """Answer line by line until the input ends."""
    with deployment_at(Emulator(endpoint), contacts=contacts) as deployment:
        sign_ins = SignIns(deployment)
        # The bench has loaded more than a door does, and that costs the doors no collections.
        gc.collect()
        gc.freeze()
        for line in sys.stdin:
            print(json.dumps(sign_ins.round(int(line))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
