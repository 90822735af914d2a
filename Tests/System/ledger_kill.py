"""Kills `makewhole ledger post` at random moments under load, and compares what is there afterwards
with a list of its own: what was answered is there, nothing is there twice, and what was not answered
is there wholly or not at all. Then shows that a proof holds without the books, and that a disk that
may not be written to is told of and loses nothing.
"""

import argparse
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

ACCOUNTS = 20
LINES = 3_000


def identifier(chance):
    """A UUID of version 7: milliseconds first."""
    moment = int(time.time() * 1000)
    return str(uuid.UUID(int=moment << 80 | chance.getrandbits(80)))


class Ledger:
    def __init__(self, program, folder):
        self.program = str(program)
        self.file = str(folder / "books.ledger")

    def run(self, *words, lines=None, code=0, limit=None):
        def bound():
            if limit is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        done = subprocess.run(
            [self.program, "ledger", *words], input=lines, text=True, capture_output=True,
            preexec_fn=bound, timeout=60)
        if code is not None and done.returncode != code:
            sys.exit(f"ledger {words}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def answers(self, verb, requests):
        text = "".join(json.dumps(request) + "\n" for request in requests)
        done = self.run(verb, "--file", self.file, lines=text)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def balance(self, account):
        return json.loads(self.run("balance", "--file", self.file, account).stdout)

    def verify(self):
        self.run("verify", "--file", self.file)


class Client:
    """Knows what it asked, what was answered, and works out the balances from that alone."""

    def __init__(self, ledger, chance):
        self.ledger = ledger
        self.chance = chance
        self.accounts = [identifier(chance) for _ in range(ACCOUNTS)]
        self.asked = {}
        self.done = {}
        self.again = 0

    def open(self):
        requests = [
            {"id": account, "asset": "USD",
             **({"debits_beyond_credits": 0} if index % 2 else {})}
            for index, account in enumerate(self.accounts)]
        for answer in self.ledger.answers("open", requests):
            assert answer["result"] == "created", answer

    def command(self):
        debit, credit = self.chance.sample(self.accounts, 2)
        pending = [key for key, (asked, result) in self.done.items()
                   if asked["action"] == "pend" and result == "created"]
        command = {"id": identifier(self.chance), "reason": self.chance.randrange(5)}
        kind = self.chance.randrange(10)
        if kind == 0 and pending:
            command |= {"action": "void", "subject": self.chance.choice(pending[-50:])}
        elif kind == 1 and pending:
            command |= {"action": "post", "subject": self.chance.choice(pending[-50:])}
        else:
            command |= {
                "action": "pend" if kind == 2 else "move", "debit": debit, "credit": credit,
                "asset": "USD", "amount": self.chance.randint(1, 500)}
        return command

    def burst(self, seconds):
        """Sends as fast as it is answered, and kills the program in the middle."""
        process = subprocess.Popen(
            [self.ledger.program, "ledger", "post", "--file", self.ledger.file],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        lost = {key: asked for key, asked in self.asked.items() if key not in self.done}
        until = time.monotonic() + seconds
        answered = 0
        try:
            # What was not answered is asked again first: it must not be carried out twice.
            batch = list(lost.values())
            self.again += len(batch)
            while True:
                batch += [self.command() for _ in range(self.chance.randint(1, 40))]
                self.asked |= {command["id"]: command for command in batch}
                process.stdin.write("".join(json.dumps(command) + "\n" for command in batch))
                process.stdin.flush()
                if time.monotonic() > until:
                    # With answers on their way, or with none yet.
                    time.sleep(self.chance.random() * 0.004)
                    process.kill()
                for _ in batch:
                    line = process.stdout.readline()
                    if not line.endswith("\n"):
                        return answered
                    answer = json.loads(line)
                    result = answer["result"]
                    self.done[answer["id"]] = (
                        self.asked[answer["id"]],
                        "created" if result == "exists" else result)
                    answered += 1
                batch = []
        except BrokenPipeError:
            return answered
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def settle(self):
        """Asks for what was never answered."""
        lost = [asked for key, asked in self.asked.items() if key not in self.done]
        for answer in self.ledger.answers("post", lost):
            result = answer["result"]
            self.done[answer["id"]] = (
                self.asked[answer["id"]], "created" if result == "exists" else result)

    def expected(self):
        sums = {account: [0, 0, 0, 0] for account in self.accounts}
        for asked, result in self.done.values():
            if result != "created":
                continue
            promised = self.done[asked["subject"]][0] if "subject" in asked else None
            action = asked["action"]
            body = promised or asked
            amount = body["amount"]
            for side, account in enumerate((body["debit"], body["credit"])):
                if action in ("move", "post"):
                    sums[account][side] += amount
                if action == "pend":
                    sums[account][2 + side] += amount
                if action in ("post", "void"):
                    sums[account][2 + side] -= amount
        return sums

    def compare(self):
        names = ["debits_posted", "credits_posted", "debits_pending", "credits_pending"]
        for account, sums in self.expected().items():
            there = self.ledger.balance(account)
            assert [there[name] for name in names] == sums, (account, there, sums)


def kill(client, kills, seed):
    answered = 0
    for number in range(kills):
        answered += client.burst(client.chance.random() * 0.25)
        client.ledger.verify()
    client.settle()
    client.compare()
    client.ledger.verify()
    print(
        f"{kills} kills, {answered} answers, {client.again} asked again; "
        f"every balance is right (seed {seed})")


def prove(client, folder):
    ledger = client.ledger
    command = next(key for key, (_, result) in client.done.items() if result == "created")
    proof = folder / "proof.json"
    proof.write_text(ledger.run("proof", "export", "--file", ledger.file, "--command", command).stdout)
    root = json.loads(ledger.run("head", "--file", ledger.file).stdout)["root"]
    aside = pathlib.Path(ledger.file + ".aside")
    os.rename(ledger.file, aside)
    shown = json.loads(ledger.run("proof", "check", str(proof), "--root", root).stdout)
    assert shown["id"] == command, shown
    text = proof.read_text()
    proof.write_text(text.replace(root[:8], "00000000", 1))
    ledger.run("proof", "check", str(proof), code=65)
    os.rename(aside, ledger.file)
    print("a proof held without the books, and a changed one did not")


def full(client, folder):
    """A file that may not grow: the command fails, and everything before is still there."""
    ledger = client.ledger
    requests = [client.command() for _ in range(LINES)]
    text = "".join(json.dumps(request) + "\n" for request in requests)
    done = ledger.run(
        "post", "--file", ledger.file, lines=text, code=None, limit=48_000)
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert "stopped" in done.stderr or "could not be used" in done.stderr, done.stderr
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        client.asked[answer["id"]] = next(r for r in requests if r["id"] == answer["id"])
        client.done[answer["id"]] = (client.asked[answer["id"]], answer["result"])
    ledger.verify()
    client.compare()
    copy = folder / "copy.ledger"
    ledger.run("backup", "--file", ledger.file, "--to", str(copy))
    ledger.run("verify", "--file", str(copy))
    restored = folder / "restored.ledger"
    ledger.run("restore", "--file", str(restored), "--from", str(copy))
    heads = {json.loads(ledger.run("head", "--file", str(path)).stdout)["root"]
             for path in (ledger.file, copy, restored)}
    assert len(heads) == 1, heads
    print("a disk without room was told of, and a backup restored")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ledger-kill-"))
    print(f"seed {options.seed}")
    try:
        ledger = Ledger(options.bin / "makewhole", folder)
        ledger.run("create", "--file", ledger.file)
        client = Client(ledger, random.Random(options.seed))
        client.open()
        kill(client, options.kills, options.seed)
        prove(client, folder)
        full(client, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
