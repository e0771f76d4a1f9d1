"""No network, at any time: the demo that all end-to-end tests share runs with sockets forbidden; here is proof that they are."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.e2e.conftest import OFFLINE


def test_the_fence_holds():
    for attempt in (
        "import socket; socket.create_connection(('198.18.0.1', 80))",
        "import urllib.request as u; u.urlopen('http://198.18.0.1/')",
    ):
        done = subprocess.run([sys.executable, "-c", attempt], env=os.environ | OFFLINE, capture_output=True, text=True, check=False)
        assert done.returncode == 86
        assert "the network was touched" in done.stderr


def test_everything_else_of_the_main_job_is_offline_too(demo, forensics):
    for command in (["verify"], ["sql", "SELECT count(*) FROM requests"], ["timeline"], ["actors"], ["status"]):
        forensics(*command, "--case", demo.case, env=OFFLINE)
