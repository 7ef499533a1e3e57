"""``python -m local --port 8000``: everything on localhost, until Ctrl-C."""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from local.bind_address import bind_address, docker_bridge, warning
from local.doors import DoorsBroken
from local.emulator import PYTHON, EmulatorFailed
from local.loopback_server import PortTaken
from local.own_portals import own_origin
from local.stack import DeploymentFailed
from local.startup import LocalPortico

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Left(BaseException):
    """Somebody pressed Ctrl-C, or sent an equivalent signal."""


def main() -> int:
    """Start everything, print the links, and wait."""
    asked = _asked()
    if not PYTHON.exists():
        return _give_up("The emulator is not installed yet. Start with: make run")
    for ending in ENDINGS:
        signal.signal(ending, _leave)
    begun = time.monotonic()
    try:
        with ExitStack() as stack:
            bind = bind_address(for_containers=asked.sam_local, bridge=docker_bridge())
            print(warning(bind), end="", flush=True)
            house = LocalPortico(asked.port, stack, _step, bind=bind, origins=asked.origin)
            house.open()
            if asked.diagnosis:
                house.play_faults()
            print(
                f"Ready in {time.monotonic() - begun:.1f} s.\n\n{house.terminal_links()}",
                flush=True,
            )
            house.stay()
    except (PortTaken, EmulatorFailed, DeploymentFailed) as error:
        return _give_up(str(error))
    except DoorsBroken:
        return _give_up("A door does not load: see above.")
    except Left:
        print("\nStopped. Nothing is left running.", flush=True)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        help="of pages and API; portal, providers, other-site portal and directory are on the next four",
    )
    parser.add_argument(
        "--sam-local",
        action="store_true",
        help="let containers of `sam local` reach the emulated AWS; without it only this machine does",
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        type=_origin,
        metavar="URL",
        help="of a portal of your own, such as http://localhost:3000, whose pages may call the API; "
        "repeat it for each",
    )
    parser.add_argument(
        "--diagnosis",
        action="store_true",
        help="add twenty workspaces in which somebody does not get in (docs/diagnosis.md); the clock "
        "goes fourteen minutes forward",
    )
    asked = parser.parse_args()
    if not 1 <= asked.port <= 65531:
        parser.error("--port: from 1 to 65531")
    return asked


def _origin(text: str) -> str:
    try:
        return own_origin(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _leave(*_: object) -> None:
    # React once: a second Ctrl-C must not interrupt the cleanup.
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise Left


@contextmanager
def _step(name: str) -> Iterator[None]:
    print(f"  {name} … ", end="", flush=True)
    begun = time.monotonic()
    yield
    print(f"{time.monotonic() - begun:.1f} s", flush=True)


def _give_up(why: str) -> int:
    print(f"\n{why}" if why else "", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
