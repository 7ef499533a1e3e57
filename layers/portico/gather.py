"""Gather the lists that rooms carry: common passwords, and domains of throw-away mail.

    pip download --no-deps --dest lists zxcvbn==4.5.0 django==5.2.19
    pip download --no-deps --dest lists disposable-email-domains==0.0.293
    python layers/portico/gather.py lists

Run by hand when a list is to be newer; a build takes the files as they are committed.
"""

import ast
import gzip
import sys
import unicodedata
import zipfile
from pathlib import Path

ROOMS = Path(__file__).parent / "portico"
COMMON_PASSWORDS_HEAD = """\
# Passwords that people choose and attackers try first, in lower case, one a line.
# From zxcvbn 4.5.0 (MIT; Copyright (c) 2016 Daniel Wolf, Copyright (c) 2012-2016 Dropbox, Inc.):
# its 30,000 most frequent. From Django 5.2.19 (BSD-3-Clause; Copyright (c) Django Software
# Foundation and individual contributors): 20,000 breached ones, compiled by Royce Williams.
# Made by layers/portico/gather.py.
"""
DISPOSABLE_DOMAINS_HEAD = """\
# Domains of services that give anybody an address for ten minutes, one a line.
# From disposable-email-domains 0.0.293 (MIT; Copyright (c) 2016 Dustin Ingram; the list itself
# is in the public domain, CC0). Made by layers/portico/gather.py.
"""
SHORTEST = 4
"""Shorter ones are parts of any text."""
MANGLED = "пїѕ"
"""Letters that somebody read in the wrong encoding long ago: nobody's password."""


def of_zxcvbn(wheel: Path) -> list[str]:
    """Read zxcvbn's passwords, without running what they lie in."""
    source = zipfile.ZipFile(wheel).read("zxcvbn/frequency_lists.py")
    # {"passwords": "123456,password,…".split(","), …}
    for each in ast.walk(ast.parse(source)):
        if isinstance(each, ast.Dict):
            lists = zip(each.keys, each.values, strict=True)
            texts = {
                name.value: value.func.value.value  # type: ignore[attr-defined, union-attr]
                for name, value in lists
            }
            return str(texts["passwords"]).split(",")
    raise ValueError("not the file that zxcvbn 4.5.0 has")


def of_django(wheel: Path) -> list[str]:
    """Read Django's passwords."""
    packed = zipfile.ZipFile(wheel).read("django/contrib/auth/common-passwords.txt.gz")
    return gzip.decompress(packed).decode().splitlines()


def kept(words: list[str]) -> list[str]:
    """Return the words in one spelling, each once, sorted."""
    folded = {unicodedata.normalize("NFKC", each).casefold().strip() for each in words}
    readable = (each for each in folded if each.isprintable() and MANGLED not in each)
    return sorted(each for each in readable if len(each) >= SHORTEST)


def of_disposable(wheel: Path) -> list[str]:
    """Read the domains."""
    source = zipfile.ZipFile(wheel).read("disposable_email_domains/__init__.py")
    stated = [each for each in ast.parse(source).body if isinstance(each, ast.Assign)]
    return sorted(ast.literal_eval(stated[0].value))


def write(target: Path, about: str, lines: list[str]) -> None:
    """Write a list: the same file from the same lines."""
    text = about + "".join(f"{each}\n" for each in lines)
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(lines)} in {target.name}, {target.stat().st_size} bytes")  # noqa: T201 - a tool


def main(lists: Path) -> None:
    """Write all lists from the wheels in *lists*."""
    (zxcvbn,) = lists.glob("zxcvbn-*.whl")
    (django,) = lists.glob("django-*.whl")
    (disposable,) = lists.glob("disposable_email_domains-*.whl")
    common = kept([*of_zxcvbn(zxcvbn), *of_django(django)])
    write(ROOMS / "passwords" / "common_passwords.txt.gz", COMMON_PASSWORDS_HEAD, common)
    write(
        ROOMS / "people" / "disposable_domains.txt.gz",
        DISPOSABLE_DOMAINS_HEAD,
        of_disposable(disposable),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
