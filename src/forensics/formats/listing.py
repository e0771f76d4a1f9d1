"""The formats that are known, as a table."""

from __future__ import annotations

import polars as pl

from forensics.formats.registry import all_formats


def known_formats() -> pl.DataFrame:
    """Return name, title, reference, a sample line, time_basis and zone of every format, by name."""
    rows = [
        {
            "name": entry.name,
            "title": entry.title,
            "reference": entry.reference,
            "sample": entry.samples[0].line if entry.samples else None,
            "time_basis": entry.time_basis,
            "zone": "as logged" if entry.zoned else "--time-zone, where none is logged",
        }
        for entry in sorted(all_formats(), key=lambda entry: entry.name)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("name", "title", "reference", "sample", "time_basis", "zone"), pl.String()))
