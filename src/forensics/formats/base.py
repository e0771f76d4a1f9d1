"""What a log format is: its name, its specification, its samples, and one function from lines to events.

One module per format in this folder, each with a module-level ``FORMATS: tuple[Format, ...]``; the folder is the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from forensics.formats.json_format import JsonKeys

Parser = Callable[[pl.DataFrame], pl.DataFrame]
"""From a frame of ``LINES`` to a frame of ``EVENTS`` + ``OUTCOME``: the same rows in the same order.

A parser may keep state from one batch to the next (W3C ``#Fields``); batches of a file arrive in order. Rows that it does not
understand come back as ``rejected`` with a reason, and are offered to the other formats before they stay so.
"""


@dataclass(frozen=True)
class BlockRead:
    """What a block of text came to: the events of the lines that follow the format to the letter, and the lines left to the parser."""

    events: pl.DataFrame
    """``EVENTS``, in the order of the block; ``line`` counts from 1 in it."""
    left: pl.Series
    """Lines of the block, counted from 1, that are not among the events (blank ones, too)."""


BlockParser = Callable[[bytes], BlockRead | None]
"""From a block of whole lines to its events, without cutting it into lines first; None where the block has to be cut. It keeps no state."""


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How a file is to be read where the file itself does not say."""

    time_zone: str = "UTC"
    """IANA name for timestamps without a zone."""
    trusted_proxies: tuple[str, ...] = ()
    """CIDR networks whose forwarded entries are believed, right-most first."""
    log_format: str | None = None
    """An Apache ``LogFormat`` or nginx ``log_format`` string."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A line that the format must read, and values that it must then yield (columns of ``EVENTS``; extra as a mapping)."""

    line: str
    expected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Format:
    """A log format. It is recognised by parsing: the share of sampled lines that ``open`` reads; ties go to ``rank``."""

    name: str
    title: str
    reference: str
    """URL of the specification."""
    samples: tuple[Sample, ...]
    open: Callable[[ReadOptions], Parser]
    open_blocks: Callable[[ReadOptions], BlockParser] | None = None
    """For formats that are read faster from blocks than from lines; what it gives must be what ``open`` gives."""
    tier: str | None = None
    """edge | gateway | application, where the format tells."""
    time_basis: str = "request start"
    """What the timestamp is: ``request start`` or ``request end``."""
    zoned: bool = True
    """Whether timestamps carry their zone (or are UTC by specification)."""
    rank: int = 0
    """Higher wins when two formats read the same share of lines (the more specific format ranks higher)."""
    main_only: bool = False
    """Whether it reads only files of its own, never the lines that a file's main format leaves."""
    hint: str | None = None
    """A regular expression that some line of this format contains; the format is not tried on lines without it. None: always tried."""
    pattern: str | None = None
    """A regular expression of whole lines (without blanks at their end), where there is one: the format is tried when some line matches."""
    misread: Callable[[pl.DataFrame], bool] | None = None
    """Tells by what the format made of sampled lines that its values stand elsewhere in them (another format reads such lines)."""
    keys: JsonKeys | None = None
    """Where a JSON format keeps its values: tables whose columns are named so are read alike."""
    assumption: str | None = None
    """One sentence for ``status`` on what is taken for granted (a unit, an order); None where the specification says all."""
