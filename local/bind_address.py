"""The address that the emulated AWS listens on: loopback, unless containers need it."""

import fcntl
import socket
import struct

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - named here, and chosen only below
BRIDGE = "docker0"
"""The network interface through which Docker's containers reach a Linux machine."""

_GIVE_ADDRESS = 0x8915
"""SIOCGIFADDR reads an interface's IPv4 address. Source: netdevice(7)."""

ON_THE_BRIDGE = """\
  SAM_LOCAL=1: the emulated AWS listens on {address}. Every container on this machine can read and
  change what is in it, and nobody checks a password. It holds made-up people only.
"""
ON_EVERY_ADDRESS = """\
  SAM_LOCAL=1, and no Docker bridge ({bridge}) was found: the emulated AWS listens on every address
  of this machine. Whoever can reach this machine over the network can read and change what is in
  it, and nobody checks a password. It holds made-up people only. End it when you are done.
"""


def bind_address(*, for_containers: bool, bridge: str | None) -> str:
    """Return the address to listen on.

    Args:
        for_containers: whether containers must reach it. If not, it is loopback.
        bridge: the address of Docker's bridge on this machine, if it has one.
    """
    if not for_containers:
        return LOOPBACK
    return bridge or EVERYWHERE


def docker_bridge(interface: str = BRIDGE) -> str | None:
    """Return the IPv4 address of Docker's bridge; ``None`` without Docker, or if it is in a VM."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            request = struct.pack("256s", interface.encode())
            answer = fcntl.ioctl(asked.fileno(), _GIVE_ADDRESS, request)
        except OSError:
            return None
    return socket.inet_ntoa(answer[20:24])


def dialled(address: str) -> str:
    """Return the address at which this machine reaches a server that listens on *address*."""
    return LOOPBACK if address == EVERYWHERE else address


def warning(address: str) -> str:
    """Return a warning about *address* for the terminal; empty for loopback."""
    if address == LOOPBACK:
        return ""
    text = ON_EVERY_ADDRESS if address == EVERYWHERE else ON_THE_BRIDGE
    return text.format(address=address, bridge=BRIDGE)
