"""What holds for every answer of the house, whoever asks: for both runs of the fuzzer."""

# mypy: disable-error-code="import-not-found, untyped-decorator"

import re
from typing import Any

import schemathesis

from tests.support import openapi

OF_THE_WIRE = {
    "apigw-requestid",
    "connection",
    "content-length",
    "content-encoding",
    "date",
    "server",
    "transfer-encoding",
}
OF_DIRECTORIES = "content type application/scim+json is not described"
A_TRACE = re.compile(r"Traceback|File \"|\.py\b|botocore|line \d+")


@schemathesis.hook
def filter_path_parameters(context: Any, path_parameters: dict[str, Any]) -> bool:
    # A slash makes another path of it, and the house's own pages are no part of the contract.
    values = [str(each) for each in (path_parameters or {}).values()]
    return not any("/" in each or each.startswith("_local") for each in values)


@schemathesis.check
def is_as_the_contract_says(ctx: Any, response: Any, case: Any) -> None:
    """Every member, header and cookie, and nothing that is not described."""
    route = f"{case.method.upper()} {case.operation.path.replace('{proxy}', '{proxy+}')}"
    headers = {name: values[0] for name, values in response.headers.items()}
    seen = {
        name: each
        for name, each in headers.items()
        if name not in OF_THE_WIRE | {"set-cookie"} and not name.startswith("access-control-")
    }
    answer = {
        "statusCode": response.status_code,
        "headers": seen,
        "cookies": response.headers.get("set-cookie", []),
        "body": None if case.method.upper() == "HEAD" else response.text,
    }
    found = openapi.complaints(route, answer)
    if case.method.upper() == "HEAD":
        found = [each for each in found if each != "a body is described"]
    if case.operation.path.startswith("/scim/") and response.status_code == 405:
        # A method that no route has is refused in the directory's own shape.
        found = [each for each in found if each != OF_DIRECTORIES]
    assert not found, f"{route}: {'; '.join(found)}"


@schemathesis.check
def tells_nothing_of_its_inside(ctx: Any, response: Any, case: Any) -> None:
    """No stack trace, no path, no library: only a correlation id."""
    if response.status_code >= 400:
        found = A_TRACE.search(response.text or "")
        assert found is None, f"an answer speaks of {found}"


def is_negative(case: Any) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_negative


def security(operation: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = operation.definition.raw.get("security", [])
    return found


def name_of(case: Any) -> str:
    found: str = case.operation.definition.raw["operationId"]
    return found


def bearer(response: Any) -> str:
    """The access token of a request."""
    found: str = response.request.headers.get("Authorization", "")
    return found.removeprefix("Bearer ")
