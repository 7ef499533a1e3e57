"""Built artefacts, started as Lambda starts them: in a bare interpreter that sees nothing else."""

import json
import subprocess
import sys
from pathlib import Path

from portico import settings
from tests.support.template import folder

START = """
import sys
compiled = []
ours = sys.argv[1:]
def heard(event, arguments):
    if event == "compile" and str(arguments[1]).startswith(tuple(ours)):
        compiled.append(str(arguments[1]))
sys.addaudithook(heard)
sys.path[:0] = ours
import handler
import json
print(json.dumps({"compiled": compiled, "modules": sorted(sys.modules), "has": callable(handler.handler)}))
"""


def start(path: list[Path], environment: dict[str, str]) -> dict[str, list[str]]:
    """Import the handler from *path*, and say what was compiled and loaded on the way."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", START, *map(str, path)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return said


def environment_of(door: str) -> dict[str, str]:
    """A value for each variable that *door* reads when it starts."""
    stated = dict.fromkeys(settings.ALL[folder(door)].variables(), f"{'stated':.<32}")
    region = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    return {
        **stated,
        **region,
        "POWERTOOLS_SERVICE_NAME": "portico",
        "POWERTOOLS_METRICS_NAMESPACE": "Portico",
    }
