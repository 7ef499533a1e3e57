"""``python child_process.py PARENT MODULE``: run a module that ends when its parent does.

Runs in the environment of the module. Linux tells a child of its parent's death; elsewhere the
parent has to end it, which it does unless it is killed outright.
"""

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask for the signal, then become the module."""
    parent, module = int(sys.argv[1]), sys.argv[2]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # The parent may have gone before we could ask.
    if os.getppid() != parent:
        sys.exit(0)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
