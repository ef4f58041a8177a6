"""The files in deploy/ work: real proxies pass everything on and log nobody; units are hardened."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from survey.commands.listed import COMMANDS
from survey.config import ROOT
from tests.server.conftest import Start

DEPLOY = ROOT / "deploy"
NAME = "survey.example"
MARK = "marked-visitor"
PATIENCE = 60  # seconds


def program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin:/bin:/sbin")
    if not found:
        pytest.skip(f"{name} is not installed here: apt-get install {name}")
    return found


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def certificate(folder: Path) -> None:
    """Write a certificate of our own for NAME, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(plain)
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))


class ByName(HTTPSConnection):
    """HTTPS to this computer under another name, as a phone's resolver would lead it."""

    def connect(self) -> None:
        self.sock = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)  # type: ignore[attr-defined]


def ask(port: int, path: str, host: str = NAME, **headers: str) -> HTTPResponse:
    context = ssl._create_unverified_context()
    connection = ByName(host, port, context=context)
    connection.request("GET", path, headers={"User-Agent": MARK, "Host": host, **headers})
    reply = connection.getresponse()
    reply.body = reply.read()  # type: ignore[attr-defined]
    connection.close()
    return reply


@contextmanager
def running(command: list[str], port: int, **more: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=more or None)
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        assert process.poll() is None, "it did not start"
        yield
    finally:
        process.terminate()
        process.wait(20)


