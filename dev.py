"""One command to run Porchlight and one to test it, on a machine that has only Python.

    python3 dev.py run               serve Porchlight with its demonstration
    python3 dev.py test [pytest...]  lint, types, imports and tests; more words go to pytest
    python3 dev.py lint              the first three of these
    python3 dev.py flask ...         Porchlight's own commands
    python3 dev.py lock [uv...]      compile the locks anew; `lock --upgrade` takes newer versions
    python3 dev.py script            minify the survey's script after a change of static/attend/

HOST, PORT and DATABASE_URL are honoured. Standard library only, and it must parse on Python 3.8,
so that an old Python gets a sentence and not a SyntaxError.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
STAMP = VENV / "made-from"  # which lock and which Python; written last, so half a venv has none
LOCKS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}
CLUSTER = "requirements-cluster.txt"  # locked beside the others, installed by hand where wanted
MORE = 4  # workers than cores, at most: half of the time a test waits for a disk or a browser
MINIFIER = "tdewolff-minify==2.24.12"  # keeps to the JavaScript of 2015
LINTERS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "lint-imports": ["-c", "from importlinter.cli import lint_imports_command as go; go()"],
}

# These commands in one process: each import more would cost a second
FIRST_STEPS = """
import sys
from flask.cli import cli
for step in ("migrate",), ("demo", "--once"), ("operator", "link", "--once"):
    try:
        cli.main(["--app", "wsgi", *step])
    except SystemExit as end:
        if end.code:
            sys.exit(f"Not started, for the reason above: python3 dev.py flask {step[0]} failed")
"""


def main(words: list[str]) -> int:
    check_python(sys.version_info[:2])
    command, rest = (words[0], words[1:]) if words else ("help", [])
    if command not in COMMANDS:
        print((__doc__ or "").strip())
        return 0 if command in ("help", "-h", "--help") else 2
    os.chdir(ROOT)
    keep_bytecode()
    try:
        return COMMANDS[command](rest)
    except KeyboardInterrupt:
        return 130


def stop(sentence: str) -> NoReturn:
    """Ends with one sentence that says what to type."""
    raise SystemExit(sentence)


def check_python(version: tuple[int, int]) -> None:
    if version < OLDEST:
        needed, this = (".".join(map(str, numbers)) for numbers in (OLDEST, version))
        stop(
            f"Porchlight needs Python {needed} or newer and this is {this}: "
            "install a newer one and type python3.13 dev.py run"
        )


# The commands


def run(_words: list[str]) -> int:
    """Migrates, loads the demonstration into an empty database, and serves."""
    if os.name == "nt":
        stop("Porchlight's server needs Linux or a Mac: type wsl --install and run it in there")
    host, port = address()
    check_port(host, port)
    prepare("run")
    if subprocess.call([PYTHON, "-c", FIRST_STEPS]) != 0:
        return 1
    make_files()
    return serve(host, port)


def make_files() -> None:
    """Lets the newest release's files be made beside the server, so that nobody waits for them.

    Whatever stops that is told to who asks for one of them."""
    words = [PYTHON, "-m", "flask", "--app", "wsgi", "package"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.Popen(words, preexec_fn=lambda: os.nice(10), **quiet)  # type: ignore[call-overload]


def test(words: list[str]) -> int:
    """Lints beside the tests: mypy alone would keep one core busy and the others idle."""
    prepare("dev")
    with ThreadPoolExecutor() as beside:
        linting = beside.submit(lint_all)
        has_browser = settle_browser()
        cores = os.cpu_count() or 1
        workers = ["-n", str(cores + min(cores, MORE)), "--dist", "worksteal"]
        command = [PYTHON, "-m", "pytest", *workers, *words]
        code = subprocess.call(command)
        failed = linting.result() + ([] if has_browser else ["browser"])
    if failed:  # pytest's closing line stays the last one unless it would hide these
        print("FAILED beside pytest, see above: " + ", ".join(failed), flush=True)
    return 1 if failed else code


def lint(_words: list[str]) -> int:
    prepare("dev")
    return 1 if lint_all() else 0


def flask(words: list[str]) -> int:
    prepare("run")
    return subprocess.call([PYTHON, "-m", "flask", "--app", "wsgi", *words])


def lock(words: list[str]) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        uv = find_uv(scratch) or stop("The locks are compiled with uv: type pip install uv")
        common = [uv, "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes"]
        common += ["--quiet", "--no-emit-index-url", "--extra", "postgres", *words]
        common += ["--custom-compile-command", "python3 dev.py lock", "-o"]
        dev = [LOCKS["dev"].name, "--group", "dev", "--extra", "cluster", "-c", LOCKS["run"].name]
        cluster = [CLUSTER, "--extra", "cluster", "-c", LOCKS["dev"].name]
        compiled = ([LOCKS["run"].name], dev, cluster)
        return max(subprocess.call([*common, *one]) for one in compiled)


def script(words: list[str]) -> int:
    """Minify the survey page's script, with a tool that nothing else needs."""
    prepare("dev")
    uv = [str(VENV / "bin" / "uv"), "run", "--quiet", "--no-project", "--python", PYTHON]
    return subprocess.call([*uv, "--with", MINIFIER, "python", "static/build.py", *words])


