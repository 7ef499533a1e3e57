"""A directory, played by scim2-client: ``directory_client.py ORIGIN KEY STEP …``.

It prints what came of its step as JSON. The key has 25 requests a second, so it takes its time.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import PatchOp, PatchOperation, User
from scim2_tester import Status, check_server


def client(origin: str, key: str) -> SyncSCIMClient:
    waits = {"request": [lambda _: time.sleep(0.06)]}
    return SyncSCIMClient(
        httpx2.Client(
            base_url=f"{origin}/scim/v2/acme",
            headers={"authorization": f"Bearer {key}"},
            event_hooks=waits,
            timeout=30,
        )
    )


def checks(directory: SyncSCIMClient) -> Any:
    """Run scim2-tester. Returns how many checks passed, and those that did not."""
    results = [each for each in check_server(directory) if each.status is not Status.SKIPPED]
    good = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
    bad = [f"{each.title}: {each.reason}" for each in results if each.status not in good]
    return {"passed": len(results) - len(bad), "failed": bad}


def adds(directory: SyncSCIMClient, email: str, name: str) -> Any:
    directory.discover()
    model: Any = directory.get_resource_model("User") or User
    user = model(user_name=email, display_name=name, emails=[{"value": email}], active=True)
    return {"id": directory.create(user).id}


def changes(directory: SyncSCIMClient, id_: str, path: str, value: str) -> Any:
    directory.discover()
    model: Any = directory.get_resource_model("User") or User
    patch: Any = PatchOp
    made: Any = PatchOperation
    operation = made(op="replace", path=path, value=json.loads(value))
    told: Any = directory.modify(model, id_, patch[model](operations=[operation]))
    return {"active": told.active, "displayName": told.display_name}


STEPS: dict[str, Callable[..., Any]] = {"checks": checks, "adds": adds, "changes": changes}

if __name__ == "__main__":
    origin, key, step, *more = sys.argv[1:]
    sys.stdout.write(json.dumps(STEPS[step](client(origin, key), *more)))
