"""``lacarte match`` on files: quick, without Django, and clear about what went wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.standalone.files import NEED, files, rows, some, table


def lacarte(*arguments: object) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LACARTE_")}
    command = [sys.executable, "-c", "from lacarte.cli import main; main()", "match", *map(str, arguments)]
    return subprocess.run(command, env=clean, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("given")
    return files(folder, [{}, {"priority_class": 1}, {"latitude": "north"}], [{}])


def test_from_two_files_to_a_folder_that_holds(given: dict[str, Path], tmp_path: Path) -> None:
    both = ("--needs", given["needs"], "--offers", given["offers"])
    done = lacarte(*both, "--out", tmp_path / "out", "--seed", "a pulse", "--tolerance", "0")
    assert (done.returncode, done.stdout) == (
        0,
        "1 of 2 needs matched, proved optimal; 1 row left out, see rejects.csv. "
        f"All of it is in {tmp_path / 'out'}.\n",
    )
    for step in ("reading needs.csv", "looking for candidates", "certified", "explaining", "comparing"):
        assert step in done.stderr
    assert [row["need"] for row in rows(tmp_path / "out" / "assignment.csv")] == ["n1"]
    held = lacarte(*both, "--verify", tmp_path / "out")
    assert (held.returncode, "holds" in held.stdout) == (0, True)
    said = json.loads((tmp_path / "out" / "summary.json").read_text())
    (tmp_path / "out" / "summary.json").write_text(json.dumps({**said, "proof": "0" * 64}))
    forged = lacarte(*both, "--verify", tmp_path / "out")
    assert (forged.returncode, forged.stderr.splitlines()[-1]) == (
        1,
        f"lacarte: {tmp_path / 'out' / 'summary.json'}: proof is not what follows from the files",
    )


def test_what_goes_wrong_is_one_clear_line(given: dict[str, Path], tmp_path: Path) -> None:
    lacking = table(tmp_path / "needs.csv", [{"id": "n1", "service_type": "meals"}])
    for needs, says in (
        (lacking, "lacks the column longitude and latitude"),
        (tmp_path / "no.csv", "cannot be read"),
    ):
        done = lacarte("--needs", needs, "--offers", given["offers"], "--out", tmp_path / "out")
        assert done.returncode == 1
        assert says in done.stderr.splitlines()[-1]
        assert done.stderr.splitlines()[-1].startswith("lacarte: ")
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--needs", "n.csv", "--offers", "o.csv"],
        ["--needs", "n.csv", "--out", "out"],
        ["--out", "out"],
        ["--verify", "out"],
        ["--seed", "7"],
        ["--by-choice"],
        ["--balance"],
        ["--by-choice", "--preview"],
        ["--needs", "n.csv", "--offers", "o.csv", "--out", "a", "--verify", "b"],
        ["--needs", "n.csv", "--offers", "o.csv", "--out", "a", "--tolerance", "1"],
        ["--needs", "n.csv", "--offers", "o.csv", "--out", "a", "--language", "fr"],
        ["--needs", "n.csv", "--offers", "o.csv", "--out", "a", "--balance", " "],
        ["--needs", "n.csv", "--offers", "o.csv", "--verify", "a", "--seed", "7"],
        ["--needs", "n.csv", "--offers", "o.csv", "--verify", "a", "--balance"],
        ["--needs", "n.csv", "--offers", "o.csv", "--verify", "a", "--by-choice", "--language", "en"],
    ],
)
def test_options_that_do_not_go_together(options: list[str]) -> None:
    done = lacarte(*options)
    assert (done.returncode, "Usage:" in done.stderr) == (2, True)


@pytest.mark.parametrize("how", [[], ["--balance", "service_type"], ["--by-choice"]])
def test_django_and_the_records_stay_out(how: list[str], given: dict[str, Path], tmp_path: Path) -> None:
    if how == ["--by-choice"]:
        given = {"needs": table(tmp_path / "n.csv", [{"id": "n1", "choices": "o1"}]), "offers": given["offers"]}
    script = (
        "import sys; from lacarte.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('django', 'sqlite3', 'pyarrow', 'numba') if name in sys.modules])"
    )
    options = ["match", *how, "--needs", given["needs"], "--offers", given["offers"], "--out", tmp_path / "out"]
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, options)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_ctrl_c_before_there_is_a_match_writes_nothing(given: dict[str, Path], tmp_path: Path) -> None:
    pipe = tmp_path / "needs.csv"
    os.mkfifo(pipe)  # reading waits here for as long as nobody writes
    command = [sys.executable, "-c", "from lacarte.cli import main; main()", "match", "--needs", str(pipe)]
    command += ["--offers", str(given["offers"]), "--out", str(tmp_path / "out")]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    while "needs.csv" not in running.stderr.readline():
        pass
    time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert (running.returncode, said.splitlines()[-1]) == (130, "lacarte: stopped before anything was written")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_while_or_tools_works(times: int, given: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("import time\ntime.sleep(600)\n")
    script = (
        "from lacarte.cli import main; from lacarte.engines.matching import flow_process\n"
        f"flow_process.APART_FROM, flow_process.__file__ = 0, {str(tmp_path / 'endless.py')!r}\n"
        f"flow_process._PATIENCE = {3 if times == 2 else 0.1}  # time for the second\n"
        "main()"
    )
    options = ["match", "--needs", given["needs"], "--offers", given["offers"], "--out", tmp_path / "out"]
    running = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    while "solving: min-cost flow" not in running.stderr.readline():
        pass
    running.send_signal(signal.SIGINT)
    if times == 2:
        while "Ctrl-C again" not in running.stderr.readline():
            pass
        running.send_signal(signal.SIGINT)
    said, told = running.communicate(timeout=30)
    assert (running.returncode, "Traceback" in told) == (130, False)
    if times == 1:
        assert "stopped early" in said
        assert json.loads((tmp_path / "out" / "summary.json").read_text())["stopped_early"] is True
        assert lacarte(*options[1:5], "--verify", tmp_path / "out").returncode == 0
    else:
        assert (tmp_path / "out").exists() is False


def test_by_choice_from_two_files_to_a_folder_that_holds(tmp_path: Path) -> None:
    needs = table(tmp_path / "needs.csv", [{"id": "a", "choices": "s"}, {"id": "b", "choices": "t"}])
    offers = table(tmp_path / "offers.csv", [{"id": "s", "capacity": 1}])
    both, out = ("--by-choice", "--needs", needs, "--offers", offers), tmp_path / "out"
    done = lacarte(*both, "--out", out, "--seed", "a pulse")
    said = (
        "1 of 1 needs placed, 1 at their first choice, nobody has a better claim; 1 row left out, see rejects.csv."
    )
    assert (done.returncode, done.stdout) == (0, f"{said} All of it is in {out}.\n")
    held = lacarte(*both, "--verify", out)
    assert (held.returncode, held.stdout) == (0, f"{out} holds, it follows from the files: {said}\n")
    other = lacarte(*both[1:], "--verify", out)
    assert (other.returncode, other.stderr.splitlines()[-1]) == (
        1,
        f"lacarte: {out} was made with --by-choice; do the same here",
    )
    needs.rename(tmp_path / "unserved.csv")
    in_the_way = lacarte(
        "--by-choice", "--needs", tmp_path / "unserved.csv", "--offers", offers, "--out", tmp_path
    )
    assert (in_the_way.returncode, "would be overwritten" in in_the_way.stderr) == (1, True)


@pytest.mark.parametrize(
    "option", [["--balance"], ["--rules", "r.toml"], ["--tolerance", "0"], ["--threads", "1"]]
)
def test_what_says_nothing_by_choice_is_refused(option: list[str]) -> None:
    done = lacarte("--by-choice", "--needs", "n.csv", "--offers", "o.csv", "--out", "out", *option)
    assert (done.returncode, f"{option[0]} says nothing where people choose" in done.stderr) == (2, True)


def test_a_semicolon_file_of_a_spreadsheet(given: dict[str, Path], tmp_path: Path) -> None:
    needs = table(tmp_path / "needs.csv", some(NEED, {}, {}), delimiter=";")
    done = lacarte("--needs", needs, "--offers", given["offers"], "--out", tmp_path / "out")
    assert done.stdout.startswith("1 of 2 needs matched")
