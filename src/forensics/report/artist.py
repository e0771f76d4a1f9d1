"""Charts are drawn by a process of its own, which runs this file: a Vega specification a line in, an SVG a line out, both as JSON.

Vega's JavaScript engine takes a third of a second to start and holds Python's lock for as long as it works, so it starts elsewhere while
the analysis goes on. What it draws comes out of logs, too: a fault of the engine ends that process and not this one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

FIRST = '{"$schema": "https://vega.github.io/schema/vega/v6.json", "width": 1, "height": 1}'
"""Drawn by nobody's wish: the engine starts with its first chart."""


class Artist:
    """Draws charts; its process starts when it is made."""

    def __init__(self) -> None:
        import atexit
        import subprocess

        self._process: subprocess.Popen[str] | None = None
        if not sys.executable:
            return
        try:
            # -P: nothing is imported from beside this file; a group of its own: Ctrl-C is for the program that waits.
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="ascii",
                process_group=0,
            )
        except OSError:
            return
        atexit.register(self.dismiss)

    def draw(self, chart: Mapping[str, Any]) -> str:
        """Return a Vega specification as SVG; drawn in this process where the other one cannot be had. ``ValueError``: it is none."""
        text = json.dumps(chart)
        answer = self._asked(text)
        if answer is None:
            return drawn(text)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["svg"]

    def _asked(self, text: str) -> dict[str, str] | None:
        """Return what the process says; None when it is not there (any more)."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            return None
        try:
            print(text, file=self._process.stdin, flush=True)
            answer: dict[str, str] = json.loads(self._process.stdout.readline())
        except (OSError, ValueError):
            self.dismiss()
            return None
        return answer

    def dismiss(self) -> None:
        """End the process."""
        import contextlib

        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):  # what was left to be written has no reader
                process.__exit__(None, None, None)


def drawn(text: str) -> str:
    """Return a Vega specification (JSON) as SVG, drawn in this process."""
    import vl_convert

    svg: str = vl_convert.vega_to_svg(text)
    return svg


def serve() -> None:
    """Draw what comes in, until nothing more comes."""
    drawn(FIRST)
    for line in sys.stdin:
        try:
            answer = {"svg": drawn(line)}
        except ValueError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
