"""Sends files to a real SSH server and fetches from it, while the connection is cut and the program is
killed: each file reaches the bank once, byte for byte, with a receipt, and each of the bank's comes
once.

The server is OpenSSH's own, started here on a loopback port as the user of this test, with keys of
its own. Between it and the program stands a relay that cuts connections after so many bytes.
"""

import argparse
import collections
import datetime
import getpass
import hashlib
import json
import os
import pathlib
import random
import shutil
import socket
import sqlite3
import subprocess
import threading
import time

import odfi
from system import Makewhole, end, free_port, running, spawn

# Where Debian's server puts what it has no right to; only root's server wants it.
PRIVILEGE_SEPARATION = pathlib.Path("/run/sshd")


class Server:
    """An SSH server with a home of its own, whose bank may take files away at once."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.outbound = folder / "home" / "outbound"
        self.inbound = folder / "home" / "inbound"
        self.archive = folder / "home" / "archive"
        for one in (self.outbound, self.inbound, self.archive):
            one.mkdir(parents=True)
        folder.chmod(0o700)
        for name in ("host", "client", "stranger"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        (folder / "authorized").write_text((folder / "client.pub").read_text())
        (folder / "authorized").chmod(0o600)
        (folder / "config").write_text(f"""
            Port {self.port}
            ListenAddress 127.0.0.1
            HostKey {folder}/host
            AuthorizedKeysFile {folder}/authorized
            PidFile none
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PubkeyAuthentication yes
            PermitRootLogin prohibit-password
            StrictModes no
            UsePAM no
            Subsystem sftp internal-sftp -d {folder}/home
            """)
        if os.getuid() == 0:
            PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        self.process = None

    def start(self):
        with open(self.folder / "sshd.log", "ab") as log:
            self.process = spawn(
                [shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin"), "-D", "-e",
                 "-f", str(self.folder / "config")], log)
        wait_for(lambda: answers(self.port), "the SSH server listens")
        return self

    def stop(self):
        end(self.process)

    def known_hosts(self, port):
        key = (self.folder / "host.pub").read_text().split()
        return f"[127.0.0.1]:{port} {key[0]} {key[1]}\n"


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def wait_for(is_so, what, seconds=40):
    limit = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > limit:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class Relay(threading.Thread):
    """Passes bytes on, and cuts when told: after so many bytes of the client's, before the answer to
    them comes back, or before the answer that a file has its name."""

    def __init__(self, target):
        super().__init__(daemon=True)
        self.target = target
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.cut_after = None
        self.mute_after = None
        # Answers wait so long that the bank sees what they tell of before they come.
        self.answers_wait = 0
        self.drop = False
        self.refuse = False
        self.connections = 0
        self.cuts = 0
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            self.connections += 1
            if self.refuse:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            pair = (client, server)
            sent = [0]
            for source, sink, is_up in ((client, server, True), (server, client, False)):
                threading.Thread(
                    target=self.pump, args=(source, sink, is_up, pair, sent), daemon=True).start()

    def pump(self, source, sink, is_up, pair, sent):
        try:
            while data := source.recv(1024):
                if is_up:
                    limit = self.cut_after
                    if limit is not None and sent[0] + len(data) > limit:
                        sink.sendall(data[:limit - sent[0]])
                        self.cuts += 1
                        break
                    sent[0] += len(data)
                else:
                    time.sleep(self.answers_wait)
                    if self.drop or (
                            self.mute_after is not None and sent[0] >= self.mute_after):
                        # The server has done what it was asked; nobody hears of it.
                        self.cuts += 1
                        break
                sink.sendall(data)
        except OSError:
            pass
        for one in pair:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()


class Bank:
    """Looks into the server's folders with the eyes of the bank."""

    def __init__(self, server):
        self.server = server
        self.takes = False
        # Called in the moment a file has its name.
        self.on_arrival = None
        self.arrived = collections.Counter()
        self.bytes = {}
        self.debits = collections.Counter()
        self.stopping = False
        self.lock = threading.Lock()
        self.seen = {}
        self.problems = []
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while not self.stopping:
            self.look()
            time.sleep(0.002)

    def look(self):
        with self.lock:
            for name in os.listdir(self.server.outbound):
                if name.startswith("."):
                    continue
                path = self.server.outbound / name
                try:
                    identity = path.stat().st_ino
                    if self.seen.get(name) == identity:
                        continue
                    data = path.read_bytes()
                    if self.takes:
                        path.rename(self.server.folder / f"taken-{sum(self.arrived.values())}-{name}")
                except FileNotFoundError:
                    continue
                self.seen[name] = identity
                self.arrived[name] += 1
                if self.on_arrival:
                    self.on_arrival()
                if self.bytes.setdefault(name, data) != data:
                    self.problems.append(f"{name} came with other bytes")
                try:
                    for debit in odfi.read(data.decode("ascii"), name):
                        self.debits[debit.identification.strip()] += 1
                except AssertionError as problem:
                    self.problems.append(f"{name} was there before it was whole: {problem}")


