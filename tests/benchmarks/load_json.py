"""What loading JSON lines costs against Polars' own reading of them: ``python -m tests.benchmarks.load_json [LINES]``.

Prints the median of five ``scan_ndjson`` of a log with twelve flat keys (warm), of three loads (whole function, hashing, Parquet and commit
included, a thousand-line load taken off as start-up), their ratio, and the peak memory of the loads (they run first).
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

import polars as pl
from tests.benchmarks.load_combined import AGENTS, loading, median


def make(path: Path, lines: int) -> None:
    """Write a JSON log of so many lines; the same bytes every time."""
    part = 100_000
    with path.open("wb") as out:
        for first in range(0, lines, part):
            number = pl.int_range(first, min(lines, first + part), eager=True)
            mixed = number.hash(seed=7)
            stamp = (pl.lit(1_709_337_600_000_000) + number * 51_234).cast(pl.Datetime("us"))
            record = pl.struct(
                stamp.dt.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").alias("time"),
                pl.format("198.18.{}.{}", mixed % 256, mixed // 256 % 256).alias("remote_addr"),
                pl.when(mixed % 2 == 0).then(pl.format("u{}", mixed % 5000)).otherwise(pl.lit("-")).alias("remote_user"),
                pl.lit("GET").alias("request_method"),
                pl.format("/api/v1/jobs/{}/image?size={}&token={}", mixed % 1_000_000, mixed % 2000, mixed).alias("request_uri"),
                pl.lit("HTTP/1.1").alias("server_protocol"),
                pl.lit(pl.Series([200, 200, 200, 304, 404, 500]).gather(mixed % 6)).alias("status"),
                pl.lit(mixed % 100_000).alias("body_bytes_sent"),
                pl.lit((mixed % 900 + 100) / 1000.0).alias("request_time"),
                pl.format("https://app.example/g/{}", mixed % 1000).alias("http_referer"),
                pl.lit(pl.Series(AGENTS).gather(mixed % len(AGENTS))).alias("http_user_agent"),
                pl.lit("app.example").alias("host"),
            )
            text = pl.select(record.struct.json_encode().alias("line"))["line"].str.join("\n")[0]
            out.write(f"{text}\n".encode())


def main() -> None:
    """Measure and print."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as place:
        log, little, folder = Path(place, "access.jsonl"), Path(place, "little.jsonl"), Path(place, "case")
        make(log, lines)
        make(little, 1000)
        loading(little, folder)()
        startup = median(5, loading(little, folder))
        taken = median(3, loading(log, folder)) - startup
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        reading = median(5, lambda: (pl.scan_ndjson(log).collect(), None)[1])
        print(f"{lines:,} lines, {log.stat().st_size / 1e6:,.0f} MB")
        print(f"scan_ndjson {reading:.2f} s, loading {taken:.2f} s (start-up {startup:.2f} s), ratio {taken / reading:.1f}")
        print(f"{lines / taken:,.0f} lines a second, peak memory {peak:.2f} GB")


if __name__ == "__main__":
    main()
