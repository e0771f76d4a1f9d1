"""Peak memory of every command on a case with large tables: ``PYTHONPATH=. python tests/benchmarks/memory_bound.py [ACCOUNTS [MEMORY]]``.

Default: 200,000 accounts, ``--memory 1GB``. Evidence is made (accounts, payments, a log of five requests per account from addresses that
many share), then each command runs as a process of its own; what is printed is its greatest resident size, shared libraries included, as
the system counted it. Exits 1 when a command is above the limit or fails.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from forensics.limits import parse_memory

COMMANDS = (
    ("load", "{evidence}"),
    ("status",),
    ("actors", "--output", "{out}/actors.csv"),
    ("report", "--out", "{out}/report"),
    ("report", "--redact", "--out", "{out}/redacted"),
    ("export", "graphml", "--out", "{out}/graphml"),
    ("export", "parquet", "--out", "{out}/parquet"),
    ("export", "timesketch", "--out", "{out}/timesketch"),
    ("sql", "SELECT a.account_id, count(*) FROM links a JOIN links b USING (account_id) GROUP BY ALL ORDER BY 2, 1 LIMIT 5"),
    ("verify",),
)  # fmt: skip


def evidence(folder: Path, accounts: int) -> None:
    """Write accounts, payments and a log: groups share cards, offices share addresses, everybody shares a few carriers and exits."""
    number = pl.DataFrame({"n": pl.int_range(accounts, eager=True)})
    n = pl.col("n")
    name = "u" + n.cast(pl.String).str.zfill(9)
    domain = (
        pl.when(n % 5 == 0)
        .then("corp" + (n // 100 * 7919 % max(1, accounts // 40)).cast(pl.String) + ".example")
        .otherwise(pl.lit("mail.example"))
    )
    card = pl.when(n % 20 == 0).then("shared" + (n // 100).cast(pl.String)).otherwise("own" + n.cast(pl.String))
    number.select(
        account_id=name,
        email=name + "@" + domain,
        created_at=pl.lit("2024-02-01T00:00:00Z"),
        plan=pl.lit("pro"),
        signup_ip=_address(n // 20),
    ).write_csv(folder / "accounts.csv")
    number.select(
        payment_id="p" + n.cast(pl.String),
        account_id=name,
        paid_at=pl.lit("2024-02-01T00:00:00Z"),
        amount=pl.lit(20),
        currency=pl.lit("USD"),
        card_fingerprint=card,
    ).write_csv(folder / "payments.csv")
    hits = pl.DataFrame({"i": pl.int_range(5 * accounts, eager=True)})
    i = pl.col("i")
    user = i * 7919 % accounts
    kind = i % 5
    place = (
        pl.when(kind == 0).then(user).when(kind == 1).then(user // 20).when(kind == 2).then(user * 31 % max(1, accounts // 100) + 10**6)
        .when(kind == 3).then(user % 40 + 2 * 10**6).otherwise(user // 3)
    )  # fmt: skip
    second = i * 80_000 // (5 * accounts)
    stamp = pl.lit("02/Mar/2024:") + pl.concat_str(
        [(second // part % base).cast(pl.String).str.zfill(2) for part, base in ((3600, 24), (60, 60), (1, 60))], separator=":"
    )
    hits.select(
        _address(place) + " - u" + user.cast(pl.String).str.zfill(9) + " [" + stamp + ' +0000] "GET /api/jobs/' + (i % 5000).cast(pl.String)
        + ' HTTP/1.1" 200 512 "-" "agent ' + (user % 300).cast(pl.String) + '"'
    ).write_csv(folder / "access.log", include_header=False, quote_style="never")  # fmt: skip


def _address(number: pl.Expr) -> pl.Expr:
    return pl.format("10.{}.{}.{}", number // 65536 % 256, number // 256 % 256, number % 256)


def measured(arguments: list[str], log: Path) -> tuple[int, float, float]:
    """Run the program; return its exit code, seconds, and the greatest resident size in bytes."""
    began = time.monotonic()
    process = os.fork()
    if process == 0:
        quiet = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.execv(sys.executable, [sys.executable, "-m", "forensics", *arguments])
    _, status, used = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - began, used.ru_maxrss * 1024


def main() -> None:
    """Make the evidence, run every command, print what each took."""
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    memory = sys.argv[2] if len(sys.argv) > 2 else "1GB"
    allowed = parse_memory(memory)
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "evidence").mkdir()
        evidence(folder / "evidence", accounts)
        for command in COMMANDS:
            arguments = [part.format(evidence=folder / "evidence", out=folder / "out") for part in command]
            code, seconds, peak = measured([*arguments, "--case", str(folder / "case"), "--memory", memory], folder / "log")
            well = code == 0 and peak <= allowed
            bad += not well
            print(f"{'ok ' if well else 'BAD'} {peak / 1e9:5.2f} GB {seconds:6.1f} s  exit {code}  {' '.join(command)[:70]}", flush=True)
            if code:
                print((folder / "log").read_text()[-600:], flush=True)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