class Trial:
    """One program, one server, one relay."""

    def __init__(self, binaries, chance):
        self.chance = chance
        self.makewhole = Makewhole(binaries, more={"bank": {"folder": "bank", "file": "bank.json"}})
        self.server = Server(self.makewhole.folder / "ssh").start()
        self.relay = Relay(self.server.port)
        self.bank = Bank(self.server)
        folder = self.server.folder
        (folder / "known").write_text(self.server.known_hosts(self.relay.port))
        self.settings = {
            "caps": {"entries": 2},
            "fileName": "ach-{date}-{modifier}.txt",
            "transport": {
                "kind": "sftp", "host": "127.0.0.1", "port": self.relay.port,
                "user": getpass.getuser(), "keyFile": "ssh/client", "knownHostsFile": "ssh/known",
                "outbound": "outbound", "inbound": "inbound", "archive": "archive",
                "connectSeconds": 3, "transferSeconds": 15, "tries": 100, "firstRetrySeconds": 1,
                "lookSeconds": 1,
            },
        }
        self.write()
        self.day = datetime.datetime(2027, 1, 4, tzinfo=datetime.timezone.utc)
        self.deposits = 0

    def lose_answer(self):
        """The next file that gets its name does so unheard."""
        self.relay.answers_wait = 0.1
        self.bank.on_arrival = lambda: setattr(self.relay, "drop", True)

    def hear(self):
        self.bank.on_arrival = None
        self.relay.drop, self.relay.answers_wait = False, 0

    def write(self):
        (self.makewhole.folder / "bank.json").write_text(json.dumps(self.settings))

    def open_customer(self):
        key = f"c{self.deposits}"
        status, customer = self.makewhole.call("POST", "/v1/customers", {
            "reference": f"sftp-{self.deposits}", "name": "Ada Sample",
            "email": f"ada{self.deposits}@localhost", "language": "en",
            "time_zone": "America/New_York"}, key)
        assert status == 201, customer
        self.path = f"/v1/customers/{customer['id']}"
        status, method = self.makewhole.call("POST", self.path + "/payment-methods", {
            "type": "bank_account", "label": "Bank", "routing_number": odfi.ROUTING,
            "account_number": f"7{self.deposits:011}", "account_type": "checking", "verified": True,
            "balance_minor": 100_000_000}, key + "m")
        assert status == 201, method
        self.method = method["id"]

    def deposit(self, count):
        self.open_customer()
        for _ in range(count):
            self.deposits += 1
            status, answer = self.makewhole.call("POST", self.path + "/deposits", {
                "method": self.method, "amount_minor": 100 + self.deposits}, f"d{self.deposits}")
            assert status == 201, answer

    def close(self):
        """Moves the clock past the next closing of files."""
        self.day += datetime.timedelta(days=1)
        while self.day.weekday() > 4 or (self.day.month, self.day.day) in ((1, 18), (2, 15)):
            self.day += datetime.timedelta(days=1)
        late = self.day.replace(hour=0, minute=50) + datetime.timedelta(days=1)
        status, answer = self.makewhole.call(
            "POST", "/v1/sandbox/clock",
            {"advance_to": late.strftime("%Y-%m-%dT%H:%M:%SZ")}, timeout=60)
        assert status == 200, answer

    def hurry(self):
        """Lets the time of the next try come: an hour is more than any wait."""
        try:
            _, clock = self.makewhole.call("GET", "/v1/sandbox/clock")
            now = datetime.datetime.fromisoformat(clock["now"].replace("Z", "+00:00"))
            later = now + datetime.timedelta(seconds=20)
            self.makewhole.call(
                "POST", "/v1/sandbox/clock",
                {"advance_to": later.strftime("%Y-%m-%dT%H:%M:%SZ")}, timeout=60)
        except OSError:
            pass

    def tool(self, *arguments, code=0):
        done = self.makewhole.tool(
            "bank", *arguments, "--data", str(self.makewhole.folder / "data"))
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout

    def files(self):
        answer = json.loads(self.tool("files", "--json", "--since", "2026-01-01T00:00:00Z"))
        return {one["name"]: one for one in answer["files"]}

    def outbound(self):
        return {name: one for name, one in self.files().items() if one["direction"] == "outbound"
                and one["state"] != "empty"}

    def all_sent(self):
        with sqlite3.connect(
                f"file:{self.makewhole.folder}/data/makewhole.sqlite?mode=ro", uri=True) as db:
            open_ = db.execute(
                "SELECT (SELECT count(*) FROM entry WHERE trace IS NULL) "
                "+ (SELECT count(*) FROM bank_file WHERE state IN ('gathering', 'ready'))"
            ).fetchone()[0]
        return open_ == 0

    def settle(self, seconds=60):
        limit = time.monotonic() + seconds
        while not self.all_sent():
            if time.monotonic() > limit:
                raise AssertionError(f"files are left: {self.outbound()}")
            self.hurry()
            time.sleep(0.1)

    def check_once(self):
        """Every deposit is in one file, every file arrived once and has one receipt that is true."""
        self.bank.look()
        assert not self.bank.problems, self.bank.problems
        files = self.outbound()
        assert set(self.bank.arrived) == set(files), (self.bank.arrived, list(files))
        assert set(self.bank.arrived.values()) <= {1}, self.bank.arrived
        assert set(self.bank.debits.values()) <= {1}, self.bank.debits
        assert len(self.bank.debits) == self.deposits, (len(self.bank.debits), self.deposits)
        for name, file in files.items():
            assert file["state"] == "sent", file
            (delivery,) = file["deliveries"]
            receipt = delivery["receipt"]
            data = self.bank.bytes[name]
            assert receipt["size"] == len(data), (receipt, len(data))
            assert receipt["sha256"] == hashlib.sha256(data).hexdigest() == file["sha256"]
        parts = [name for name in os.listdir(self.server.outbound) if name.startswith(".")]
        assert not parts, f"left behind: {parts}"


