"""Cut a layer's libraries to what the doors can use: ``python cut.py <site folder>``.

botocore carries 27 MB of data about every service of AWS, with the documentation of every field, and
a client parses its service's share at each cold start. Powertools carries the files of Swagger's
web page. Neither is ever read here.
"""

import gzip
import json
import re
import shutil
import ssl
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

SERVICES = {
    "dynamodb": "2012-08-10",
    "kms": "2014-11-01",
    "secretsmanager": "2017-10-17",
    "sesv2": "2019-09-27",
    "sqs": "2012-11-05",
    "sts": "2011-06-15",
}
"""The services that ``portico.aws`` calls, and the version of each service's API."""

OPERATIONS = {
    # A client of DynamoDB looks for DescribeEndpoints when it is made.
    "dynamodb": "BatchGetItem DescribeEndpoints GetItem PutItem Query TransactWriteItems UpdateItem",
    "kms": "GetPublicKey Sign",
    "secretsmanager": "CreateSecret DeleteSecret DescribeSecret GetSecretValue PutSecretValue",
    "sesv2": "SendEmail",
    "sqs": "ChangeMessageVisibility SendMessage",
}
"""What ``portico.aws`` asks of them: a test compares it with the code. A client is a class made
anew at each cold start, with a method for every operation that its service has."""

ENDPOINT_NAMES = {"sesv2": "email"}
"""Where a service's endpoints go by another name than its client."""

COMMON_FILES = {
    "_retry.json",
    "endpoints.json",
    "partitions.json",
    "sdk-default-configuration.json",
}
"""What every client reads."""

UNREAD = ("examples-1", "waiters-2")

ROOTS = {
    "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e": "Amazon Root CA 1",
    "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4": "Amazon Root CA 2",
    "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4": "Amazon Root CA 3",
    "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092": "Amazon Root CA 4",
    "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5": (
        "Starfield Services Root Certificate Authority - G2"
    ),
}
"""The roots of AWS's own certificates, by the SHA-256 of each (decision 14).

Source: amazontrust.com/repository, which asks for all five in a trust store of one's own.
"""


def cut_botocore(data: Path) -> None:
    """Leave only ``OPERATIONS``, without documentation, and the endpoints of their services."""
    for each in data.iterdir():
        if each.is_file() and each.name not in COMMON_FILES:
            each.unlink()
        elif each.is_dir() and each.name not in SERVICES:
            shutil.rmtree(each)
    for service, version in SERVICES.items():
        for other in (data / service).iterdir():
            if other.name != version:
                shutil.rmtree(other)
        for file in list((data / service / version).iterdir()):
            _rewrite(file)
    for service, operations in OPERATIONS.items():
        model = data / service / SERVICES[service] / "service-2.json"
        model.write_text(_compact(only(operations.split(), json.loads(model.read_text()))))
    endpoints = data / "endpoints.json"
    endpoints.write_text(_compact(_only_ours(json.loads(endpoints.read_text()))))


def _rewrite(file: Path) -> None:
    # Not compressed: the layer's archive is, and a cold start would have to unpack it again.
    if file.name.startswith(UNREAD):
        file.unlink()
        return
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    file.unlink()
    file.with_name(file.name.removesuffix(".gz")).write_text(
        _compact(_undocumented(json.loads(raw)))
    )


def _undocumented(value: Any) -> Any:
    # A field may itself be called "documentation"; then what stands there is no text.
    if isinstance(value, dict):
        return {
            key: _undocumented(each)
            for key, each in value.items()
            if not (key == "documentation" and isinstance(each, str))
        }
    return [_undocumented(each) for each in value] if isinstance(value, list) else value


def only(operations: list[str], model: dict[str, Any]) -> dict[str, Any]:
    """Leave these operations of a service, and the shapes that they and its errors speak of."""
    kept = {name: model["operations"][name] for name in operations}
    errors = [name for name, shape in model["shapes"].items() if shape.get("exception")]
    spoken_of, asked = set[str](), [*_shapes_in(kept), *errors]
    while asked:
        name = asked.pop()
        if name not in spoken_of:
            spoken_of.add(name)
            asked += _shapes_in(model["shapes"][name])
    shapes = {name: shape for name, shape in model["shapes"].items() if name in spoken_of}
    return model | {"operations": kept, "shapes": shapes}


def _shapes_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _shapes_in(each)


def _only_ours(endpoints: dict[str, Any]) -> dict[str, Any]:
    ours = {ENDPOINT_NAMES.get(service, service) for service in SERVICES}
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: where for name, where in partition["services"].items() if name in ours
        }
    return endpoints


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def cut_powertools(package: Path) -> None:
    """Drop the assets of Swagger's page, the code beside them stays importable."""
    for suffix in ("css", "js"):
        for asset in package.glob(f"event_handler/openapi/swagger_ui/*.{suffix}"):
            asset.unlink()


def amazons_roots(bundle: str) -> str:
    """Return the certificates of ``ROOTS`` out of botocore's *bundle* of everybody's.

    A connection parses all it trusts: these take a twentieth of the whole bundle's time.

    Raises:
        SystemExit: one is not there; then nothing is built, rather than something that trusts less.
    """
    pattern = r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n"
    found = {
        sha256(ssl.PEM_cert_to_DER_cert(each)).hexdigest(): each
        for each in re.findall(pattern, bundle, re.DOTALL)
    }
    missing = [name for digest, name in ROOTS.items() if digest not in found]
    if missing:
        raise SystemExit(f"not in botocore's bundle: {', '.join(missing)}")
    return "".join(f"# {name}\n{found[digest]}" for digest, name in ROOTS.items())


if __name__ == "__main__":
    site = Path(sys.argv[1])
    roots = amazons_roots((site / "botocore" / "cacert.pem").read_text())
    # Beside the site folder: /opt/amazon-roots.pem, which template.yaml names.
    (site.parent / "amazon-roots.pem").write_text(roots)
    cut_botocore(site / "botocore" / "data")
    cut_powertools(site / "aws_lambda_powertools")