COMMANDS = {
    "run": run,
    "test": test,
    "lint": lint,
    "flask": flask,
    "lock": lock,
    "script": script,
}


# The virtual environment


def keep_bytecode() -> None:
    """Lets every Python that is started from here keep what it compiles, in .venv alone.

    Where PYTHONDONTWRITEBYTECODE is set, as in many containers, each of the hundreds of processes
    that the tests start would compile 1,500 modules anew: four seconds instead of one."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(VENV / "bytecode")


def prepare(kind: str) -> None:
    """Makes .venv hold exactly the lock of this kind; does nothing when it already does."""
    made_from = STAMP.read_text() if STAMP.exists() else ""
    if made_from.startswith("dev"):
        kind = "dev"  # it holds everything that `run` needs, too
    wanted = f"{kind} {hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()} {sys.version}"
    if made_from == wanted:
        return
    check_writable(ROOT)
    if made_from:
        STAMP.unlink()
    print(f"Installing what {LOCKS[kind].name} lists into .venv ...", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        install(LOCKS[kind], scratch)
    STAMP.write_text(wanted)


def check_writable(folder: Path) -> None:
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as problem:
        stop(
            f"Porchlight cannot write to its own folder ({problem.strerror}): copy it to one "
            "that you own, such as ~/porchlight, and type python3 dev.py run there"
        )


def install(lock_file: Path, scratch: str) -> None:
    """By uv, which needs neither ensurepip nor pip in the venv; by pip where uv is not to be had.

    Every file is checked against its hash in the lock, either way."""
    uv = find_uv(scratch)
    has_ensurepip = succeeds([sys.executable, "-c", "import venv, ensurepip"])
    if not uv and not has_ensurepip:
        stop(
            "This Python cannot make virtual environments: type, as root, apt-get install "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv and the same command again"
        )
    if not (uv and install_with_uv(uv, lock_file)) and not (
        has_ensurepip and install_with_pip(lock_file)
    ):
        stop(
            f"The packages in {lock_file.name} could not be installed, for the reason above: "
            "check the connection (and pip's proxy settings) and type the same command again"
        )


def install_with_uv(uv: str, lock_file: Path) -> bool:
    """Brings .venv in line, keeping what fits; makes it when it is missing or of another Python."""
    same_python = f"import sys; sys.exit(sys.version != {sys.version!r})"
    if not (os.path.exists(PYTHON) and succeeds([PYTHON, "-c", same_python])):
        shutil.rmtree(VENV, ignore_errors=True)
        if subprocess.call([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]) != 0:
            return False
    sync = [uv, "pip", "sync", "--quiet", "--python", PYTHON, "--require-hashes"]
    return subprocess.call([*sync, str(lock_file)]) == 0


def install_with_pip(lock_file: Path) -> bool:
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        return False
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.call([*pip, "--require-hashes", "-r", str(lock_file)]) == 0


def find_uv(scratch: str) -> str | None:
    """uv from PATH, or by pip into the scratch folder at the version and hash in the lock."""
    found = shutil.which("uv")
    if found:
        return found
    python = sys.executable
    if not succeeds([python, "-m", "pip", "--version"]):  # Debian's has none
        if not succeeds([python, "-m", "venv", f"{scratch}/venv"]):
            return None
        python = f"{scratch}/venv/bin/python"
    pin = Path(scratch, "uv.txt")
    pin.write_text(pinned("uv", LOCKS["dev"].read_text()))
    pip = [python, "-m", "pip", "install", "--no-deps", "--require-hashes"]
    succeeds([*pip, "--target", scratch, "-r", str(pin)])
    return shutil.which("uv", path=f"{scratch}/bin")


def pinned(name: str, lock_text: str) -> str:
    """The lines of one package in a lock: its version and its hashes."""
    start = lock_text.index(f"\n{name}==") + 1
    return lock_text[start : lock_text.index("\n    # via", start)]


def succeeds(command: list[str]) -> bool:
    """Whether a command ends well; what it prints does not matter."""
    quiet = subprocess.DEVNULL
    return subprocess.call(command, stdin=quiet, stdout=quiet, stderr=quiet) == 0


# The server


def address() -> tuple[str, int]:
    host = os.environ.get("HOST", "127.0.0.1").strip()
    port = os.environ.get("PORT", "8000").strip()
    if not port.isdigit() or not 0 < int(port) < 65536:
        stop(f"PORT must be a number up to 65535, not {port!r}: type PORT=8000 python3 dev.py run")
    return host, int(port)


def check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                stop(
                    f"Port {port} is taken: stop the program that uses it, or type "
                    f"PORT={port + 1} python3 dev.py run"
                )
            stop(
                f"Cannot listen on {host} port {port} ({problem.strerror}): "
                "type HOST=127.0.0.1 PORT=8000 python3 dev.py run"
            )


def serve(host: str, port: int) -> NoReturn:
    """Becomes the server, so that ctrl-C and every other signal reach it and nothing is left."""
    shown = "localhost" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    print(f"\nPorchlight opens at http://{shown}:{port} (ctrl-C ends it)\n", flush=True)
    gunicorn = ["gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]  # it reads HOST and PORT itself
    os.execv(PYTHON, [PYTHON, "-m", *gunicorn])


# The checks


def lint_all() -> list[str]:
    """Runs the linters side by side, prints a line for each, returns the names that failed."""
    pipe, merged = subprocess.PIPE, subprocess.STDOUT
    running = {
        name: subprocess.Popen([PYTHON, *words], stdout=pipe, stderr=merged, text=True)
        for name, words in LINTERS.items()
    }
    failed = []
    for name, process in running.items():
        output = process.communicate()[0].strip()
        if process.returncode:
            failed.append(name)
            print(output)
        verdict = "FAILED" if process.returncode else "passed"
        print(f"{verdict}  {name:<13} {output.rpartition(chr(10))[2]}", flush=True)
    return failed


def settle_browser() -> bool:
    """Finds or installs a browser once, for every worker; False where CI must not do without."""
    from tests.browser.find_browser import ADVICE, find_browser, install_browser

    browser = find_browser()
    if not browser and "SURVEY_BROWSER" not in os.environ:
        print("Installing Chromium for the browser tests ...", flush=True)
        install_browser(PYTHON)
        browser = find_browser()
    if browser:
        os.environ["SURVEY_BROWSER"] = browser
    verdict = "passed" if browser else "FAILED" if os.environ.get("CI") else "SKIPPED"
    print(f"{verdict}  {'browser':<13} {browser or ADVICE}", flush=True)
    return verdict != "FAILED"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
