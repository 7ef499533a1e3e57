"""Static files from a door's own folder, with the headers that the hosted page needs."""

import re
import zlib
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from portico.edge.responses import Response
from portico.errors import NotFound
from portico.strict_parsers import takes_gzip

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
PICTURES = (".svg", ".png")
"""They are too small, or compressed already."""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""A page has its style in itself, and only this one is allowed, by its digest. No text becomes markup
or a script on it (Trusted Types): from this origin a team member gets a token for the team's side."""
PAGE_HEADERS = {
    "content-type": CONTENT_TYPES[".html"],
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
# A page's file names contain the digest of all files. So a name always means the same content,
# a deployment never mixes two versions, and a browser loads each file once.
FOR_EVER = "public, max-age=31536000, immutable"
# A portal imports the plain name. Browsers keep it briefly, and its tag makes a reload cheap.
FOR_A_WHILE = "public, max-age=300"
_VERSIONED = re.compile(r"-[0-9a-f]{16}/")
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_GZIP = 16 + zlib.MAX_WBITS
"""zlib's number for gzip's own frame, without a name or a time in it."""


class Assets:
    """The files below one folder, read when the object is made.

    What lies below its ``bundle/`` stands in the place of the file of the same name.
    """

    def __init__(self, root: Path) -> None:
        files = sorted(
            each for each in root.rglob("*") if each.is_file() and each.suffix in CONTENT_TYPES
        )
        # Only names of files in the folder, so that no path can lead out of it.
        contents = {str(each.relative_to(root)): each.read_bytes() for each in files}
        bundled = {name for name in contents if name.startswith("bundle/")}
        for name in sorted(bundled):
            contents[name.removeprefix("bundle/")] = contents.pop(name)
        together = sha256()
        for name, content in contents.items():
            together.update(f"{name}:{len(content)}:".encode() + content)
        self._version = f"-{together.hexdigest()[:16]}/"
        ours = f'"/assets/{self._version}'.encode()
        self._files = {
            name: content.replace(b'"/assets/', ours) if name.endswith(".html") else content
            for name, content in contents.items()
        }
        self._zipped: dict[str, bytes] = {}

    def page(self, name: str, *, shows: str | None = None, accepts: str | None = None) -> Response:
        """Return a page, which nobody may cache or frame.

        Args:
            name: the path below the folder.
            shows: another page, of which this one shows what it looks like: its style is allowed
                as well.
            accepts: the browser's ``accept-encoding``.
        """
        pages = [name, shows] if shows else [name]
        found = (style for each in pages for style in _STYLE.findall(self._files[each]))
        styles = (sha256(each).digest() for each in found)
        allowed = " ".join(f"'sha256-{b64encode(each).decode()}'" for each in styles)
        policy = CONTENT_SECURITY_POLICY.format(styles=allowed or "'none'")
        content, encoded = self._encoded(name, accepts)
        headers = PAGE_HEADERS | {"content-security-policy": policy, "vary": "accept-encoding"}
        return Response(200, content, headers | encoded)

    def asset(
        self, name: str, *, known_as: str | None = None, accepts: str | None = None
    ) -> Response:
        """Return a file for a page or a portal.

        Args:
            name: the path below ``/assets/``, with or without the version in front.
            known_as: the tags that the browser already has.
            accepts: the browser's ``accept-encoding``.

        Raises:
            NotFound: there is no file of this name.
        """
        versioned = _VERSIONED.match(name)
        name = name[versioned.end() :] if versioned else name
        path = f"assets/{name}"
        if path not in self._files:
            raise NotFound
        content, encoded = self._encoded(path, accepts)
        # Each encoding has a tag of its own: byte for byte they are two answers.
        tag = f'"{sha256(content).hexdigest()[:16]}"'
        # A page of the previous deployment may ask for its own version. It gets our files, but
        # must not cache them under that name.
        is_ours = versioned is not None and versioned[0] == self._version
        is_picture = path.endswith(PICTURES)
        headers = {
            "content-type": CONTENT_TYPES[Path(name).suffix],
            "cache-control": FOR_EVER if is_ours else FOR_A_WHILE,
            "etag": tag,
            # Portals on other origins import the module, without cookies. The gateway names
            # the asking origin in its answer, so a browser must not reuse it for another one.
            "cross-origin-resource-policy": "cross-origin",
            "vary": "origin" if is_picture else "origin, accept-encoding",
        }
        if known_as is not None and tag in known_as:
            return Response(304, None, headers)
        return Response(200, content, headers | encoded)

    def picture(self, png: bytes) -> Response:
        """Return an uploaded logo. Its name is its digest, so a browser may keep it."""
        return Response(
            200, png, {"content-type": CONTENT_TYPES[".png"], "cache-control": FOR_EVER}
        )

    def _encoded(self, path: str, accepts: str | None) -> tuple[bytes, dict[str, str]]:
        """Return a file as a browser takes it, and the header that says how it is encoded."""
        content = self._files[path]
        if path.endswith(PICTURES) or not takes_gzip(accepts):
            return content, {}
        if path not in self._zipped:
            # Once in an environment. At its start it would be for files that nobody asks for.
            zipper = zlib.compressobj(zlib.Z_BEST_COMPRESSION, wbits=_GZIP)
            self._zipped[path] = zipper.compress(content) + zipper.flush()
        return self._zipped[path], {"content-encoding": "gzip"}
