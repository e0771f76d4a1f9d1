"""Cells of exports as typed values: times, amounts, masked cards; and the secrets that never enter a case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import available_timezones

import polars as pl

from forensics.formats.instants import in_zone

EMPTY = ("", "-", "--", "null", "none", "nil", "nan", "n/a", "#n/a", "(null)", "(none)", "undefined", "unknown", "not available", "\\n")
"""What exports write for nothing, in lower case."""

GUARDED = r"^(?:'([0-9+=@-][^']*)|ObjectI[dD]\([\"']?([0-9a-f]{24})[\"']?\))$"
"""How shops and spreadsheets write a long number as text (Shopify's ``'7001234567890``), and MongoDB an id in CSV."""

SECRET = re.compile(
    r"passw(or)?d|passwort|kennwort|passphrase|hashed_?salted|secret(?!ar)|totp|"
    r"(^|_)(pass|user_?pass|pass_?hash|pwd|salt|seed|credential_?data|credentials_\d+_value|otp_?key|otp_?seed|mfa_?key|2fa_?key|backup_?codes?|"
    r"recovery_?(codes?|question|answer)|security_?(code|answer)|cvv2?|cvc2?|cvn|private_?key|access_?token|refresh_?token|id_?token)(_|$)|"
    r"парол|токен|секрет(?!ар)|хеш|密码|密碼|哈希|令牌|パスワード|トークン|ハッシュ|wachtwoord|(^|_)(haslo|senha|contrasena|mot_de_passe)(_|$)"
)
"""Normalised headers whose values are secrets, whatever system wrote them: dropped at load. ``cvc_check`` is a result, not a secret."""

NOT_SECRET = re.compile(r"(status|check|result|response|response_(code|text)|changed|enabled|verified|updated|expires|expiry|_at)$")

HASHED = (
    r"(?i)^\s*(\$(2[abxy]?|argon2[0-9a-z]*|scrypt|pbkdf2[0-9a-z_-]*|1|5|6|y|7|P|H|md5)\$|(pbkdf2|scrypt|bcrypt|argon2|md5|sha1|sha256|sha512)"
    r"(_[0-9a-z_]+)?[$:]|\{(SSHA|SHA|SMD5|MD5|CRYPT|BCRYPT|PBKDF2|ARGON2)[0-9a-z_-]*\}|otpauth://)"
)
"""How password hashes (modular crypt, Django, LDAP) and one-time-code URIs begin: a column with one is dropped, whatever its header.

No ``\\w``: with the letters of all alphabets the pattern takes five times as long to compile, for each file anew."""

PAN = r"(?:^|[^0-9A-Za-z])((?:[0-9][ -]?){12,18}[0-9])(?:[^0-9A-Za-z]|$)"
"""What may be a full card number: 13 to 19 digits, perhaps grouped."""


CARD_WORDS = ("card", "cards", "cc", "pan", "creditcard", "cardnumber", "number", "nr", "no", "num")
"""A number behind one of these words and ``_`` may be a card's; behind any other it is part of an identifier (``cus_``, ``ch_``)."""
LONGEST_PREFIX = 24

CARD_DIGITS = r"^[0-9]{0,8}[*xX\x{2022}.\- ]+[0-9]{0,4}$|^[0-9]{4,8}$"
"""A masked card number, or its first digits (BIN), its last ones: shared by many cards."""


@dataclass(frozen=True)
class Cleaned:
    """A frame without secrets, and what was dropped from it."""

    frame: pl.DataFrame
    warnings: list[str]


def without_secrets(frame: pl.DataFrame, headers: dict[str, str]) -> Cleaned:
    """Drop secret columns and mask full card numbers; ``headers`` maps the frame's columns to normalised headers.

    Passwords and their hashes, TOTP secrets, recovery codes, card check numbers go with their whole column; a card number keeps its
    last four digits wherever it stands (Luhn's check digit tells it from other long numbers).
    """
    secret = [
        column
        for column, header in headers.items()
        if (_secret(header, column) and not _switch(frame[column])) or frame[column].str.contains(HASHED).any()
    ]
    filled = [column for column in secret if frame[column].drop_nulls().ne("").any()]
    warnings = [f"column {column!r} holds secrets (passwords, hashes or one-time codes): dropped" for column in filled]
    kept = frame.drop(secret)
    masked: list[pl.Series] = []
    for column in kept.columns:
        series = kept[column]
        if series.dtype != pl.String:
            continue
        suspects = series.str.contains(PAN)
        if not suspects.any():
            continue
        changed = series.to_frame("text").with_columns(
            pl.when(pl.lit(suspects)).then(pl.col("text").map_elements(mask_cards, return_dtype=pl.String)).otherwise("text").alias(column)
        )[column]
        count = int((changed != series).sum())
        if count and not _numbers_of_another_kind(series.filter(suspects), count):
            masked.append(changed)
            warnings.append(f"column {column!r} holds {count} full card numbers: cut to their last four digits")
    return Cleaned(kept.with_columns(masked), warnings)


