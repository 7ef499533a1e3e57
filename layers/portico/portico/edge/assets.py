"""Static files from a door's own folder, with the headers that the hosted page needs."""

import re
from hashlib import sha256
from pathlib import Path

from portico.edge.responses import Response
from portico.errors import NotFound

CONTENT_TYPES = {
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
# A page's file names contain the digest of all files. So a name always means the same content,
# a deployment never mixes two versions, and a browser loads each file once.
FOR_EVER = "public, max-age=31536000, immutable"
# A portal imports the plain name. Browsers keep it briefly, and its tag makes a reload cheap.
FOR_A_WHILE = "public, max-age=300"
_VERSIONED = re.compile(r"-[0-9a-f]{16}/")


class Assets:
    """The files below one folder, read when the object is made."""

    def __init__(self, root: Path) -> None:
        files = sorted(
            each for each in root.rglob("*") if each.is_file() and each.suffix in CONTENT_TYPES
        )
        # Only names of files in the folder, so that no path can lead out of it.
        self._files = {str(each.relative_to(root)): each.read_bytes() for each in files}
        together = sha256()
        for name, content in self._files.items():
            together.update(f"{name}:{len(content)}:".encode() + content)
        self._version = f"-{together.hexdigest()[:16]}/"

    def page(self, name: str) -> Response:
        """Return a page, which nobody may cache or frame."""
        headers = PAGE_HEADERS | {"content-type": CONTENT_TYPES[".html"]}
        page = self._files[name].replace(b'"/assets/', f'"/assets/{self._version}'.encode())
        return Response(200, page, headers)

    def asset(self, name: str, *, known_as: str | None = None) -> Response:
        """Return a file for a page or a portal.

        Args:
            name: the path below ``/assets/``, with or without the version in front.
            known_as: the tags that the browser already has.

        Raises:
            NotFound: there is no file of this name.
        """
        versioned = _VERSIONED.match(name)
        name = name[versioned.end() :] if versioned else name
        content = self._files.get(f"assets/{name}")
        if content is None:
            raise NotFound
        tag = f'"{sha256(content).hexdigest()[:16]}"'
        # A page of the previous deployment may ask for its own version. It gets our files, but
        # must not cache them under that name.
        is_ours = versioned is not None and versioned[0] == self._version
        headers = {
            "content-type": CONTENT_TYPES[Path(name).suffix],
            "cache-control": FOR_EVER if is_ours else FOR_A_WHILE,
            "etag": tag,
            # Portals on other origins import the module, without cookies. The gateway names
            # the asking origin in its answer, so a browser must not reuse it for another one.
            "cross-origin-resource-policy": "cross-origin",
            "vary": "origin",
        }
        if known_as is not None and tag in known_as:
            return Response(304, None, headers)
        return Response(200, content, headers)

    def picture(self, png: bytes) -> Response:
        """Return an uploaded logo. Its name is its digest, so a browser may keep it."""
        return Response(
            200, png, {"content-type": CONTENT_TYPES[".png"], "cache-control": FOR_EVER}
        )
