"""Static files from a door's own folder, and the headers that the hosted page needs."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from portico.edge.responses import Response
from portico.errors import NotFound

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
# Short, so that a deployment reaches everybody soon; the tag makes asking again cheap.
ASSET_CACHE = "public, max-age=300"
PICTURE_CACHE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Assets:
    """The files below one folder, read once an environment."""

    root: Path
    _kept: dict[str, bytes] = field(default_factory=dict)

    def page(self, name: str) -> Response:
        """Return a page: never kept by anybody, never framed."""
        headers = PAGE_HEADERS | {"content-type": KINDS[".html"]}
        return Response(200, self._read(name), headers)

    def asset(self, name: str) -> Response:
        """Return a file that a page asks for.

        Raises:
            NotFound: there is none of this name.
        """
        content = self._read(name)
        kind = KINDS[Path(name).suffix]
        tag = f'"{sha256(content).hexdigest()[:16]}"'
        # Portals on other origins import the module; cookies play no part in it. The gateway
        # names the asking origin in its answer, so a browser must not reuse another origin's.
        shared = {"cross-origin-resource-policy": "cross-origin", "vary": "origin"}
        headers = {"content-type": kind, "cache-control": ASSET_CACHE, "etag": tag} | shared
        return Response(200, content, headers)

    def picture(self, png: bytes) -> Response:
        """Return an uploaded logo, whose name is its digest."""
        headers = {"content-type": KINDS[".png"], "cache-control": PICTURE_CACHE}
        return Response(200, png, headers)

    def _read(self, name: str) -> bytes:
        if name not in self._kept:
            # Only names that stand in the folder, so no path can lead out of it.
            known = {str(each.relative_to(self.root)) for each in self.root.rglob("*")}
            path = self.root / name
            if name not in known or path.suffix not in KINDS or not path.is_file():
                raise NotFound
            self._kept[name] = path.read_bytes()
        return self._kept[name]
