"""``sam`` with a fake Docker engine: print what each of its containers would have been made with.

Runs in the ``tools`` environment, which has SAM. Everything up to the engine is SAM's own: how it
reads samconfig.toml and the file of variables, and its container class.
"""

import json
import sys
from typing import Any
from unittest.mock import MagicMock

import docker  # type: ignore[import-not-found, import-untyped, unused-ignore]
from samcli.cli.main import cli  # type: ignore[import-not-found, unused-ignore]
from samcli.local.docker.container_client_factory import (  # type: ignore[import-not-found, unused-ignore]
    ContainerClientFactory,
)
from samcli.local.docker.lambda_image import (  # type: ignore[import-not-found, unused-ignore]
    LambdaImage,
)


def main(command: list[str]) -> list[dict[str, Any]]:
    """Run one command of SAM's, and return the arguments of ``containers.create``."""
    made: list[dict[str, Any]] = []

    def create(_image: str, **asked: Any) -> None:
        made.append(asked)
        raise docker.errors.APIError("no engine here", explanation="no engine here")

    engine = MagicMock()
    engine.containers.create.side_effect = create
    ContainerClientFactory.create_client = staticmethod(lambda: engine)
    LambdaImage._build_image = lambda *_, **__: None
    try:
        cli(command)
    except SystemExit:
        return made
    raise AssertionError("SAM's commands end by SystemExit")


if __name__ == "__main__":
    json.dump(main(sys.argv[1:]), sys.stdout)