def _numbers_of_another_kind(suspects: pl.Series, cards: int) -> bool:
    """Whether a column is of long numbers of which a few pass for cards by chance (every tenth has the check digit): orders, shops' ids."""
    bare = suspects.str.strip_chars().str.strip_chars_start("'")
    alike = bool(bare.str.contains(r"^[0-9]+$").all()) and bare.str.len_chars().n_unique() == 1
    return alike and len(bare) >= FEW_NUMBERS and cards < BY_CHANCE * len(bare)


FEW_NUMBERS, BY_CHANCE = 20, 0.3
"""Numbers in a column below which each that may be a card's is cut, and the share of them that must pass for cards."""


def _secret(header: str, written: str) -> bool:
    """Whether a column holds secrets, by its normalised header or as it was ``written`` (accents and other scripts)."""
    return any(SECRET.search(word) for word in (header, written.lower())) and not NOT_SECRET.search(header)


def _switch(column: pl.Series) -> bool:
    """Whether a column says yes or no only, as Keycloak's ``totp`` says whether there is one."""
    said = column.drop_nulls().str.strip_chars().str.to_lowercase()
    said = said.filter(said != "")
    return not said.is_empty() and bool(said.is_in(("true", "false", "yes", "no")).all())


def mask_cards(text: str | None) -> str | None:
    """Replace every full card number in a text by asterisks and its last four digits."""
    if text is None:
        return None
    return re.sub(r"(?<![0-9A-Za-z])(?:[0-9][ -]?){12,18}[0-9](?![0-9A-Za-z])", _mask, text)


def _mask(match: re.Match[str]) -> str:
    prefix = re.search(r"([A-Za-z]+)_$", match.string[max(0, match.start() - LONGEST_PREFIX) : match.start()])
    if prefix is not None and prefix[1].lower() not in CARD_WORDS:
        return match[0]  # an identifier such as cus_39301271302116
    digits = re.sub(r"[^0-9]", "", match[0])
    return f"**** {digits[-4:]}" if luhn(digits) and digits[0] in "23456" else match[0]


