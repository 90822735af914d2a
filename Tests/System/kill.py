"""Kills the real process at random moments under load, and compares what is there afterwards
with what the clients were told: nothing acknowledged is lost, nothing is there twice."""

import argparse
import random
import shutil
import threading
import time
import uuid

from system import Makewhole

CLIENTS = 8


class Client(threading.Thread):
    """Deposits and buys for one customer; asks again under the same key until it is answered."""

    def __init__(self, server, number, gate):
        super().__init__(daemon=True)
        self.server = server
        self.number = number
        self.gate = gate
        self.deposits = {}
        self.trades = 0
        self.funds = 0
        self.answers = 0
        self.again = 0
        self.problems = []
        self.stopping = False

    def ask(self, path, body):
        key = str(uuid.uuid4())
        while True:
            try:
                status, answer = self.server.call("POST", path, body, key)
            except OSError:
                # No answer says nothing: the same key asks again.
                self.again += 1
                if self.stopping:
                    return None, None
                time.sleep(0.05)
                continue
            if status in (429, 503):
                time.sleep(0.05)
                continue
            self.answers += 1
            return status, answer

    def run(self):
        status, customer = self.ask(
            "/v1/customers",
            {
                "reference": f"kill-{self.number}", "name": "Kill Test",
                "email": f"kill{self.number}@localhost", "language": "en",
                "time_zone": "America/New_York",
            },
        )
        if status != 201:
            self.problems.append(("customer", status, customer))
            return
        self.id = customer["id"]
        status, method = self.ask(
            f"/v1/customers/{self.id}/payment-methods",
            {
                "type": "bank_account", "label": "Bank", "routing_number": "091000019",
                "account_number": f"00012345{self.number:04}", "account_type": "checking",
                "verified": True, "balance_minor": 100_000_000,
            },
        )
        if status != 201:
            self.problems.append(("method", status, method))
            return
        self.method = method["id"]
        self.gate.wait()
        while not self.stopping:
            status, answer = self.ask(
                f"/v1/customers/{self.id}/deposits",
                {"method": self.method, "amount_minor": 1_00},
            )
            if status is None:
                return
            if status != 201:
                self.problems.append(("deposit", status, answer))
                return
            if answer["id"] in self.deposits:
                self.problems.append(("told twice", answer["id"]))
            self.deposits[answer["id"]] = answer["credit_minor"]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options = options.parse_args()
    print(f"seed {options.seed}")
    chance = random.Random(options.seed)
    server = Makewhole(options.bin).start()
    gate = threading.Event()
    clients = [Client(server, number, gate) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    gate.set()
    for _ in range(options.kills):
        time.sleep(chance.uniform(0.02, 0.35))
        server.kill()
        server.start()
    time.sleep(0.3)
    for client in clients:
        client.stopping = True
    for client in clients:
        client.join(timeout=30)
    problems = [problem for client in clients for problem in client.problems]
    told = there = 0
    for client in clients:
        found = {}
        path = f"/v1/customers/{client.id}/deposits?limit=200"
        while path:
            status, page = server.call("GET", path)
            assert status == 200, page
            for deposit in page["data"]:
                if deposit["id"] in found:
                    problems.append(("listed twice", deposit["id"]))
                found[deposit["id"]] = deposit["credit_minor"]
            cursor = page.get("next_cursor")
            path = f"/v1/customers/{client.id}/deposits?limit=200&cursor={cursor}" if cursor else None
        for deposit, credit in client.deposits.items():
            if found.get(deposit) != credit:
                problems.append(("acknowledged and lost", deposit))
        # One request per client may be unanswered at the end.
        if len(found) - len(client.deposits) not in (0, 1):
            problems.append(("doubled", client.id, len(found), len(client.deposits)))
        status, customer = server.call("GET", f"/v1/customers/{client.id}")
        if customer["cash_minor"] != sum(found.values()):
            problems.append(("cash differs", client.id, customer["cash_minor"], sum(found.values())))
        told += len(client.deposits)
        there += len(found)
    server.kill()
    report = server.verify()
    again = sum(client.again for client in clients)
    print(
        f"{options.kills} kills, {told} deposits acknowledged, {there} there, {again} asked again, "
        f"{report['commits']} commits verified"
    )
    if problems or told == 0 or again == 0:
        raise SystemExit(f"{problems[:10]}\nthe files are in {server.folder}")
    shutil.rmtree(server.folder)


main()
