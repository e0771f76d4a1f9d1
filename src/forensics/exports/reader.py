"""Recognise and read exports of accounts, payments and identifiers, and records of the operators' tools, which are notes.

``recognise`` looks at the first bytes only; ``read`` returns frames for the record tables of the case. Full card numbers, password hashes
and one-time-code secrets are dropped here and never reach the case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, BinaryIO

import polars as pl

from forensics.errors import RefusedEvidenceError
from forensics.evidence.readable import Readable, Rows
from forensics.exports import named, people, rows, values
from forensics.exports.recognition import ExportMatch, recognise
from forensics.exports.systems import System, account_headers, foreign, normalised, system_called, system_said
from forensics.formats.values import to_address
from forensics.text import counted

__all__ = ["read", "recognise"]

EXTRA = pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))

TABLES = {"accounts": "account_records", "payments": "payment_records", "identifiers": "identifier_records", "notes": "notes"}
"""Kind of evidence -> the record table that its rows go to."""

FIELDS: dict[str, dict[str, pl.DataType]] = {
    "accounts": {
        **dict.fromkeys(("account_id", "email", "user_name", "name", "plan", "status", "signup_ip"), pl.String()),
        "created_at": pl.Datetime("us"),
    },
    "payments": {
        **dict.fromkeys(("payment_id", "account_key", "currency", "status", "card_fingerprint", "card_brand", "card_last4"), pl.String()),
        **dict.fromkeys(("card_expiry", "payer_id", "payer_email", "billing_name", "billing_postcode", "billing_country"), pl.String()),
        "paid_at": pl.Datetime("us"),
        "amount": pl.Decimal(18, 4),
    },
    "identifiers": {
        **dict.fromkeys(("account_key", "identifier_type", "identifier_value"), pl.String()),
        "first_at": pl.Datetime("us"),
        "last_at": pl.Datetime("us"),
    },
    "notes": {"occurred_at": pl.Datetime("us"), "message": pl.String(), "event_type": pl.String()},
}
"""Kind -> column -> type of what ``read`` yields, beside evidence_id and line."""
WHOLE = frozenset({"accounts", "payments"})
"""Kinds whose records keep all that their row says (``extra``), and what system it is of (``source``)."""

NEEDED: dict[str, tuple[tuple[str, ...], str]] = {
    "accounts": (("account_id", "email", "user_name"), "account_id, user_id, email or username"),
    "payments": (("account_key", "payer_id", "payer_email"), "account_id, user_id, customer_email or customer_id"),
    "identifiers": (("account_key",), "account_id"),
    "notes": (("occurred_at",), "time"),
}
"""Kind -> the fields of which a row must have one, and what their columns may be called."""
TOLD_BY = {
    "accounts": "account_id, email, created_at",
    "payments": "account_id, paid_at, amount, card_fingerprint",
    "identifiers": "account_id, identifier_type, identifier_value",
    "notes": "deployed_at, version, description",
}
"""Kind -> columns by which a table is known to be of it."""
LACKING = {"notes": "no time that can be read"}
"""Kind -> why a row without any of these is rejected; of the others, because no account is named."""

FINDINGS = frozenset({"strength_bits", "weight_bits", "load_share", "incident_id"})
"""Columns that, beside ``actor_id``, tell a table that this program wrote: loaded as evidence it would prove itself."""


def read(file: Readable, match: ExportMatch, evidence_id: str, time_zone: str | None = None) -> Rows:
    """Read a recognised export, times that carry no zone in ``time_zone`` (else UTC); ``RefusedEvidenceError`` when it names no account."""
    with file.open() as stream:
        table = _table(stream, match)
    headers = {column: normalised(column) for column in table.frame.columns if column != rows.LINE}
    if "actor_id" in headers.values() and not FINDINGS.isdisjoint(headers.values()):
        raise RefusedEvidenceError("is a table of findings, out of a report or an export of this program: that is no evidence")
    system = match.system or _system_of(table, match, file.name)
    if system.minor_in_json and match.container.startswith("json"):
        system = replace(system, minor_units=True)
    clean = values.without_secrets(table.frame, headers)
    present = {column: header for column, header in headers.items() if column in clean.frame.columns}
    made = Columns.of(clean.frame, present, system, time_zone)
    records, assumptions = made.succeeded()
    names, wanted = NEEDED[system.kind]
    usable = pl.any_horizontal(pl.col(name).is_not_null() for name in names)
    if not any(name in made.mapping for name in names):
        raise RefusedEvidenceError(f"has no column that names an account: rename one to {wanted} and load it again")
    if system.kind == "accounts" and not match.asked and (own := made.row_id()):
        raise RefusedEvidenceError(
            f"is a table of what accounts have ({own} is another in every row, and most accounts stand in several), not of accounts: "
            "--kind accounts takes it for one of accounts"
        )
    if system.kind == "accounts" and not match.asked and (told := made.told_again()):
        raise RefusedEvidenceError(
            f"is a table of what accounts did ({told} stands beside each, and some stand in several rows), not of accounts: call its day "
            "timestamp for sign-ins, or have --kind accounts take it for one of accounts"
        )
    rejected = [*table.rejected, *((line, LACKING.get(system.kind, "no account is named"), "") for line in records.filter(~usable)["line"])]
    totals = values.totals(records) if system.kind == "payments" else pl.lit(value=False)
    kept = records.filter(usable & ~totals).with_columns(pl.lit(evidence_id).alias("evidence_id"))
    if system.kind in WHOLE:
        kept = kept.with_columns(pl.lit(system.name).alias("source"))
    moments = kept.select(pl.col(pl.Datetime("us"))).unpivot()["value"] if kept.height else pl.Series([], dtype=pl.Datetime("us"))
    return Rows(
        frames={TABLES[system.kind]: _told_beside(kept, system)},
        lines=table.lines,
        parsed=kept.height,
        rejected=_rejected(rejected, evidence_id, secrets=len(clean.frame.columns) < len(table.frame.columns)),
        skipped=max(0, table.lines - kept.height - len(rejected)),
        assumptions=[*table.assumptions, *clean.warnings, *assumptions],
        first_at=moments.min(),  # type: ignore[arg-type]
        last_at=moments.max(),  # type: ignore[arg-type]
        kind=system.kind,
        format=f"{system.name} ({match.container})",
        account_header=made.account_header,
        **made.clock(),
    )


def _told_beside(records: pl.DataFrame, system: System) -> pl.DataFrame:
    """Return the records with one more for each second identifier that their rows tell; with one, a row needs no first."""
    if not system.also:
        return records
    beside = [records.with_columns(identifier_type=pl.lit(name), identifier_value=pl.col(f"also {name}")) for name in system.also]
    told = pl.concat([records, *beside]).filter(pl.col("identifier_value").is_not_null())
    return told.drop(f"also {name}" for name in system.also).sort("line", maintain_order=True)


def _table(stream: BinaryIO, match: ExportMatch) -> rows.Table:
    readers: dict[str, Callable[[], rows.Table]] = {
        "parquet": lambda: rows.read_parquet(stream),
        "csv": lambda: rows.read_csv(stream.read(), match.delimiter, match.titles, match.columns),
        "json lines": lambda: rows.read_json_lines(stream.read()),
        "json": lambda: rows.read_json_array(stream.read(), match.records),
    }
    return readers[match.container]()


def _system_of(table: rows.Table, match: ExportMatch, name: str) -> System:
    headers = [column for column in table.frame.columns if column != rows.LINE]
    system = system_said(headers, match.kind if match.asked else None)
    if system is None and not match.asked and people.called_after_people(name):
        system = system_called(headers)
    if system is None:
        found = ", ".join(headers[:12]) or "none"
        raise RefusedEvidenceError(
            f"is Parquet without the columns of an export (it has {found}): rename them in a copy: "
            + "; ".join(f"{columns} for {kind}" for kind, columns in TOLD_BY.items() if kind == match.kind or not match.asked)
        )
    return system


def _rejected(found: list[tuple[int, str, str]], evidence_id: str, secrets: bool) -> pl.DataFrame:
    """Rejected rows keep their text without card numbers; in a file with ``secrets`` they keep none."""
    schema = {"evidence_id": pl.String(), "line": pl.Int64(), "reason": pl.String(), "raw": pl.String()}
    data = [(evidence_id, line, reason, None if secrets else values.mask_cards(raw)) for line, reason, raw in found]
    return pl.DataFrame(data, schema=schema, orient="row")


class Columns:
    """The columns of one export, brought into the form of its record table."""

    def __init__(self, frame: pl.DataFrame, headers: dict[str, str], system: System, time_zone: str | None) -> None:
        """``headers`` maps columns of cleaned texts to normalised headers; ``time_zone`` was given for times that carry none."""
        self.frame, self.system = frame, system
        self.column = {header: column for column, header in reversed(headers.items())}
        self.mapping = system.mapping(list(headers.values()))
        self.time_zone = time_zone
        self.day_first = any(foreign(column) for column in headers)
        self.assumptions: list[str] = []
        self.zoned = self.unzoned = 0

    @classmethod
    def of(cls, frame: pl.DataFrame, headers: dict[str, str], system: System, time_zone: str | None) -> Columns:
        """Leave out columns without a value, so that the next alias is read; all stay where nothing else would name an account."""
        clean = frame.with_columns(values.cleaned(pl.col(column)) for column in headers)
        made = cls(clean, {c: h for c, h in headers.items() if clean[c].null_count() < clean.height}, system, time_zone)
        return made if any(name in made.mapping for name in NEEDED[system.kind][0]) else cls(clean, headers, system, time_zone)

    def row_id(self) -> str | None:
        """Return the header of the id that rows of an export of accounts have, where they are of what the accounts have; else None."""
        persons = {self.mapping[name][0] for name in NEEDED["accounts"][0] if name in self.mapping} - {"id"}
        ids = {name: self.frame[column] for name, column in self.column.items() if name == "id" or name.endswith(("_id", "uuid"))}
        named = [self.frame[self.column[name]] for name in sorted(persons) if name in self.column]
        return people.row_id({name: column for name, column in ids.items() if name not in persons}, named)

    def told_again(self) -> str | None:
        """Return the header that says that rows are of what accounts did, where accounts stand in several; else None."""
        header = self.mapping.get("account_id", ("",))[0]
        found = next((name for name in sorted(self.system.once) if name in self.column), None)
        return found if found and header in self.column and self.frame[self.column[header]].drop_nulls().is_duplicated().any() else None

    @property
    def account_header(self) -> str | None:
        """The header under which the rows say whose they are."""
        return next((self.mapping[name][0] for name in ("account_id", "account_key") if name in self.mapping), None)

    def records(self) -> tuple[pl.DataFrame, list[str]]:
        """Return the rows of the record table (line, fields, extra) and what had to be assumed."""
        self._of_persons()
        fields = FIELDS[self.system.kind]
        columns: list[pl.Series] = [self.frame[rows.LINE].alias("line")]
        columns += [self._field(name, kind) for name, kind in fields.items()]
        columns += [self._first(aliases).alias(f"also {name}") for name, aliases in self.system.also.items()]
        if self.system.kind in WHOLE:
            columns.append(self._extra(fields))
        return pl.DataFrame(columns), list(dict.fromkeys(self.assumptions))

    def succeeded(self) -> tuple[pl.DataFrame, list[str]]:
        """Return ``records`` without those of what failed, and what had to be assumed."""
        frame, assumptions = self.records()
        told = [
            pl.col(self.column[header]).str.to_lowercase().str.contains(pattern)
            for header, pattern in self.system.failed.items()
            if header in self.column
        ]
        failed = self.frame.select(pl.any_horizontal(told).fill_null(value=False).alias("failed"))["failed"] if told else None
        if failed is None or not failed.any():
            return frame, assumptions
        left_out = f"{counted(int(failed.sum()), 'row')} of what failed left out: whose it was is not known"
        return frame.filter(~failed), [*assumptions, left_out]

    def clock(self) -> dict[str, str]:
        """By what zone the times were read, and who says so."""
        if self.unzoned:
            return {"time_zone": self.time_zone or "UTC", "time_zone_source": "given" if self.time_zone else "assumed"}
        return {"time_zone": "as logged", "time_zone_source": "log"} if self.zoned else {}

    def _text(self, name: str) -> pl.Series:
        """The cleaned text of a field; the first alias of the system that is there, parts joined with a space."""
        parts = [cleaned for part in self.mapping.get(name, ()) if (cleaned := self._cell(part)) is not None]
        if not parts:
            return pl.Series(name, [None] * self.frame.height, dtype=pl.String)
        joined = pl.concat_str(parts, separator="/" if name == "card_expiry" else " ", ignore_nulls=True)
        text = values.cleaned(joined) if len(parts) > 1 else parts[0]
        return self.frame.select(text.alias(name)).to_series()

    def _first(self, headers: tuple[str, ...]) -> pl.Series:
        found = next((pl.col(self.column[header]) for header in headers if header in self.column), pl.lit(None, dtype=pl.String))
        return self.frame.with_columns(found.alias("first"))["first"]

    def _cell(self, header: str) -> pl.Expr | None:
        if header not in self.column:
            return None
        cell, instead = pl.col(self.column[header]), self.system.outgoing.get(header)
        if header in self.system.nothing:
            cell = pl.when(cell != self.system.nothing[header]).then(cell)
        amount = self.mapping.get("amount", ("",))[0]
        if instead not in self.column or amount not in self.column:
            return cell
        negative = pl.col(self.column[amount]).str.contains(r"^\s*[-(\x{2212}]").fill_null(value=False)
        return pl.when(negative).then(pl.col(self.column[instead])).otherwise(cell)

    def _field(self, name: str, kind: pl.DataType) -> pl.Series:
        if name in self.system.constant:
            return pl.Series(name, [self.system.constant[name]], dtype=pl.String).new_from_index(0, self.frame.height)
        text = self._text(name)
        if kind == pl.Datetime("us"):
            return self._moments(text)
        if isinstance(kind, pl.Decimal):
            cents = self.system.minor_units or any(part.endswith("cents") for part in self.mapping.get(name, ()))
            return values.amounts(text, self._text("currency") if cents else None).alias(name)
        if name == "card_last4":
            masked = self._text("masked_card").str.extract(r"(\d{4})\s*$")
            return pl.select(pl.coalesce(text.str.extract(r"(\d{4})\s*$"), masked).alias(name)).to_series()
        if name == "card_fingerprint":  # digits of the card itself are no fingerprint: they would link by what many cards have in common
            return text.set(text.str.contains(values.CARD_DIGITS).fill_null(value=False), None)
        if name == "signup_ip" or (name == "identifier_value" and self.system.constant.get("identifier_type") == "client_ip"):
            return to_address(text).alias(name)
        if name in named.FIELDS:
            text, told = named.present(text)
            self.assumptions += told
        return text.str.to_lowercase() if name in ("email", "payer_email") else text

    def _of_persons(self) -> None:
        """Take for an account's id the one that each person has, where the first is a customer's with several people."""
        chosen = self.mapping.get("account_id", ("",))[0]
        ids = {header: self.frame[self.column[header]] for header in (chosen, *account_headers("own")) if header in self.column}
        told = [self._field(name, pl.String()) for name in ("email", "name", "user_name") if name in self.mapping]
        own = people.own_id(ids, chosen, pl.DataFrame(told[:2])) if chosen in ids else None
        if own is not None:
            self.mapping["account_id"] = (own,)
            self.assumptions.append(f"{self.column[chosen]!r} is of several people: {self.column[own]!r} is taken for the account")

    def _moments(self, text: pl.Series) -> pl.Series:
        """Times in UTC: by the zone they carry, by the column that the export has for it, or by the zone that was given."""
        parts = [part for part in self.mapping.get(text.name, ()) if part in self.column]
        column = " and ".join(repr(self.column[part]) for part in parts)
        times = values.times(text, column, self.day_first)
        zones = self._text("time_zone") if "time_zone" in self.mapping else None
        if any(values.SAYS_UTC.search(part) for part in parts):  # the header carries the zone: "Created date (UTC)"
            zones = pl.Series("zone", ["UTC"]).new_from_index(0, len(text))
        moments, taken, unknown = values.in_utc(times, zones, self.time_zone or "UTC")
        self.assumptions += [*times.assumptions, *unknown]
        if taken.any():
            read = f"read as {self.time_zone}, as given" if self.time_zone else "read as UTC (--time-zone says otherwise)"
            self.assumptions.append(f"times of column {column} carry no zone; {read}")
        self.zoned += int((moments.is_not_null() & ~taken).sum())
        self.unzoned += int(taken.sum())
        return moments

    def _extra(self, fields: dict[str, pl.DataType]) -> pl.Series:
        """Everything else that the file says of a row, keys sorted; company and bank account under their own names, an address also so."""
        addressed = [name for name in ("billing_postcode", "billing_street") if name in self.mapping and name not in fields]
        named = [*(name for name in ("bank_account", "company") if name in self.mapping), *addressed]
        used = {part for name, parts in self.mapping.items() if name in fields for part in parts}
        used |= {part for name in ("bank_account", "company", "masked_card") for part in self.mapping.get(name, ())}
        rest = {header: pl.col(column) for header, column in self.column.items() if header not in used}
        texts: dict[str, pl.Expr] = {
            **rest,
            **{name: self._bank_account() if name == "bank_account" else pl.lit(self._text(name)) for name in named},
        }
        pairs: list[Any] = [pl.struct(pl.lit(key).alias("key"), texts[key].alias("value")) for key in sorted(texts)]
        if not pairs:
            nothing = pl.Series("extra", [[]], dtype=EXTRA).new_from_index(0, self.frame.height)
            return nothing.cast(pl.Map(pl.String(), pl.String()))
        filled = pl.concat_list(pairs).list.filter(pl.element().struct.field("value").is_not_null())
        return self.frame.select(filled.alias("extra")).to_series().cast(EXTRA).cast(pl.Map(pl.String(), pl.String()))

    def _bank_account(self) -> pl.Expr:
        """An account number is an identifier, not something to keep: only its SHA-256 enters the case."""
        from hashlib import sha256

        text = self._text("bank_account")
        if text.drop_nulls().is_empty():
            return pl.lit(text)
        self.assumptions.append("bank accounts are kept as hashes only")
        return pl.lit(text.map_elements(lambda t: sha256(t.replace(" ", "").upper().encode()).hexdigest(), return_dtype=pl.String))
