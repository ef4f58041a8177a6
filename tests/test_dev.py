"""dev.py says in one sentence what to type, and does not install twice. No network is used."""

import ast
import base64
import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def load_dev(path):
    loader = SourceFileLoader("dev_under_test", str(path))
    dev = importlib.util.module_from_spec(ModuleSpec("dev_under_test", loader, origin=str(path)))
    dev.__file__ = str(path)
    loader.exec_module(dev)
    return dev


@pytest.fixture
def dev():
    return load_dev(ROOT / "dev.py")


@pytest.fixture
def porch(tmp_path, monkeypatch):
    """dev.py in a folder of its own, with a lock that names one small local wheel."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_OFFLINE", "1")
    shutil.copy(ROOT / "dev.py", tmp_path)
    wheel = make_wheel(tmp_path)
    write_lock(tmp_path, wheel, hashlib.sha256(wheel.read_bytes()).hexdigest())
    return load_dev(tmp_path / "dev.py")


def make_wheel(folder):
    """The smallest package that pip and uv accept."""
    wheel, info = folder / "lamp-1.0-py3-none-any.whl", "lamp-1.0.dist-info"
    files = {
        "lamp.py": "LIT = True\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: lamp\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        rows = []
        for name, text in files.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            rows.append(f"{name},sha256={digest.rstrip(b'=').decode()},{len(text)}\n")
        archive.writestr(f"{info}/RECORD", "".join(rows) + f"{info}/RECORD,,\n")
    return wheel


def write_lock(folder, wheel, digest):
    (folder / "requirements.txt").write_text(f"lamp @ {wheel.as_uri()} --hash=sha256:{digest}\n")


def tell(*words, **environment):
    """Runs this repository's dev.py and returns its exit code and all that it said."""
    result = subprocess.run(
        [sys.executable, ROOT / "dev.py", *words],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return result.returncode, result.stdout + result.stderr


def test_parses_on_python_that_is_too_old():
    ast.parse((ROOT / "dev.py").read_text(), feature_version=(3, 8))


def test_old_python_is_told_what_it_needs(dev):
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer and this is 3\.8: .* type"):
        dev.check_python((3, 8))


def test_what_is_compiled_is_kept_in_the_venv_whatever_the_environment_says(dev, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    dev.keep_bytecode()
    asked = "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"
    told = subprocess.check_output([sys.executable, "-c", asked], text=True)
    assert told.split() == ["False", str(ROOT / ".venv" / "bytecode")]


def test_taken_port_is_named_and_the_next_one_offered():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = tell("run", HOST="127.0.0.1", PORT=str(port))
    assert code == 1
    assert said == (
        f"Port {port} is taken: stop the program that uses it, "
        f"or type PORT={port + 1} python3 dev.py run\n"
    )


@pytest.mark.parametrize("port", ["", "0", "65536", "-1", "http"])
def test_port_that_is_no_port_is_refused(port):
    code, said = tell("run", PORT=port)
    assert code == 1
    assert said.startswith("PORT must be a number")
    assert said.count("\n") == 1


def test_host_of_another_machine_is_refused():
    code, said = tell("run", HOST="192.0.2.1")
    assert code == 1
    assert said.startswith("Cannot listen on 192.0.2.1")
    assert said.count("\n") == 1


def test_unknown_command_shows_the_commands():
    code, said = tell("walk")
    assert code == 2
    assert "python3 dev.py run" in said


def test_read_only_folder_gets_a_sentence(porch, monkeypatch, tmp_path):
    def read_only(**_where):
        raise OSError(30, "Read-only file system")  # root may write anywhere: chmod would not do

    monkeypatch.setattr(porch.tempfile, "TemporaryFile", read_only)
    with pytest.raises(SystemExit, match=r"cannot write .*Read-only file system.* type python3"):
        porch.prepare("run")
    assert not (tmp_path / ".venv").exists()


def test_second_start_installs_nothing(porch, monkeypatch, capfd):
    porch.prepare("run")
    assert subprocess.call([porch.PYTHON, "-c", "import lamp"]) == 0
    assert "Installing" in capfd.readouterr().out
    monkeypatch.setattr(porch, "install", pytest.fail)
    porch.prepare("run")
    assert capfd.readouterr().out == ""


def test_changed_lock_and_half_made_venv_install_again(porch, monkeypatch):
    installed = []
    porch.VENV.mkdir()  # as an interrupted start leaves it: no stamp
    monkeypatch.setattr(porch, "install", lambda lock, _scratch: installed.append(lock.name))
    porch.prepare("run")
    porch.prepare("run")
    assert len(installed) == 1
    with porch.LOCKS["run"].open("a") as lock:
        lock.write("# newer\n")
    porch.prepare("run")
    assert len(installed) == 2


def test_run_accepts_what_test_installed(porch, monkeypatch):
    porch.VENV.mkdir()
    monkeypatch.setattr(porch, "install", lambda *_: None)
    porch.LOCKS["dev"].write_text("# more than requirements.txt\n")
    porch.prepare("dev")
    monkeypatch.setattr(porch, "install", pytest.fail)
    porch.prepare("run")


def test_lock_with_a_wrong_hash_is_not_installed(porch, monkeypatch, tmp_path, capfd):
    write_lock(tmp_path, next(tmp_path.glob("*.whl")), "0" * 64)
    monkeypatch.setattr(porch, "install_with_pip", lambda _lock: False)
    with pytest.raises(SystemExit, match=r"requirements\.txt could not be installed.* type"):
        porch.prepare("run")
    assert "hash" in capfd.readouterr().err.lower()
    assert not porch.STAMP.exists()


def test_python_without_venv_names_the_package(porch, monkeypatch):
    monkeypatch.setattr(porch, "find_uv", lambda _scratch: None)
    monkeypatch.setattr(porch, "succeeds", lambda _command: False)
    with pytest.raises(SystemExit, match=r"apt-get install python3\.\d+-venv"):
        porch.prepare("run")


def test_failed_migration_starts_nothing(dev, monkeypatch, tmp_path, capfd):
    (tmp_path / "wsgi.py").write_text("import flask\napp = flask.Flask(__name__)\n")
    monkeypatch.chdir(tmp_path)  # an application that knows no `flask migrate`
    monkeypatch.setattr(dev, "check_port", lambda *_: None)
    monkeypatch.setattr(dev, "prepare", lambda _kind: None)
    monkeypatch.setattr(dev, "PYTHON", sys.executable)
    monkeypatch.setattr(dev, "serve", pytest.fail)
    assert dev.run([]) == 1
    assert capfd.readouterr().err.endswith("above: python3 dev.py flask migrate failed\n")


def test_uv_is_installed_at_the_hash_of_the_lock(dev):
    pin = dev.pinned("uv", dev.LOCKS["dev"].read_text())
    assert pin.startswith("uv==")
    assert pin.count("==") == 1
    assert "--hash=sha256:" in pin


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_locks_hold_hashes_and_no_address(dev, kind):
    text = dev.LOCKS[kind].read_text()
    assert text.count("--hash=sha256:") > text.count("==")
    assert "://" not in text


def test_every_direct_dependency_has_its_reason():
    lists = (ROOT / "pyproject.toml").read_text().partition("[tool.uv]")[0]
    wanted = [line for line in lists.splitlines() if line.startswith('    "') and "::" not in line]
    assert len(wanted) > 20
    assert [line for line in wanted if " # " not in line] == []
