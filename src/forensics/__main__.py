"""The program: ``forensics`` and ``python -m forensics``.

Importing the command line takes a moment in which Ctrl-C would otherwise show a traceback.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Import the command line and run it."""
    try:
        from forensics.cli.app import main as run

        run()
    except KeyboardInterrupt:
        print("forensics: interrupted before anything was done.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
