"""A company's directory on a port of its own, as one WSGI application."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from local.fake_directory.directory import FakeDirectory
from local.fake_directory.page import page
from local.fake_directory.people import Standing
from local.fake_directory.shapes import QUIRKS
from local.front import PAGES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
LONGEST = 200

type Form = Mapping[str, str]


@dataclass
class DirectorySite:
    """The page of a fake directory.

    Args:
        directory: the directory.
        hosts: the names, with port, under which this machine's browser has it.
        home: the address of the local house's own page.
    """

    directory: FakeDirectory
    hosts: tuple[str, ...]
    home: str

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        try:
            answer = self._answer(Request(environ))
        except HTTPException as error:
            answer = Response(f"{error.name}\n", error.code, headers=HEADERS)
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.host not in self.hosts:
            return Response("Forbidden\n", 403, headers=HEADERS)
        if request.method == "GET":
            return self._shown(request.path)
        act = _ACTS.get(request.path)
        if request.method != "POST" or act is None:
            raise NotFound
        # Another page in this browser could post here, but the browser says from where.
        if urlsplit(request.headers.get("origin", "")).netloc not in self.hosts:
            return Response("Forbidden\n", 403, headers=HEADERS)
        with self.directory.lock:
            try:
                act(self.directory, request)
            except LookupError:
                raise NotFound from None
        return redirect("/", 303)

    def _shown(self, path: str) -> Response:
        if path == "/house.css":
            return Response(
                (PAGES / "house.css").read_bytes(), mimetype="text/css", headers=HEADERS
            )
        if path != "/":
            raise NotFound
        with self.directory.lock:
            text = page(self.directory, self.home)
        return Response(text, mimetype="text/html", headers=HEADERS)


def _add(directory: FakeDirectory, request: Request) -> None:
    name, user_name = _typed(request.form, "name"), _typed(request.form, "user_name")
    if name and user_name:
        directory.adds(name, user_name)


def _rename(directory: FakeDirectory, request: Request) -> None:
    person = directory.staff.of(request.form.get("person", ""))
    name, user_name = _typed(request.form, "name"), _typed(request.form, "user_name")
    directory.renames(person, name or person.name, user_name or person.user_name)


def _switching(standing: Standing) -> Callable[[FakeDirectory, Request], None]:
    def act(directory: FakeDirectory, request: Request) -> None:
        directory.switches(directory.staff.of(request.form.get("person", "")), standing)

    return act


def _delete(directory: FakeDirectory, request: Request) -> None:
    directory.deletes(directory.staff.of(request.form.get("person", "")))


def _swap(directory: FakeDirectory, request: Request) -> None:
    one, other = (directory.staff.of(request.form.get(each, "")) for each in ("person", "other"))
    directory.swaps(one, other)


def _found(directory: FakeDirectory, request: Request) -> None:
    if name := _typed(request.form, "name"):
        directory.founds(name)


def _call(directory: FakeDirectory, request: Request) -> None:
    group = directory.staff.group_of(request.form.get("group", ""))
    if name := _typed(request.form, "name"):
        directory.calls(group, name)


def _dissolve(directory: FakeDirectory, request: Request) -> None:
    directory.dissolves(directory.staff.group_of(request.form.get("group", "")))


def _take_in(directory: FakeDirectory, request: Request) -> None:
    group = directory.staff.group_of(request.form.get("group", ""))
    directory.takes_in(group, directory.staff.of(request.form.get("person", "")))


def _take_out(directory: FakeDirectory, request: Request) -> None:
    group = directory.staff.group_of(request.form.get("group", ""))
    directory.takes_out(group, directory.staff.of(request.form.get("person", "")))


def _set(directory: FakeDirectory, request: Request) -> None:
    directory.quirks = set(request.form.getlist("quirk")) & set(QUIRKS)


_ACTS: Mapping[str, Callable[[FakeDirectory, Request], None]] = {
    "/add": _add,
    "/rename": _rename,
    "/enable": _switching(Standing.ACTIVE),
    "/disable": _switching(Standing.DISABLED),
    "/delete": _delete,
    "/swap": _swap,
    "/add-group": _found,
    "/rename-group": _call,
    "/delete-group": _dissolve,
    "/join": _take_in,
    "/leave": _take_out,
    "/quirks": _set,
    "/cycle": lambda directory, _: directory.runs_a_cycle(),
    "/test": lambda directory, _: directory.tests_the_connection(),
}


def _typed(form: Form, name: str) -> str:
    return form.get(name, "").strip()[:LONGEST]