def cut_and_kill(trial, rounds):
    """Cuts the connection after any number of bytes, or kills the program at any moment."""
    chance = trial.chance
    made = collections.Counter()
    for number in range(rounds):
        trial.deposit(chance.randrange(1, 6))
        how = ["cut", "mute", "kill", "both", "unheard"][number % 5]
        made[how] += 1
        # A connection's first 3,000 bytes or so are spent on greeting and keys.
        if how in ("cut", "both"):
            trial.relay.cut_after = chance.randrange(500, 9_000)
        if how == "mute":
            trial.relay.mute_after = chance.randrange(2_500, 9_000)
        if how == "unheard":
            trial.lose_answer()
        trial.close()
        if how == "unheard":
            wait_for(lambda: trial.relay.drop, "a file gets its name unheard")
        for _ in range(chance.randrange(1, 4)):
            time.sleep(chance.uniform(0, 1.2))
            if how in ("kill", "both"):
                trial.makewhole.kill()
                trial.makewhole.start()
            trial.hurry()
        trial.relay.cut_after = trial.relay.mute_after = None
        trial.hear()
        trial.settle()
    trial.check_once()
    notes = collections.Counter(
        one["deliveries"][0]["receipt"]["note"] for one in trial.outbound().values())
    assert trial.relay.cuts > 0, "nothing was ever cut"
    return made, notes["found there"]


