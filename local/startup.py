"""Start all parts of a local run, in the right order."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from local.bind_address import LOOPBACK
from local.clock import FrontClock
from local.containers import told_to_sam
from local.doors import Doors
from local.emulator import emulated_aws
from local.fake_directory.app import DirectorySite
from local.fake_directory.connector import Connector
from local.fake_directory.directory import FakeDirectory
from local.front import Front
from local.http import Gateway
from local.loopback_server import HOST, listening, serving
from local.mail_world import MailWorld
from local.mailbox import Mailbox
from local.own_portals import is_on, own_portals
from local.providers.app import Providers
from local.routes import routes_of
from local.sample_client.app import SampleClient
from local.sample_client.openid import Registration
from local.sample_portal import SamplePortal
from local.sample_workspaces import portal_secret, workspace_key
from local.sample_world import SampleWorld
from local.silent_metrics import silent_metrics
from local.stack import Stack, deploy, translating, wake
from local.terminal_links import terminal_links
from portico.printable import printable

type Step = Callable[[str], AbstractContextManager[None]]


class LocalPortico:
    """Portico on this machine, on five ports.

    Args:
        port: the port of pages and API. The next three are those of the sample portal, of the fake
            providers, of the sample portal on another site, and of the fake directory.
        stack: ends whatever was started.
        step: shows each step, and how long it took.
        bind: the address that the emulated AWS listens on. Only containers need another than
            loopback.
        origins: of portals that a developer runs beside it.
    """

    def __init__(
        self,
        port: int,
        stack: ExitStack,
        step: Step,
        *,
        bind: str = LOOPBACK,
        origins: Sequence[str] = (),
    ) -> None:
        self._port = port
        self._stack = stack
        self._step = step
        self._bind = bind
        self._origins = tuple(origins)
        self._hosts = (f"{HOST}:{port}", f"localhost:{port}")
        self._portal = f"http://{HOST}:{port + 1}"
        # They have their own port and so their own origin: a trip to them really leaves the page.
        self._providers = f"http://{HOST}:{port + 2}"
        # It has the other name: for a browser localhost and 127.0.0.1 are two sites.
        self._sample_client = f"http://localhost:{port + 3}"
        self._directory = f"http://{HOST}:{port + 4}"
        self._clock = FrontClock()
        self._connection_secrets = ""
        self._mailbox = Mailbox(self._clock.now)
        self._front = Front(self._hosts, self._clock, self._mailbox)

    def open(self) -> None:
        """Start everything.

        Raises:
            PortTaken: one of the five ports is not free.
            EmulatorFailed, DeploymentFailed, DoorsBroken: that part did not start.
        """
        doors_port = self._stack.enter_context(listening(self._port))
        portal_port = self._stack.enter_context(listening(self._port + 1))
        providers_port = self._stack.enter_context(listening(self._port + 2))
        sample_client_port = self._stack.enter_context(listening(self._port + 3))
        directory_port = self._stack.enter_context(listening(self._port + 4))
        parameters = {
            "LogLevel": "WARNING",
            "ProviderLoopback": "open",
        }
        self._stack.enter_context(silent_metrics())
        template = self._stack.enter_context(translating(parameters))
        with self._step("Starting the emulated AWS"):
            emulator = self._stack.enter_context(emulated_aws(bind=self._bind))
        os.environ.update(emulator.environment())
        # Powertools needs it when it counts a metric, and a door's own variables are gone by then.
        os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "Portico/local"
        with self._step("Translating template.yaml"):
            translated = template.result()
        # Streams call as soon as tables exist.
        self._stack.enter_context(serving(doors_port, self._front))
        with self._step("Deploying tables, keys and queues"):
            deployed = deploy(
                emulator, translated, front=self._front.events_url, parameters=parameters
            )
        sns, topic = emulator.client("sns"), deployed.outputs["MailTopic"]
        self._mailbox.world = MailWorld(lambda told: sns.publish(TopicArn=topic, Message=told))
        with self._step("Opening the doors"):
            self._open_doors(deployed)
        world = SampleWorld(
            deployed.outputs["PeopleTable"],
            f"http://{self._hosts[0]}",
            self._portal,
            # From the other name of this machine browsers send no session.
            tuple(each for each in self._origins if is_on(HOST, each)),
            self._providers,
            deployed.environments["StartSso"]["CONNECTION_SECRETS"],
            self._sample_client,
            self._directory,
        )
        with self._step("Writing the sample workspaces"):
            world.make()
        wake(deployed)
        if self._bind != LOOPBACK:
            self._stack.enter_context(told_to_sam(deployed))
        self._connection_secrets = deployed.environments["StartSso"]["CONNECTION_SECRETS"]
        self._front.world = world
        self._front.stack = self._described(deployed)
        self._stack.enter_context(serving(portal_port, SamplePortal(world)))
        self._stack.enter_context(serving(providers_port, Providers(self._clock.now)))
        # This is all that it gets. It reads the rest from the discovery document, like any client.
        registration = Registration(
            issuer=f"http://{self._hosts[0]}",
            client_id="prt_harbor_help-center",
            client_secret=portal_secret("harbor", "help-center"),
            home=self._sample_client,
        )
        sample_client = SampleClient(registration, self._clock.now)
        self._stack.enter_context(serving(sample_client_port, sample_client))
        self._stack.enter_context(serving(directory_port, self._directory_site()))

    def _directory_site(self) -> DirectorySite:
        host = f"http://{self._hosts[0]}"
        connector = Connector(f"{host}/scim/v2/acme", workspace_key("acme", "scim")[1])
        hosts = tuple(f"{each}:{self._port + 4}" for each in (HOST, "localhost"))
        return DirectorySite(FakeDirectory(connector), hosts, f"{host}/_local/")

    def play_faults(self) -> None:
        """Make a workspace for each of the sample faults, and let it happen there."""
        # Loaded here: few runs ask for it.
        from local.fault_rig import FrontRig  # noqa: PLC0415

        tables = self._front.stack
        rig = FrontRig(
            tables["people_table"],
            tables["sign_in_table"],
            tables["trail_table"],
            self._hosts[0],
            self._providers,
            self._connection_secrets,
            self._mailbox,
            self._clock,
        )
        with self._step("Letting twenty people not get in"):
            rig.play()

    def terminal_links(self) -> str:
        """Return the links to click, for the terminal."""
        world = self._front.world
        if world is None:
            return ""
        lines = terminal_links(
            world.read(at=self._clock.now()), self._hosts[0], self._providers, self._sample_client
        )
        own = own_portals(self._origins, self._hosts[0])
        return f"{lines}\n\n{own}" if own else lines

    def stay(self) -> None:
        """Wait until somebody ends the process."""
        while True:
            # A signal that comes to another thread wakes nobody here, so this one looks for it.
            time.sleep(1)

    def _open_doors(self, deployed: Stack) -> None:
        doors = Doors(deployed.environments, self._prepare)
        doors.load()
        self._front.doors = doors
        self._front.gateway = Gateway(
            routes=routes_of(deployed.template),
            invoke=doors.invoke,
            hosts=self._hosts,
            answered=_tell,
        )

    def _prepare(self) -> None:
        self._mailbox.listen()
        self._clock.set_doors()

    def _described(self, deployed: Stack) -> dict[str, Any]:
        emulator = deployed.emulator
        environment = emulator.environment()
        return {
            "endpoint": emulator.endpoint,
            "region": environment["AWS_REGION"],
            "access_key_id": environment["AWS_ACCESS_KEY_ID"],
            "secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
            "api_url": f"http://{self._hosts[0]}",
            "portal_url": self._portal,
            "sample_client_url": self._sample_client,
            "providers_url": self._providers,
            "people_table": deployed.outputs["PeopleTable"],
            "sign_in_table": deployed.outputs["SignInTable"],
            "trail_table": deployed.outputs["TrailTable"],
            "stack": deployed.name,
            "outputs": deployed.outputs,
        }


def _tell(request: Request, response: Response, took: timedelta) -> None:
    # Without the query, in which providers and portals send codes.
    if not request.path.startswith("/assets/") and request.method != "OPTIONS":
        ms = took / timedelta(milliseconds=1)
        said = f"{request.method} {request.path} {response.status_code} {ms:.0f} ms"
        print(printable(said), flush=True)