def nginx(folder: Path, upstream: int, plain: int, secure: int, **changes: str) -> list[str]:
    """Write deploy/nginx.conf for this test: its ports, certificate and folder are other ones."""
    text = (DEPLOY / "nginx.conf").read_text()
    certificate(folder)
    for old, new in {
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        "listen 80 ": f"listen 127.0.0.1:{plain} ",
        "listen 443 ": f"listen 127.0.0.1:{secure} ",
        f"/etc/ssl/{NAME}.pem": str(folder / "cert.pem"),
        f"/etc/ssl/{NAME}.key": str(folder / "key.pem"),
        "/var/log/nginx/error.log": str(folder / "error.log"),
        **changes,
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = text.replace("http {", f"http {{ {temporary}", 1)
    head = f"pid {folder / 'nginx.pid'}; daemon off; master_process off;\n"
    (folder / "nginx.conf").write_text(head + text)
    return [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def visit(secure: int) -> None:
    """Open pages, a page that is not there, and send what no proxy understands."""
    form = ask(secure, "/s/TRYME4", **{"Accept-Encoding": "gzip", "X-Forwarded-For": "203.0.113.7"})
    assert (form.status, form.headers["Content-Encoding"]) == (200, "gzip")
    assert form.headers["Strict-Transport-Security"]
    assert ask(secure, f"/nowhere?{MARK}").status == 404
    assert ask(secure, "/results").status == 200
    assert ask(secure, "/metrics").status == ask(secure, "/readyz").status == 404
    assert ask(secure, "/healthz").status == 200
    for garbage in (b"\x16\x03garbage", f"GET /{MARK} HTTP/9.9\r\n\r\n".encode()):
        with socket.create_connection(("127.0.0.1", secure), PATIENCE) as sock:
            sock.sendall(garbage)
            sock.settimeout(2)
            with suppress(OSError):
                sock.recv(1000)


def logged(folder: Path) -> str:
    """Return what every file of a proxy says that is no certificate or configuration."""
    ours = {"nginx.conf", "Caddyfile", "cert.pem", "key.pem"}
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ours]
    return "\n".join(path.read_text("utf-8", "replace") for path in files)


VISITOR = re.compile(rf"{MARK}|127\.0\.0\.1|203\.0\.113|TRYME4|nowhere")


def test_nginx_passes_all_on_and_logs_nobody(start: Start, tmp_path: Path):
    plain, secure = free_ports(2)
    program("nginx")
    folder = tmp_path / "nginx"
    folder.mkdir()
    with start(PUBLIC_URL=f"https://{NAME}") as server:
        with running(nginx(folder, server.port, plain, secure), secure):
            visit(secure)
            with pytest.raises(ssl.SSLError):  # another name gets no answer
                ask(secure, "/", host="elsewhere.example")
            moved = HTTPConnection("127.0.0.1", plain, timeout=PATIENCE)
            moved.request("GET", "/s/TRYME4")
            reply = moved.getresponse()
            moved.close()
            assert (reply.status, reply.headers["Location"]) == (301, f"https://{NAME}/s/TRYME4")
        assert VISITOR.findall(logged(folder)) == []
        assert VISITOR.findall(server.log.read_text()) == []
    loud = tmp_path / "loud"
    loud.mkdir()
    shouts = {"access_log off": f"access_log {loud / 'access.log'}", "emerg;": "info;"}
    with running(nginx(loud, free_ports(1)[0], plain, secure, **shouts), secure):
        assert ask(secure, "/s/TRYME4").status == 502  # the server is away
    assert {"127.0.0.1", "TRYME4", MARK} <= set(VISITOR.findall(logged(loud)))  # so it can be seen


def test_nginx_logs_nobody_while_the_server_is_away(tmp_path: Path):
    program("nginx")
    plain, secure, nobody = free_ports(3)
    with running(nginx(tmp_path, nobody, plain, secure), secure):
        assert ask(secure, "/s/TRYME4").status == 502
    assert VISITOR.findall(logged(tmp_path)) == []


def test_caddy_passes_all_on_and_logs_nobody(start: Start, tmp_path: Path):
    caddy, (secure,) = program("caddy"), free_ports(1)
    folder = tmp_path / "caddy"
    folder.mkdir()
    with start(PUBLIC_URL=f"https://{NAME}") as server:
        text = (DEPLOY / "Caddyfile").read_text()
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
        text = text.replace(f"{NAME} {{", f"https://{NAME}:{secure} {{\n\ttls internal")
        own = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust"
        (folder / "Caddyfile").write_text(text.replace("{\n\tlog", f"{own}\n\tlog", 1))
        command = [caddy, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
        with (folder / "caddy.log").open("wb") as log:
            shell = ["sh", "-c", 'exec "$@" 2>&1 >&2', "caddy", *command]
            process = subprocess.Popen(
                shell, stderr=log, stdout=log, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}
            )
            try:
                wait_for_tls(secure)
                visit(secure)
            finally:
                process.terminate()
                process.wait(20)
        said = (folder / "caddy.log").read_text()
        assert "serving initial configuration" in said
        about_visitors = [line for line in said.splitlines() if re.search(
            rf"{MARK}|203\.0\.113|TRYME4|nowhere|remote", line)]  # fmt: skip
        assert about_visitors == []


def wait_for_tls(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            ask(port, "/healthz")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("it did not start")


@pytest.mark.parametrize(
    "name", ["porchlight.service", "porchlight-backup.service", "porchlight-retention.service"]
)
def test_a_unit_is_right_and_hardened(tmp_path: Path, name: str):
    analyze = program("systemd-analyze")
    text = (DEPLOY / name).read_text()
    unit = tmp_path / name
    unit.write_text(text.replace("/opt/porchlight/.venv/bin/python", sys.executable))
    checked = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    rated = subprocess.run(
        [analyze, "security", "--offline=true", unit], capture_output=True, text=True, check=False
    )
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", rated.stdout)
    assert exposure, rated.stdout + rated.stderr
    assert float(exposure[1]) <= 2.0
    for module in re.findall(r"python -m (\w+)", text):
        assert module in ("flask", "gunicorn")


@pytest.mark.parametrize("name", ["porchlight-backup.timer", "porchlight-retention.timer"])
def test_a_timer_runs_every_night(name: str):
    analyze = program("systemd-analyze")
    text = (DEPLOY / name).read_text()
    when = re.search(r"^OnCalendar=(.+)$", text, re.M)
    assert when
    told = subprocess.run([analyze, "calendar", when[1]], capture_output=True, check=False)
    assert told.returncode == 0


def test_the_units_commands_exist():
    """Every `flask` command that a file of deploy/ runs, with its options."""
    commands = {command.name: command for command in COMMANDS}
    for path in DEPLOY.iterdir():
        for words in re.findall(r"flask --app wsgi ([a-z][^\n&\"]*)", path.read_text()):
            name, *rest = words.split()
            options = {option for one in commands[name].params for option in one.opts}
            assert {word for word in rest if word.startswith("--")} <= options, words


def test_a_container_runs_as_nobody_special():
    text = (DEPLOY / "Containerfile").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    stages = [i for i, line in enumerate(lines) if line.startswith("FROM")]
    assert "USER porchlight" in lines[stages[-1] :]
    assert not [line for line in lines if line.startswith("ADD")]
    assert "--require-hashes" in text
    for source in re.findall(r"^COPY (?!--from)(?:--\S+ )?(\S+) ", text, re.M):
        assert (ROOT / source).exists()
    ignored = (ROOT / ".containerignore").read_text().split()
    assert {".git", ".venv", "instance"} <= set(ignored)  # no secret and no answer in an image