def outage(trial):
    """While the bank does not answer nothing is lost; what was given up one command sends again."""
    trial.settings["transport"]["tries"] = 3
    trial.write()
    trial.makewhole.stop()
    trial.makewhole.start()
    before = set(trial.outbound())
    trial.relay.refuse = True
    trial.deposit(5)
    trial.close()
    wait_for(
        lambda: trial.hurry() or [
            one["state"] for name, one in trial.outbound().items() if name not in before
        ] == ["failed"] * 3, "three files are given up", 90)
    given_up = [one for name, one in trial.outbound().items() if name not in before]
    first, last = (one(file["at"] for file in given_up) for one in (min, max))
    window = ("--from", first, "--to", last)
    trial.relay.refuse = False
    listed = trial.tool("resend", *window, "--dry-run")
    assert listed.count("is sent\n") == 3, listed
    trial.tool("resend", *window, "--yes", code=65)
    trial.tool("resend", *window, "--yes", "--by", "dana", "--reason", "the line is back")
    wait_for(
        lambda: trial.hurry() or all(one["state"] == "sent" for one in trial.outbound().values()),
        "what was given up is sent", 60)
    trial.bank.look()
    for name, file in trial.outbound().items():
        if name not in before:
            assert [one["state"] for one in file["deliveries"]] == ["stopped", "sent"], file
            request = file["deliveries"][1]["request"]
            assert (request["by"], request["reason"]) == ("dana", "the line is back"), request
    assert set(trial.bank.arrived.values()) == {1}, trial.bank.arrived
    # Now that the receipts stand, the same command sends nothing.
    listed = trial.tool("resend", *window)
    assert listed.count("its receipt stands") == 3, listed
    trial.tool("resend", *window, "--yes", "--by", "dana", "--reason", "again", code=1)
    # Unless somebody says so, who knows that the bank has lost it: the same bytes go again.
    name = sorted(name for name in trial.outbound() if name not in before)[0]
    (trial.server.outbound / name).unlink()
    at = trial.files()[name]["at"]
    alone = [one for one in trial.files().values() if one["at"] == at]
    trial.tool(
        "resend", "--from", at, "--to", at, "--again", "--yes", "--by", "dana", "--reason",
        "the bank lost it")
    wait_for(lambda: trial.hurry() or (trial.server.outbound / name).exists(), "it is there again")
    wait_for(
        lambda: all(one["deliveries"][-1]["receipt"] for one in trial.files().values()
                    if one["name"] in {file["name"] for file in alone}), "receipts")
    trial.bank.look()
    assert trial.bank.arrived[name] == 2 and not trial.bank.problems, trial.bank.problems


def taken_at_once(trial):
    """When the bank takes a file in the moment it has its name and the answer is lost, it is not
    sent again: a person is told, and sends it again only when he says so."""
    trial.bank.takes = True
    for _ in range(8):
        before = set(trial.outbound())
        trial.deposit(1)
        cuts = trial.relay.cuts
        trial.lose_answer()
        trial.close()
        wait_for(
            lambda: trial.relay.drop and trial.relay.cuts > cuts, "a file gets its name unheard")
        trial.hear()
        (name,) = set(trial.outbound()) - before
        wait_for(
            lambda: trial.hurry() or trial.files()[name]["state"] in ("sent", "failed"),
            "it is dealt with")
        if trial.files()[name]["state"] == "failed":
            break
        # The answer was quicker than the bank's eyes.
    (delivery,) = trial.files()[name]["deliveries"]
    assert delivery["state"] == "unknown" and delivery["receipt"] is None, delivery
    assert trial.bank.arrived[name] == 1
    at = trial.files()[name]["at"]
    listed = trial.tool("resend", "--from", at, "--to", at)
    assert "ask the bank" in listed, listed
    trial.tool(
        "resend", "--from", at, "--to", at, "--yes", "--by", "dana", "--reason", "no", code=1)
    trial.tool(
        "resend", "--from", at, "--to", at, "--again", "--yes", "--by", "dana", "--reason",
        "the bank has lost it")
    wait_for(lambda: trial.hurry() or trial.files()[name]["state"] == "sent", "it is sent again")
    trial.bank.look()
    assert trial.bank.arrived[name] == 2 and not trial.bank.problems, trial.bank.problems
    trial.bank.takes = False


def other_bytes(trial):
    """A file of somebody else's under our name is never written over."""
    trial.deposit(1)
    trial.relay.refuse = True
    before = set(trial.outbound())
    trial.close()
    wait_for(lambda: set(trial.outbound()) - before, "a file is made")
    (name,) = set(trial.outbound()) - before
    with trial.bank.lock:
        (trial.server.outbound / name).write_text("not ours\n")
        trial.bank.seen[name] = (trial.server.outbound / name).stat().st_ino
    trial.relay.refuse = False
    wait_for(lambda: trial.hurry() or trial.files()[name]["state"] == "failed", "it is stopped", 60)
    assert (trial.server.outbound / name).read_text() == "not ours\n"
    assert trial.files()[name]["deliveries"][-1]["state"] == "stopped"
    (trial.server.outbound / name).unlink()


def strangers(trial):
    """A server with another key than the known one gets nothing."""
    folder = trial.server.folder
    good = (folder / "known").read_text()
    key = (folder / "stranger.pub").read_text().split()
    (folder / "known").write_text(f"[127.0.0.1]:{trial.relay.port} {key[0]} {key[1]}\n")
    before = set(trial.outbound())
    trial.deposit(1)
    trial.close()
    wait_for(lambda: set(trial.outbound()) - before, "a file is made")
    (name,) = set(trial.outbound()) - before

    def failed():
        trial.hurry()
        return "verification failed" in (trial.files()[name]["deliveries"][-1]["failure"] or "")

    wait_for(failed, "the stranger is refused")
    assert not (trial.server.outbound / name).exists()
    (folder / "known").write_text(good)
    at = trial.files()[name]["at"]
    trial.tool("resend", "--from", at, "--to", at, "--yes", "--by", "dana", "--reason", "key mended")
    wait_for(lambda: trial.hurry() or trial.files()[name]["state"] == "sent", "it is sent", 60)


