"""Real lines of many programs: everything is loaded unasked, every line is accounted for, and the investigation survives them."""

from __future__ import annotations

import csv
import io


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_mixed_folder_of_real_lines(corpora, forensics, tmp_path):
    case = tmp_path / "case"
    done = forensics("investigate", corpora / "formats", "--case", case, "--out", tmp_path / "out")
    evidence = rows(forensics("sql", "SELECT * FROM evidence WHERE kind = 'log'", "--case", case, "--format", "csv").stdout)
    loaded = {row["path"]: row for row in evidence if row["path"].endswith("input.log")}
    missing = [folder.name for folder in sorted((corpora / "formats").iterdir()) if f"{folder.name}/input.log" not in loaded]
    assert missing == [], done.stderr[-3000:]
    for path, row in loaded.items():
        assert int(row["lines"]) == sum(int(row[part]) for part in ("events", "rejected", "skipped", "duplicates")), path
        data = (corpora / "formats" / path).read_bytes()
        physical = data.count(b"\n") + (not data.endswith(b"\n"))
        assert int(row["lines"]) == physical, path
    assert (tmp_path / "out" / "report.html").is_file()
