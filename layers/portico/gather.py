"""Gather the common passwords that ``portico/passwords/common.txt.gz`` holds.

    pip download --no-deps --dest lists zxcvbn==4.5.0 django==5.2.19
    python layers/portico/gather.py lists layers/portico/portico/passwords/common.txt.gz

Run by hand when the lists are to be newer; a build takes the file as it is committed.
"""

import ast
import gzip
import sys
import unicodedata
import zipfile
from pathlib import Path

ABOUT = """\
# Passwords that people choose and attackers try first, in lower case, one a line.
# From zxcvbn 4.5.0 (MIT; Copyright (c) 2016 Daniel Wolf, Copyright (c) 2012-2016 Dropbox, Inc.):
# its 30,000 most frequent. From Django 5.2.19 (BSD-3-Clause; Copyright (c) Django Software
# Foundation and individual contributors): 20,000 breached ones, compiled by Royce Williams.
# Made by layers/portico/gather.py.
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


def main(folder: Path, target: Path) -> None:
    """Write the file: the same one from the same lists."""
    (zxcvbn,) = folder.glob("zxcvbn-*.whl")
    (django,) = folder.glob("django-*.whl")
    words = kept([*of_zxcvbn(zxcvbn), *of_django(django)])
    text = ABOUT + "".join(f"{each}\n" for each in words)
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(words)} passwords in {target.stat().st_size} bytes")  # noqa: T201 - for whoever runs it


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