def fetch(trial, rounds):
    """What the bank puts there comes once, whatever is cut or killed, and is then archived."""
    inbound = trial.makewhole.folder / "bank" / "inbound"
    dropped = {}
    for number in range(rounds):
        name = f"returns {number}.csv" if number % 3 == 0 else f"statement-{number}.csv"
        text = odfi.statement(
            [("wire_received", f"WIRE{number}{line:04}", 100 + number, "2027-01-05", "nobody|Ada")
             for line in range(trial.chance.randrange(1, 150))], "2027-01-05")
        part = trial.server.inbound / (name + ".part")
        part.write_text(text)
        part.rename(trial.server.inbound / name)
        dropped[name] = text
        if number % 2:
            trial.relay.cut_after = trial.chance.randrange(2_000, 5_000)
        time.sleep(trial.chance.uniform(0, 1.5))
        if number % 3:
            trial.makewhole.kill()
            trial.makewhole.start()
        trial.relay.cut_after = None
    wait_for(
        lambda: sorted(os.listdir(trial.server.archive)) == sorted(dropped)
        and all(trial.files().get(name, {}).get("state") == "taken" for name in dropped),
        "every file is fetched and archived", 90)
    assert not os.listdir(trial.server.inbound)
    files = trial.files()
    for name, text in dropped.items():
        assert files[name]["sha256"] == hashlib.sha256(text.encode()).hexdigest(), name
    # None came twice: a second coming would be kept as a duplicate.
    inbound_files = [one for one in files.values() if one["direction"] == "inbound"]
    assert len(inbound_files) == len(dropped), [one["name"] for one in inbound_files]
    wait_for(
        lambda: os.listdir(inbound.parent / ".transfer") == ["lock"], "nothing is left behind", 10)
    return sum(len(text) for text in dropped.values())


def too_large(trial):
    """A file larger than any bank sends stays at the bank, unread, and a person is told."""
    path = trial.server.inbound / "endless.ach"
    with open(path, "wb") as file:
        file.truncate((1 << 30) + 1)
    name = f"{path.name}#{(1 << 30) + 1}"
    wait_for(lambda: name in trial.files(), "it is noticed")
    assert trial.files()[name]["state"] == "refused", trial.files()[name]
    time.sleep(2)
    assert path.exists() and not (trial.server.archive / path.name).exists()
    assert os.listdir(trial.makewhole.folder / "bank" / ".transfer") == ["lock"]
    path.unlink()


def no_secret(trial):
    """Neither the log nor any argument of a process shows the key."""
    key = (trial.server.folder / "client").read_text().splitlines()[2]
    log = (trial.makewhole.folder / "makewhole.log").read_text(errors="replace")
    assert key not in log
    assert "BEGIN OPENSSH" not in log


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--rounds", type=int, default=12)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options = options.parse_args()
    print(f"seed {options.seed}", flush=True)
    trial = Trial(options.bin, random.Random(options.seed))
    began = time.monotonic()
    try:
        trial.makewhole.start()
        made, found = cut_and_kill(trial, options.rounds)
        files = len(trial.outbound())
        print(
            f"{options.rounds} rounds ({dict(made)}), {trial.relay.cuts} connections cut of "
            f"{trial.relay.connections}, {files} files with {trial.deposits} debits arrived once, "
            f"{found} of them unheard",
            flush=True)
        outage(trial)
        print("given up in an outage, sent again with one command", flush=True)
        other_bytes(trial)
        strangers(trial)
        print("another file's name and another server's key are left alone", flush=True)
        taken_at_once(trial)
        print("taken in the moment of the rename: left to a person", flush=True)
        size = fetch(trial, max(4, options.rounds // 2))
        print(f"{size} bytes fetched, each file once", flush=True)
        too_large(trial)
        print("a file above the limit is left at the bank", flush=True)
        no_secret(trial)
        trial.makewhole.stop()
        report = trial.makewhole.verify()
        print(
            f"{report['commits']} commits verified, {time.monotonic() - began:.0f} s", flush=True)
    except BaseException:
        print(f"the files are in {trial.makewhole.folder}", flush=True)
        raise
    trial.bank.stopping = True
    trial.server.stop()
    shutil.rmtree(trial.makewhole.folder)


main()
