"""What all tests share: where evidence is, and how the installed program is run."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from forensics.case.case import Case

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the program itself has it, before NumPy is imported
settings.register_profile("untimed", deadline=None)  # how long an example takes depends on what else the machine does
settings.load_profile("untimed")

PROJECT = Path(__file__).resolve().parent.parent
PROGRAM = Path(sys.executable).parent / "forensics"

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Real log lines beside the project; tests that need them are skipped where there are none."""
    folder = Path(os.environ.get("FORENSICS_CORPORA", PROJECT.parent / "shared" / "corpora"))
    if not (folder / "formats").is_dir():
        pytest.skip("no corpora beside the project (FORENSICS_CORPORA)")
    return folder


@pytest.fixture(scope="session")
def forensics() -> Run:
    """Run the installed entry point: ``forensics("status", "--case", folder, check=0)`` asserts the exit code."""

    def run(*args: object, check: int | None = 0, env: dict[str, str] | None = None, **options: object) -> subprocess.CompletedProcess[str]:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("FORENSICS_") or key == "FORENSICS_CORPORA"
        } | (env or {})
        done = subprocess.run(
            [str(PROGRAM), *map(str, args)],
            env=environment,
            text=True,
            capture_output=True,
            timeout=300,
            check=False,
            **options,
        )  # type: ignore[call-overload]
        assert check is None or done.returncode == check, f"{args}: exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def quick() -> Run:
    """Run a command in this process, where only what it does is of interest: no start-up to wait for."""
    from forensics.cli.app import app

    def run(*args: object, check: int | None = 0) -> subprocess.CompletedProcess[str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
            app([str(arg) for arg in args], prog_name="forensics")
        texts = [stream.buffer.getvalue().decode() for stream in (out, err) if stream.flush() is None]  # type: ignore[attr-defined]
        done = subprocess.CompletedProcess([str(arg) for arg in args], int(ended.value.code or 0), *texts)
        assert check is None or done.returncode == check, f"{args}: exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done

    return run


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Make a folder once for all workers: ``once("demo", fill)`` fills it when nobody has, waits while somebody does, and returns it."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared if worker_id == "master" else shared.parent

    def made(name: str, fill: Callable[[Path], None]) -> Path:
        folder, done = shared / f"once-{name}", shared / f"once-{name}.done"
        with (shared / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of one that failed
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a closed case, filled as ``tests.report.made.fill`` does without options; for copies."""
    from tests.report.made import fill
    from tests.stored_case import new_case

    folder = tmp_path_factory.mktemp("filled") / "case"
    with new_case(folder) as opened:
        fill(opened)
        opened.checkpoint()  # once, not whenever a copy is opened
    return folder


@pytest.fixture
def filled(filled_folder: Path, tmp_path: Path) -> Iterator[Case]:
    """A filled case of the test's own."""
    from forensics.case.case import Case

    shutil.copytree(filled_folder, tmp_path / "case")
    with Case.open(tmp_path / "case") as opened:
        yield opened
