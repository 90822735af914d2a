"""Starts the real programs for the system tests: no stand-ins, real files, real sockets."""

import atexit
import json
import os
import pathlib
import signal
import socket
import subprocess
import sqlite3
import tempfile
import time
import urllib.error
import urllib.request

import postgres_server

ROOT = pathlib.Path(__file__).resolve().parents[2]


# What runs now; nothing of it outlives this process, whatever ends it.
running = set()


def spawn(arguments, log):
    """Starts a program in a process group of its own."""
    process = subprocess.Popen(arguments, stdout=log, stderr=log, start_new_session=True)
    running.add(process)
    return process


def end(process, how=signal.SIGKILL, seconds=30):
    """Ends a program with everything it has started, and waits until it is gone."""
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        pass
    process.wait(timeout=seconds)
    running.discard(process)


@atexit.register
def end_all():
    for process in list(running):
        end(process)


def leave(number, frame):
    # The ordinary way out, so that what is registered runs.
    raise SystemExit(128 + number)


for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    signal.signal(number, leave)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def take_database(options):
    """Lets a test say which database its programs run on."""
    options.add_argument(
        "--database", default="sqlite",
        help="sqlite, postgres for a server of the test's own, or a connection string of libpq")


def opened(database):
    """The connection string of `database`, with tables in it; None for SQLite."""
    if database == "sqlite":
        return None
    if database != "postgres":
        return database
    server = postgres_server.Server()
    atexit.register(server.end)
    return server.database()


class Psql:
    """Looks into a PostgreSQL as sqlite3 looks into a file."""

    def __init__(self, address):
        self.address = address

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    @staticmethod
    def literal(value):
        if isinstance(value, bytes):
            kind = "uuid" if len(value) == 16 else "bytea"
            return f"'{'' if kind == 'uuid' else chr(92) + 'x'}{value.hex()}'::{kind}"
        return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"

    def execute(self, sql, values=()):
        pieces = sql.split("?")
        sql = pieces[0] + "".join(
            self.literal(value) + piece for value, piece in zip(values, pieces[1:], strict=True))
        answer = subprocess.run(
            ["psql", self.address, "-XAtc", f"SELECT coalesce(json_agg(r), '[]') FROM ({sql}) r"],
            check=True, capture_output=True, text=True)
        return Rows([tuple(row.values()) for row in json.loads(answer.stdout)])


class Rows(list):
    def fetchall(self):
        return list(self)

    def fetchone(self):
        return self[0] if self else None


class Makewhole:
    """One folder with its configuration, and the program that is started and killed on it."""

    def __init__(self, binaries, sandbox=False, more=None, database="sqlite", node="node-1",
                 beside=None):
        # Beside another: on its database, with its keys and its bank.
        self.beside = beside
        self.postgres = beside.postgres if beside else opened(database)
        self.node = node
        self.bin = pathlib.Path(binaries)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="makewhole-test-"))
        self.port = free_port()
        self.sandbox_port = free_port()
        self.smtp_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self.with_sandbox = sandbox
        self.more = more or {}
        self.process = None
        self.sandbox = None
        self.configure()

    def tool(self, *arguments):
        return subprocess.run(
            [str(self.bin / "makewhole"), *arguments], capture_output=True, text=True, check=False
        )

    def configure(self):
        def keep(name, text):
            (self.folder / name).write_text(text)

        if self.beside:
            self.key = self.beside.key
            for name in ["master.key", "processor.secret", "api.key", "api-keys.json"]:
                keep(name, (self.beside.folder / name).read_text())
        else:
            keep("master.key", self.tool("key", "master").stdout)
            keep("processor.secret", self.tool("key", "webhook").stdout)
            made = self.tool("key", "api", "test")
            self.key = made.stdout.strip()
            keep("api.key", self.key)
            keep("api-keys.json", "[" + made.stderr.strip() + "]")
        self.bank = self.beside.bank if self.beside else self.folder / "bank"
        config = {
            "data": {"folder": "data"},
            "http": {"port": self.port},
            "public": {"url": self.url},
            "sandbox": True,
            "policy": {"file": str(ROOT / "policy.json")},
            "master": {"key": {"file": "master.key"}},
            "api": {"keys": {"file": "api-keys.json"}},
            "originator": {"name": "SAMPLE EXCHANGE", "identification": "1234567890"},
            "odfi": {
                "routing": "091000019", "name": "SANDBOX BANK", "account": "1002003001",
            },
            "bank": {"folder": str(self.bank)},
            "support": {"phone": "1-800-555-0142"},
        }
        if self.with_sandbox:
            config["processor"] = {
                "url": self.sandbox_url,
                "secret": {"file": "processor.secret"},
            }
            config["market"] = {"url": self.sandbox_url}
            config["smtp"] = {
                "host": "127.0.0.1",
                "port": self.smtp_port,
                "security": "none",
                "from": "notices@sample-exchange.example",
            }
        if self.postgres:
            config["database"] = {"postgres": self.postgres, "node": self.node}
            made = self.tool("migrate", "--postgres", self.postgres)
            if made.returncode != 0:
                raise SystemExit(f"migrate failed:\n{made.stdout}{made.stderr}")
        keep("config.json", json.dumps({"makewhole": config | self.more}))

    def start(self):
        with open(self.folder / "makewhole.log", "ab") as log:
            self.process = spawn(
                [str(self.bin / "makewhole"), "serve", "--config",
                 str(self.folder / "config.json")], log)
        self.wait(self.url + "/readyz", self.process)
        if self.with_sandbox and self.sandbox is None:
            with open(self.folder / "sandbox.log", "ab") as log:
                self.sandbox = spawn(
                    [
                        str(self.bin / "makewhole-sandbox"), "serve",
                        "--folder", str(self.folder), "--port", str(self.sandbox_port),
                        "--smtp-port", str(self.smtp_port), "--makewhole", self.url,
                        "--host-key-file", str(self.folder / "api.key"),
                        "--webhook-secret-file", str(self.folder / "processor.secret"),
                    ], log)
            self.wait(self.sandbox_url + "/", self.sandbox)
        return self

    def wait(self, url, process, seconds=30):
        end = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:
                    if answer.status < 400:
                        return
            except (urllib.error.URLError, OSError):
                pass
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{url} did not come up; see {self.folder}")
            time.sleep(0.05)

    def kill(self):
        end(self.process)

    def stop(self):
        for process in (self.sandbox, self.process):
            if process and process.poll() is None:
                end(process, signal.SIGTERM)

    def database(self):
        """The database, to look into while the program runs."""
        if self.postgres:
            return Psql(self.postgres)
        path = self.folder / "data" / "makewhole.sqlite"
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def verify(self):
        where = ["--postgres", self.postgres] if self.postgres else [
            "--data", str(self.folder / "data")]
        done = self.tool("verify", *where, "--json")
        if done.returncode != 0:
            raise SystemExit(f"verify failed:\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def call(self, method, path, body=None, key=None, timeout=10):
        """(status, body). Raises OSError when there was no answer, which says nothing."""
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Authorization", "Bearer " + self.key)
        if key:
            request.add_header("Idempotency-Key", key)
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        elif method == "POST":
            data = b"{}"
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, data=data, timeout=timeout) as answer:
                raw = answer.read()
                return answer.status, json.loads(raw) if raw else None
        except urllib.error.HTTPError as problem:
            raw = problem.read()
            try:
                return problem.code, json.loads(raw)
            except ValueError:
                return problem.code, {"raw": raw.decode(errors="replace")}