def luhn(digits: str) -> bool:
    """Whether the check digit of a card number is right (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def cleaned(column: pl.Expr) -> pl.Expr:
    """Return a text cell without surrounding space and without the apostrophe that keeps spreadsheets from taking it for a number; what
    means nothing is NULL."""
    text = column.str.strip_chars().str.replace(GUARDED, "${1}${2}")
    return pl.when(~text.str.to_lowercase().is_in(EMPTY)).then(text)


ZONED = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")
PLAIN = (
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%b %d, %Y %H:%M:%S",
    "%b %d, %Y %H:%M",
    "%b %d, %Y %I:%M:%S %p",
)
DATES = ("%Y年%m月%d日", "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y")


def month_first(texts: pl.Series) -> bool | None:
    """Whether ``a/b/year`` is month first: decided by a part above 12 anywhere in the column; None when nothing tells."""
    parts = texts.drop_nulls().str.extract_groups(r"^(\d{1,2})/(\d{1,2})/\d{4}")
    frame = parts.struct.unnest().cast(pl.Int64)
    first, second = frame.get_columns()[0].max(), frame.get_columns()[1].max()
    if isinstance(first, int) and first > 12:
        return False
    return True if isinstance(second, int) and second > 12 else None


@dataclass(frozen=True)
class Times:
    """A column of times: ``moments`` (microseconds, no zone) of which those with ``local`` are as written, the others UTC."""

    moments: pl.Series
    local: pl.Series
    assumptions: list[str]


def times(texts: pl.Series, column: str, day_first: bool = False) -> Times:
    """Return the times of texts, and what had to be assumed of ``column``, as the file calls it (quoted).

    ``day_first``: how ``03/02/2024`` is read where no other row tells (in an export in another language than English).
    Understood: ISO 8601 with or without zone, seconds to nanoseconds since 1970, days or months first (slashes, hyphens), dates alone.
    """
    text = texts.str.replace(r"(\s*UTC|\s*GMT|Z)$", "+00:00").str.replace(r"^(\d{1,2})-(\d{1,2})-(\d{4})", "${1}/${2}/${3}")
    number = pl.col("t").str.extract(r"^(\d{9,16}|\d{19})(?:\.\d+)?$").cast(pl.Int64, strict=False)
    fine = pl.when(number >= 10**18).then(number // 1000).otherwise(number)
    micro = pl.when(number >= 10**15).then(fine).when(number >= 10**12).then(number * 1000).otherwise(number * 1_000_000)
    assumptions: list[str] = []
    slashed = ["%m/%d/%Y", "%d/%m/%Y"]
    if text.str.contains(r"^\d{1,2}/\d{1,2}/\d{4}").any():
        first = month_first(text)
        if first is None:
            first = not day_first
            assumptions.append(f"dates of column {column} such as 03/02/2024 read as {'month' if first else 'day'} first")
        slashed = slashed[:1] if first else slashed[1:]
    clocks = [f"{day} {clock}" for day in slashed for clock in ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")]
    rest, zoned = _parsed(text, [micro.cast(pl.Datetime("us")), *(_zoned(form) for form in ZONED)])
    unzoned = [pl.col("t").str.to_datetime(form, strict=False, time_unit="us") for form in (*PLAIN, *clocks)]
    days = [pl.col("t").str.to_date(form, strict=False).cast(pl.Datetime("us")) for form in (*DATES, *slashed)]
    _, local = _parsed(rest, [*unzoned, *days])
    return Times(pl.select(pl.coalesce(zoned, local).alias(texts.name)).to_series(), local.is_not_null(), assumptions)


SAYS_UTC = re.compile(r"(?:^|_)(?:utc|gmt)(?:_|$)")
"""A header (normalised) that says in which zone its times are."""

OFFSETS = {
    "PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5, "EDT": -4, "GMT": 0, "UTC": 0, "BST": 1, "CET": 1,
    "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "AEST": 10, "AEDT": 11, "MEZ": 1, "MESZ": 2,
}  # fmt: skip
"""Hours east of Greenwich of the abbreviations that payment reports use; IANA names are understood as well."""
ZONES = {
    "Eastern Time (US & Canada)": "America/New_York",
    "Central Time (US & Canada)": "America/Chicago",
    "Mountain Time (US & Canada)": "America/Denver",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
}
"""Zones under the names that Rails and Windows have for them."""


def in_utc(times: Times, zones: pl.Series | None, default: str) -> tuple[pl.Series, pl.Series, list[str]]:
    """Return the moments in UTC, which of them were read in the ``default`` zone, and what zones are not known.

    ``zones`` are what stands beside each moment; one that is empty or not known is taken for the default.
    """
    moments, taken, unknown = times.moments, times.local, []
    for zone in [] if zones is None else zones.filter(times.local).drop_nulls().unique().sort():
        here = times.local & (zones == zone).fill_null(value=False)
        if zone.upper() in OFFSETS:
            moved = moments - timedelta(hours=OFFSETS[zone.upper()])
        elif ZONES.get(zone, zone) in available_timezones():
            moved = in_zone(moments, ZONES.get(zone, zone))
        else:
            unknown.append(f"time zone {zone!r} is not known; read as {default}")
            continue
        moments, taken = moved.zip_with(here, moments), taken & ~here
    return in_zone(moments, default).zip_with(taken, moments), taken, unknown


def _zoned(form: str) -> pl.Expr:
    return pl.col("t").str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC").dt.replace_time_zone(None)


def _parsed(texts: pl.Series, readings: list[pl.Expr]) -> tuple[pl.Series, pl.Series]:
    """Return (texts that no reading understood, the moments of the others); each reading sees only what is left over."""
    found = pl.Series("t", [None] * len(texts), dtype=pl.Datetime("us"))
    rest = texts.alias("t")
    for reading in readings:
        if rest.null_count() == len(rest):
            break
        moments = rest.to_frame().select(reading.alias("t")).to_series()
        found = pl.select(pl.coalesce(found, moments)).to_series()
        rest = rest.set(moments.is_not_null(), None)
    return rest, found


WITHOUT_MINOR_UNIT = ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
WITH_THOUSANDTHS = ("BHD", "JOD", "KWD", "OMR", "TND")
"""Currencies whose smallest unit is no hundredth (ISO 4217; https://docs.stripe.com/currencies#zero-decimal)."""
TOTAL = r"(?i)^(?:grand |sub)?totals?:?$|^(?:sum|summe|gesamt|gesamtsumme|totale|somme|suma)$"
"""What stands in the place of an account in the last row of a table that was added up."""


def totals(records: pl.DataFrame) -> pl.Expr:
    """Whether payments (``FIELDS``) are the sum of the others: no time, and a word for it where the payer should be."""
    named = pl.any_horizontal(pl.col(name).str.contains(TOTAL) for name in ("account_key", "payer_id", "billing_name", "payment_id"))
    return pl.col("paid_at").is_null() & named.fill_null(value=False)


def amounts(texts: pl.Series, minor_of: pl.Series | None = None) -> pl.Series:
    """Return texts as amounts (four decimals): currency signs and thousands separators dropped, a decimal comma understood.

    ``minor_of``: the currencies (codes) in whose smallest unit the amounts are; None where they are in the currency itself.
    """
    digits = texts.str.replace_all(r"[^0-9,.\-()]", "")
    comma = digits.str.contains(r",\d{1,2}$")
    english = digits.str.replace_all(",", "")
    german = digits.str.replace_all(r"\.", "").str.replace(",", ".")
    joined = pl.select(pl.when(comma).then(german).otherwise(english)).to_series()
    negative = joined.str.replace(r"^\((.*)\)$", "-${1}")
    number = negative.cast(pl.Decimal(18, 4), strict=False)
    if minor_of is None:
        return number
    code = pl.lit(minor_of.str.to_uppercase())
    units = pl.when(code.is_in(WITHOUT_MINOR_UNIT)).then(1).when(code.is_in(WITH_THOUSANDTHS)).then(1000).otherwise(100)
    return pl.select((pl.lit(number) / units).cast(pl.Decimal(18, 4))).to_series()
