"""Read by Python at its start when this folder is on PYTHONPATH: whoever touches a socket dies of it."""

import os
import sys

REACHING = frozenset({
    "socket.__new__", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg",
})  # fmt: skip
"""Even making a socket: nothing that is installed has a use for one."""


def _forbid(event: str, arguments: object) -> None:
    if event in REACHING:
        os.write(2, f"Traceback: the network was touched ({event} {arguments!r})\n".encode())
        os._exit(86)


sys.addaudithook(_forbid)
