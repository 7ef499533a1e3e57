"""``python child_process.py PARENT MODULE``: run a module that ends with its parent.

It runs in the module's environment. On Linux a child gets a signal when its parent dies. Elsewhere
the parent must end it, and does so unless it is killed.
"""

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask Linux for the signal, then run the module."""
    parent, module = int(sys.argv[1]), sys.argv[2]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # The parent may have died before we asked.
    if os.getppid() != parent:
        sys.exit(0)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
