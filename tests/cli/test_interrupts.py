"""Ctrl-C, whatever the libraries are doing: exit code 130, a sentence that says what was kept, a line on record."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.case import cases

from forensics.case.case import Case
from forensics.evidence import chain

PROGRAM = """
from pathlib import Path
from forensics.cli import app as program

def load(folder: str):
    from forensics.case.case import Case
    with Case.open(Path(folder)) as case:
        print("started", flush=True)
        {work}

known = program.app.registered_commands
known[:] = [command for command in known if command.callback.__name__ != "load"]
program.app.command()(load)
program.main()
"""

LONG = {
    "create table": "case.connection.execute("
    "'CREATE TABLE z AS SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range*b.range) % 7 = 3')",
    "query": "case.connection.sql('SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range*b.range) % 7 = 3').pl()",
    "polars": "import polars as pl; a = pl.LazyFrame({'a': range(3000)}); b = pl.LazyFrame({'b': range(3000000)}); "
    "a.join(b, how='cross').select((pl.col('a') * pl.col('b') % 7).sum()).collect()",
    "python": "import time; time.sleep(60)",
    "destructor": "import time\n        class Late:\n            def __del__(self): time.sleep(60)\n        Late(); time.sleep(60)",
    "threads": "import time; from concurrent.futures import ThreadPoolExecutor\n"
    "        with ThreadPoolExecutor(2) as pool: list(pool.map(time.sleep, [60, 60]))",
}
"""Where the main thread is when the signal comes."""


@pytest.mark.parametrize("work", LONG.values(), ids=LONG.keys())
def test_ctrl_c_stops_any_work(tmp_path: Path, work: str) -> None:
    log = cases.write_log(tmp_path / "a.log")
    with Case.create(tmp_path / "case") as case:
        cases.load(case, log)
    command = [sys.executable, "-c", PROGRAM.format(work=work), "load", str(tmp_path / "case")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "started\n"
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
    assert running.returncode == 130
    assert said.startswith("forensics: interrupted;")
    assert said.count("\n") == 1
    found = chain.read(tmp_path / "case" / "custody.jsonl")
    assert found.breaks == []
    assert [line["result"] for line in found.lines] == ["done", "interrupted"]
    with Case.open(tmp_path / "case") as case:
        assert len(case.table("events")) == 50


def test_the_record_is_json_that_anybody_reads(tmp_path: Path) -> None:
    with Case.create(tmp_path / "case") as case:
        cases.load(case, cases.write_log(tmp_path / "a.log"))
    for line in (tmp_path / "case" / "custody.jsonl").read_text().splitlines():
        assert json.loads(line)["program"].startswith("forensics ")
