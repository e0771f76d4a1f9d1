"""The program: ``forensics`` and ``python -m forensics``.

Importing the command line takes a moment in which Ctrl-C would otherwise show a traceback.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

NEW_OBJECTS = 50_000
"""New objects after which Python looks for unreachable cycles. There are next to none here; what it would look at is modules."""


def main() -> None:
    """Import the command line and run it."""
    gc.set_threshold(NEW_OBJECTS)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # started with it closed: else the next file that is opened gets its number
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115
    # NumPy's linear algebra adds in another order with another number of threads, and its threads spin while they wait for work.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    try:
        from forensics.cli.app import main as run

        run()
    except KeyboardInterrupt:
        print("forensics: interrupted before anything was done.", file=sys.stderr)
        sys.exit(130)
    finally:
        gc.freeze()  # what is left ends with the process: a last search for cycles in it takes longer than most commands


if __name__ == "__main__":
    main()
