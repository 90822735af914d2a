"""Kills the real process at random moments under load, and compares what is there afterwards with
what everybody was told: nothing acknowledged is lost, nothing is there twice.

The load is a mix: customers deposit, trade, withdraw and settle by card, by wire and from another
bank account, for which they upload documents; an operator accepts those; a processor opens charges
and tells of them; a bank takes the files we send and drops statements and returns into the folder,
mostly while nobody is there to read them. All are played here and know nothing of each other.
"""

import argparse
import collections
import datetime
import hashlib
import http.client
import json
import random
import re
import shutil
import struct
import threading
import time
import urllib.parse
import uuid
import zlib

import odfi
import processor
from system import ROOT, Makewhole, free_port, take_database

CLIENTS = 12
# Between two things a customer does: enough that the bank's files get their turn.
THINKING_SECONDS = 0.1
# The kind of a document in the table of aggregates, and what sealing adds to one.
DOCUMENT = 8
SEAL_BYTES = 30
# What may be refused, and rightly; anything else that is not a success is a problem.
REFUSALS = {
    "insufficient_balance", "held", "owing", "nothing_owed", "settlement_in_progress",
    "amount_changed", "method_unusable", "wrong_state", "settlement_exceeds_owed",
    "amount_out_of_range", "method_blocked", "stopped",
}


class Person(threading.Thread):
    """Somebody who asks for things, and asks again under the same key until there is an answer."""

    def __init__(self, server, seed):
        super().__init__(daemon=True)
        self.server = server
        self.chance = random.Random(seed)
        self.again = 0
        self.problems = []
        self.stopping = False

    def repeat(self, ask):
        """What `ask` returns, asked until it is answered: no answer says nothing."""
        while True:
            try:
                answer = ask()
            except (OSError, http.client.HTTPException):
                self.again += 1
                time.sleep(0.05)
                continue
            if answer[0] in (429, 503):
                time.sleep(0.05)
                continue
            return answer

    def run(self):
        try:
            self.live()
        except Exception as problem:
            self.problems.append((type(self).__name__, repr(problem)))


class Customer(Person):
    """Lives through the API of the host exchange, and uploads on the pages."""

    def __init__(self, server, seed, number, bank):
        super().__init__(server, seed)
        self.number = number
        self.bank = bank
        self.done = []
        self.refused = collections.Counter()
        self.withdrawals = {}
        self.documents = []
        self.session = None
        self.has_settled = False

    def ask(self, operation, path, body=None):
        """The answer, or None when it was refused; what was granted is written down."""
        key = str(uuid.uuid4())
        status, answer = self.repeat(lambda: self.server.call("POST", path, body, key))
        if status in (200, 201):
            self.done.append((operation, path, body, key, status, answer))
            return answer
        code = (answer or {}).get("code")
        self.refused[operation, code] += 1
        if code not in REFUSALS:
            self.problems.append((operation, status, answer))
        return None

    def look(self, path):
        status, answer = self.repeat(lambda: self.server.call("GET", path))
        assert status == 200, (path, status, answer)
        return answer

    def link(self, verified):
        body = {
            "type": "bank_account", "label": "Bank", "routing_number": odfi.ROUTING,
            "account_number": f"{self.chance.randrange(10**8):08}{self.number:04}",
            "account_type": self.chance.choice(["checking", "savings"]), "verified": verified,
        }
        if verified:
            body["balance_minor"] = 100_000_000
        return self.ask("link_method", self.path + "/payment-methods", body)["id"]

    def live(self):
        self.id = self.ask(
            "open_customer", "/v1/customers",
            {
                "reference": f"kill-{self.number}", "name": "Kill Test",
                "email": f"kill{self.number}@localhost", "language": "en",
                "time_zone": "America/New_York",
            })["id"]
        self.path = f"/v1/customers/{self.id}"
        self.method = self.link(verified=True)
        while not self.stopping:
            self.chance.choice([
                self.deposit, self.trade, self.trade, self.trade, self.withdraw,
                self.end_withdrawal, self.settle, self.settle, self.settle, self.report_balance,
            ])()
            time.sleep(self.chance.uniform(0, THINKING_SECONDS))

    def deposit(self):
        self.ask(
            "start_deposit", self.path + "/deposits",
            {"method": self.method, "amount_minor": self.chance.randrange(5_00, 90_00)})

    def report_balance(self):
        self.ask(
            "check_balance", self.path + f"/payment-methods/{self.method}/balance",
            {"amount_minor": 100_000_000})

    def trade(self):
        # Nearly all is spent, so that a deposit that comes back leaves something owed.
        side, most = self.chance.choice([("buy", 60_00), ("buy", 20_00), ("sell", 5_00)])
        self.ask(
            "trade", self.path + "/trades",
            {
                "side": side, "asset": "BTC",
                "quantity": f"0.000{self.chance.randrange(1, 99999):05}",
                "cash_minor": self.chance.randrange(1_00, most),
                "fee_minor": self.chance.randrange(0, 50),
            })

    def withdraw(self):
        amount = self.chance.randrange(1_00, 15_00)
        answer = self.ask(
            "request_withdrawal", self.path + "/withdrawals",
            {"asset": "USD", "amount_minor": amount, "destination": "Everyday checking"})
        if answer:
            self.withdrawals[answer["id"]] = "requested"

    def end_withdrawal(self):
        waiting = [one for one, state in self.withdrawals.items() if state == "requested"]
        if not waiting:
            return
        one = self.chance.choice(waiting)
        verb, operation, state = self.chance.choice([
            ("sent", "withdrawal_sent", "sent"), ("cancel", "cancel_withdrawal", "cancelled"),
        ])
        # A return may have cancelled it meanwhile: then it cannot be sent any more.
        if self.ask(operation, self.path + f"/withdrawals/{one}/{verb}"):
            self.withdrawals[one] = state
        else:
            self.withdrawals[one] = "cancelled"

    def settle(self):
        owed = self.look(self.path)["owed_minor"]
        if not owed:
            return
        # The first ways are given, so that in every run documents are wanted and cards charged.
        first = ["ach", "card"][self.number // 2 % 2]
        kind = self.chance.choice(["card", "card", "wire", "wire", "ach"])
        body = {"kind": kind if self.has_settled else first}
        if self.chance.random() < 0.6:
            body["amount_minor"] = max(1, owed // 3)
        if body["kind"] == "ach":
            body["method"] = self.link(verified=False)
        answer = self.ask("start_settlement", self.path + "/settlements", body)
        if not answer:
            return
        self.has_settled = True
        settlement = self.look(self.path + f"/settlements/{answer['id']}")
        if body["kind"] == "wire":
            self.bank.announce(settlement["reference"], settlement["amount_minor"])
        for document in settlement["documents_wanted"]:
            self.upload(settlement["id"], document)

    def upload(self, settlement, document):
        """A picture of a size of its own, sent under one key until the page says what comes next."""
        picture = png(self.chance.randrange(30, 3000))
        key = "form_" + uuid.uuid4().hex
        path = f"/settlements/{settlement}/documents"
        kind = {"photo_id": "photoID", "bank_proof": "bankProof"}[document]

        def send():
            if not self.session:
                status, link = self.server.call("POST", self.path + "/sign-in-links")
                if status != 201:
                    return status, None
                self.session = Pages(self.server, link["url"])
            return self.session.upload(
                path, {"idempotency_key": key, "document_kind": kind}, picture)

        status, text = self.repeat(send)
        if status == 303:
            self.documents.append(len(picture))
        elif status != 409:
            self.problems.append(("upload", status, text))


class Operator(Person):
    """Accepts every document on the desk."""

    def __init__(self, server, seed):
        super().__init__(server, seed)
        self.accepted = set()

    def live(self):
        pages = None
        while not self.stopping:
            if not pages:
                status, link = self.repeat(
                    lambda: self.server.call(
                        "POST", "/v1/operators/sign-in-links",
                        {"name": "Dana", "role": "operator"}))
                assert status == 201, link
                try:
                    pages = Pages(self.server, link["url"])
                except (OSError, http.client.HTTPException):
                    continue
            _, text = self.repeat(lambda: pages.get("/operator/documents"))
            for document in set(re.findall(r"/operator/documents/(doc_\w+)", text)):
                key = "form_" + uuid.uuid4().hex
                status, text = self.repeat(
                    lambda: pages.post(
                        f"/operator/documents/{document}",
                        {"idempotency_key": key, "decision": "accept"}))
                if status == 303:
                    self.accepted.add(document)
                else:
                    self.problems.append(("accept", status, text))
            time.sleep(0.2)


class Teller(Person):
    """The processor's webhooks: each event until it is taken, some of them again afterwards."""

    def __init__(self, server, seed, charges):
        super().__init__(server, seed)
        self.charges = charges
        self.told = {}

    def live(self):
        secret = (self.server.folder / "processor.secret").read_text().strip()
        while True:
            waiting = [charge for key, charge in list(self.charges.items()) if key not in self.told]
            if self.stopping and not waiting:
                return
            for charge in waiting:
                event, key = processor.event(charge), charge["charge_id"]
                for _ in range(self.chance.choice([1, 1, 2])):

                    def tell():
                        _, clock = self.server.call("GET", "/v1/sandbox/clock")
                        now = datetime.datetime.fromisoformat(clock["now"].replace("Z", "+00:00"))
                        return (processor.tell(
                            self.server.url, "evt_" + key, event, int(now.timestamp()), secret),)

                    (status,) = self.repeat(tell)
                    if status == 401:
                        # The clock was moved in between: it was signed too long ago.
                        (status,) = self.repeat(tell)
                    if status != 204:
                        self.problems.append(("webhook", status, event))
                self.told[key] = charge
            time.sleep(0.1)


class Bank:
    """Takes our files, settles what is in them or sends it back, and brings wires."""

    def __init__(self, server, seed):
        self.outbound = server.folder / "bank" / "outbound"
        self.inbound = server.folder / "bank" / "inbound"
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.seen = {}
        self.debits = {}
        self.announced = []
        self.later = []
        self.traces = 0
        self.turns = 0
        self.dropped = []
        # How many files each day had.
        self.days = collections.Counter()
        self.settled, self.returned, self.charged, self.wires = {}, {}, {}, {}

    def announce(self, reference, amount):
        with self.lock:
            self.announced.append((reference, amount))

    def turn(self, customers):
        """Reads what is new, answers what is due. Files of ours never change once they are there."""
        self.turns += 1
        day = "2026-01-05"
        rows, returns, later = [], [], self.later
        self.later = []
        for row in later:
            rows.append(row)
            self.charged[row[1]] = row[2]
        for path in sorted(self.outbound.glob("*.ach")) if self.outbound.exists() else []:
            raw = path.read_bytes()
            digest = hashlib.sha256(raw).hexdigest()
            if path.name in self.seen:
                assert self.seen[path.name] == digest, f"{path.name} changed"
                continue
            self.seen[path.name] = digest
            self.days[path.name[:10]] += 1
            for debit in odfi.read(raw.decode("ascii"), path.name):
                if debit.trace in self.debits:
                    raise AssertionError(f"the trace {debit.trace} left twice")
                self.debits[debit.trace] = debit
                self.decide(debit, rows, returns)
        with self.lock:
            wires, self.announced = self.announced, []
        if customers and self.chance.random() < 0.7:
            # To those whose deposits are good, and to nobody we know.
            reference = self.chance.choice([f"kill-{n}" for n in range(0, CLIENTS, 2)] + ["nobody"])
            wires.append((reference, self.chance.randrange(20_00, 300_00)))
        for reference, amount in wires:
            name = f"WIRE{len(self.wires):06}"
            self.wires[name] = (reference, amount)
            rows.append(("wire_received", name, amount, day, f"{reference}|Kill Test"))
        if rows:
            self.drop("statement.csv", odfi.statement(rows, day))
        if returns:
            self.drop("returns.ach", odfi.return_file(returns, self.turns))

    def decide(self, debit, rows, returns):
        """Of every second customer some come back, before the money was there or after."""
        odd = int(debit.record[12:29].strip()[-4:]) % 2
        fate = self.chance.choice(["settle", "return", "both"]) if odd else "settle"
        if fate != "return":
            rows.append(("debit_settled", debit.trace, debit.amount, debit.day, "file"))
            self.settled[debit.trace] = debit.amount
        if fate != "settle":
            self.traces += 1
            trace = f"{odfi.RDFI}{self.traces:07}"
            returns.append((debit, self.chance.choice(["R01", "R09"]), trace))
            self.returned[debit.trace] = trace
        if fate == "both":
            # The statement is read first, so this return finds the money there.
            self.later.append(("return_settled", debit.trace, debit.amount, debit.day, trace))

    def drop(self, name, text):
        """Whole, or not at all; now and then a second time under the same or another name."""
        names = [f"{self.turns:04}-{name}"]
        if self.chance.random() < 0.4:
            names.append(self.chance.choice([names[0], f"{self.turns:04}-again-{name}"]))
        for one in names:
            part = self.inbound / (one + ".part")
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(text)
            part.rename(self.inbound / one)
            self.dropped.append((one, hashlib.sha256(text.encode()).digest()))

    def waits(self):
        return self.later or self.announced or any(self.inbound.glob("[0-9]*"))


class Pages:
    """A browser without a screen: one session, no redirects followed."""

    def __init__(self, server, link):
        self.server = server
        self.cookie = ""
        status, text = self.send("GET", link.removeprefix(server.url))
        assert status == 303, (status, text)

    def send(self, method, path, body=None, kind=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            headers = {"Accept": "text/html"}
            if self.cookie:
                headers["Cookie"] = self.cookie
            if kind:
                headers["Content-Type"] = kind
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                if cookie.startswith("mw_session="):
                    self.cookie = cookie.split(";")[0]
            return answer.status, text
        finally:
            connection.close()

    def get(self, path):
        return self.send("GET", path)

    def token(self, path):
        status, text = self.get(path)
        found = re.search(r'name="csrf"[^>]*value="([^"]+)"', text)
        return (status, None) if status != 200 or not found else (200, found[1])

    def post(self, path, fields):
        status, token = self.token(path)
        if not token:
            # What the page was for has been decided meanwhile, perhaps by our own first try.
            status, token = self.token("/operator/documents")
        body = urllib.parse.urlencode(fields | {"csrf": token})
        return self.send("POST", path, body, "application/x-www-form-urlencoded")

    def upload(self, path, fields, picture):
        status, token = self.token(path)
        if not token:
            status, token = self.token("/")
        body = b""
        for name, value in (fields | {"csrf": token}).items():
            body += f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        body += (b'--XX\r\nContent-Disposition: form-data; name="file"; filename="photo.png"\r\n'
                 b"Content-Type: image/png\r\n\r\n" + picture + b"\r\n--XX--\r\n")
        return self.send("POST", path, body, "multipart/form-data; boundary=XX")


def png(width):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    row = b"\0" + bytes(number * 37 % 251 for number in range(3 * width))
    header = struct.pack(">IIBBBBB", width, 1, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(row, 0)) + chunk(b"IEND", b""))


class Clock:
    """Moves the sandbox's clock from one closing of the bank's file to the next, through kills."""

    def __init__(self, server):
        self.server = server
        self.target = None
        self.arrived = True

    def read(self):
        _, clock = self.server.call("GET", "/v1/sandbox/clock")
        return clock, datetime.datetime.fromisoformat(clock["now"].replace("Z", "+00:00"))

    def is_busy(self):
        return self.read()[0]["busy"]

    def plan(self):
        """After 19:45 in New York, in summer and in winter, on the next day."""
        self.arrived = False
        _, now = self.read()
        day = now if self.target is None else max(now, self.target)
        late = day.replace(hour=0, minute=50, second=0, microsecond=0)
        self.target = late + datetime.timedelta(days=1)

    def advance(self):
        try:
            status, _ = self.server.call(
                "POST", "/v1/sandbox/clock",
                {"advance_to": self.target.strftime("%Y-%m-%dT%H:%M:%SZ")}, timeout=60)
            self.arrived = status == 200
        except (OSError, http.client.HTTPException):
            pass


def blob(text):
    """The sixteen bytes of an identifier."""
    number = 0
    for letter in text.split("_")[1]:
        number = number * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(letter)
    return number.to_bytes(16, "big")


def listed(server, path):
    """All pages of a list, by id; nothing is listed twice."""
    found, cursor = {}, ""
    while cursor is not None:
        status, page = server.call("GET", f"{path}?limit=200{cursor}")
        assert status == 200, page
        for one in page["data"]:
            assert one["id"] not in found, ("listed twice", one["id"])
            found[one["id"]] = one
        cursor = f"&cursor={page['next_cursor']}" if page.get("next_cursor") else None
    return found


class Comparison:
    """What was told against what is there."""

    def __init__(self, server, customers, bank, teller, operator, till):
        self.server, self.customers, self.bank = server, customers, bank
        self.teller, self.operator, self.till = teller, operator, till
        self.problems = []

    def same(self, what, told, there):
        if told != there:
            self.problems.append((what, "told", told, "there", there))

    def ask_again(self):
        """The same key gets the same answer, and nothing happens."""
        before = self.causes()
        for customer in self.customers:
            for operation, path, body, key, status, answer in customer.done:
                self.same(
                    ("asked again", operation), (status, answer),
                    self.server.call("POST", path, body, key))
        self.same("commands after asking all again", before, self.causes())

    def causes(self):
        with self.server.database() as db:
            return db.execute(
                "SELECT count(*) FROM cause WHERE command NOT IN ('timer', 'notice_undeliverable')"
            ).fetchone()

    def check_customer(self, customer):
        """Everything that was granted is there once, and the cash follows from it to the cent."""
        granted = collections.Counter(one[0] for one in customer.done)
        with self.server.database() as db:
            there = dict(db.execute(
                "SELECT command, count(*) FROM cause WHERE customer = ? AND actor LIKE 'host:%' "
                "GROUP BY command", (blob(customer.id),)))
            documents = db.execute(
                "SELECT length(sealed) FROM document_file WHERE customer = ? AND id IN (SELECT id "
                "FROM entity WHERE kind = ? AND customer = document_file.customer) ORDER BY 1",
                (blob(customer.id), DOCUMENT)).fetchall()
            waived = db.execute(
                "SELECT coalesce(sum(t.amount), 0) FROM transfer t JOIN cause c ON "
                f"c.{'id' if self.server.postgres else 'sequence'} = t.cause "
                "WHERE c.customer = ? AND t.reason = 'waiver'", (blob(customer.id),)).fetchone()[0]
        self.same((customer.id, "commands"), dict(granted), there)
        self.same(
            (customer.id, "documents"), sorted(customer.documents),
            [length - SEAL_BYTES for (length,) in documents])

        deposits = listed(self.server, customer.path + "/deposits")
        self.same(
            (customer.id, "deposits"),
            {one[5]["id"]: one[5]["credit_minor"] for one in customer.done
             if one[0] == "start_deposit"},
            {one["id"]: one["credit_minor"] for one in deposits.values()})
        for one in deposits.values():
            self.same(
                (one["id"], "returns"), [self.bank.returned[one["trace"]]]
                if one["trace"] in self.bank.returned else [],
                [back["trace"] for back in one["returns"]])
        withdrawals = listed(self.server, customer.path + "/withdrawals")
        self.same(
            (customer.id, "withdrawals"),
            {key: "over" if state != "requested" else state
             for key, state in customer.withdrawals.items() if state != "requested"
             or withdrawals.get(key, {}).get("state") != "cancelled"},
            {key: "over" if one["state"] != "requested" else "requested"
             for key, one in withdrawals.items()
             if not (one["state"] == "cancelled" and customer.withdrawals.get(key) == "requested")})
        for key, state in customer.withdrawals.items():
            if state == "sent":
                self.same((key, "sent"), "sent", withdrawals[key]["state"])
        settlements = listed(self.server, customer.path + "/settlements")
        self.same(
            (customer.id, "settlements"),
            {one[5]["id"] for one in customer.done if one[0] == "start_settlement"},
            set(settlements))

        own = {one["reference"] for one in settlements.values() if one["kind"] == "wire"}
        own.add(f"kill-{customer.number}")
        money = {
            "deposits": sum(
                0 if one["returns"] else one["amount_minor"] if one["status"] == "SETTLED"
                else one["credit_minor"] for one in deposits.values()),
            "trades": sum(
                -body["cash_minor"] if body["side"] == "buy"
                else body["cash_minor"] - body["fee_minor"]
                for operation, _, body, *_ in customer.done if operation == "trade"),
            "withdrawals": -sum(
                one["amount_minor"] for one in withdrawals.values()
                if one["state"] != "cancelled"),
            "wires": sum(
                amount for reference, amount in self.bank.wires.values() if reference in own),
            "cards": sum(
                charge["amount_minor"] for key, charge in self.teller.told.items()
                if key in settlements),
            "given back": -self.given_back(settlements),
            "ach": sum(
                one["amount_minor"] for one in settlements.values()
                if one["kind"] == "ach" and one["state"]["name"] == "completed"),
            "waived": waived,
        }
        status, there = self.server.call("GET", customer.path)
        assert status == 200, there
        self.same(
            (customer.id, "balance", money), sum(money.values()),
            there["cash_minor"] - there["owed_minor"])
        return settlements

    def given_back(self, settlements):
        """What customers have no more because they paid it too much by card: the processor gives it
        back with its share of the fee, once for each payment."""
        total = 0
        for key, one in settlements.items():
            back = one.get("overpayment")
            if not back or back["state"] == "kept":
                continue
            charge = self.teller.told[key]
            share = (2 * charge["fee_minor"] * back["amount_minor"] + charge["amount_minor"]) // (
                2 * charge["amount_minor"])
            self.same((key, "share of the fee"), share, back["fee_minor"])
            if back["state"] in ("asked", "refunded"):
                self.same(
                    (key, "given back"), self.refunds(key),
                    [back["amount_minor"] + back["fee_minor"]])
            total += back["amount_minor"]
        return total

    def refunds(self, charge):
        return [one["amount_minor"] for one in self.till.refunds.values()
                if one["charge_id"] == charge]

    def check_house(self, settlements):
        """The bank's own statement is our bank account; files and entries are there once."""
        bank = self.bank
        with self.server.database() as db:
            def one(sql, *values):
                return db.execute(sql, values).fetchone()[0]

            def balance(kind):
                table = "house_balance" if self.server.postgres else "account"
                return one(f"SELECT coalesce(sum(amount), 0) FROM {table} WHERE kind = ? "
                           "AND asset = 'USD'", kind)

            def carried_out(*commands):
                marks = ", ".join("?" * len(commands))
                return one(f"SELECT count(*) FROM cause WHERE command IN ({marks})", *commands)

            sent = one(
                "SELECT coalesce(sum(t.amount), 0) FROM transfer t WHERE t.reason = 'withdrawal_sent'")
            self.same(
                "the bank account",
                sum(bank.settled.values()) - sum(bank.charged.values())
                + sum(amount for _, amount in bank.wires.values()) - sent,
                balance("asset:bank:operating"))
            self.same(
                "the processor's account",
                sum(one["amount_minor"] + one["fee_minor"] for one in self.teller.told.values())
                - sum(sum(self.refunds(key)) for key, one in settlements.items()
                      if (one.get("overpayment") or {}).get("state") == "refunded"),
                balance("asset:card_clearing"))
            self.same(
                "refunds", sorted(one["charge_id"] for one in self.till.refunds.values()),
                sorted(key for key, one in settlements.items()
                       if (one.get("overpayment") or {}).get("state") in ("asked", "refunded")))
            self.same("settled", len(bank.settled), carried_out("settle_entry"))
            self.same("returned", len(bank.returned), carried_out("receive_return"))
            self.same("charged", len(bank.charged), carried_out("settle_return"))
            self.same(
                "wires", len(bank.wires),
                carried_out("receive_funds", "receive_unidentified_funds"))
            self.same("parked", 0, carried_out("park_return"))
            self.same("cards", len(self.teller.told), carried_out("charge_succeeded"))
            self.same(
                "charges", sorted(self.teller.told), sorted(
                    key for key, one in settlements.items() if one["kind"] == "card"))
            self.same(
                "accepted", len(self.operator.accepted), carried_out("review_document"))
            self.same(
                "sealed documents", one("SELECT count(*) FROM entity WHERE kind = ?", DOCUMENT),
                one("SELECT count(*) FROM document_file"))
            self.same(
                "outgoing work", one("SELECT count(*) FROM outbox WHERE done_at IS NULL"), 0)

            entries = db.execute(
                "SELECT trace, payment, amount FROM entry WHERE trace IS NOT NULL").fetchall()
            self.same(
                "entries",
                sorted((one.trace, one.identification.strip(), one.amount)
                       for one in bank.debits.values()),
                sorted((trace, payment[4:19], amount) for trace, payment, amount in entries))
            self.same(
                "payments that left", len(bank.debits),
                len({one.identification for one in bank.debits.values()}))
            self.same(
                "files that left", sorted(bank.seen),
                [name for (name,) in db.execute(
                    "SELECT name FROM bank_file WHERE direction = 'outbound' AND state = 'sent' "
                    "ORDER BY name")])
            for name, digest in set(bank.dropped):
                # Each bytes were carried out once; or every row in them had come in another statement.
                states = db.execute(
                    "SELECT state, report FROM bank_file WHERE digest = ?", (digest,)).fetchall()
                taken = [state for state, _ in states].count("taken")
                repeated = any(report.startswith("0 applied, ") for _, report in states)
                fine = (
                    {state for state, _ in states} <= {"taken", "duplicate"}
                    and (taken == 1 or taken == 0 and repeated)
                    and not any("\n" in report for _, report in states))
                if not fine:
                    self.problems.append((name, states))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=int(time.time()))
    take_database(options)
    options = options.parse_args()
    print(f"seed {options.seed}", flush=True)
    chance = random.Random(options.seed)
    port = free_port()
    server = Makewhole(options.bin, more={
        "processor": {
            "url": f"http://127.0.0.1:{port}", "secret": {"file": "processor.secret"},
        },
        "policy": {"file": "policy.json"},
        "bank": {"folder": "bank", "file": "bank.json"},
    }, database=options.database)
    # So little that a day's debits need several files.
    (server.folder / "bank.json").write_text(
        json.dumps({"caps": {"entries": 6, "debitCents": 250_00}}))
    # Credit is given again as soon as nothing is owed, so that something is owed again soon.
    policies = json.loads((ROOT / "policy.json").read_text())
    for policy in policies:
        policy["credit"]["cleanDepositsAfterReturn"] = 0
    (server.folder / "policy.json").write_text(json.dumps(policies))
    server.start()
    till = processor.Processor(port, random.Random(options.seed + 1))
    bank = Bank(server, options.seed + 2)
    clock = Clock(server)
    operator = Operator(server, options.seed + 3)
    teller = Teller(server, options.seed + 4, till.charges)
    customers = [
        Customer(server, options.seed + 10 + number, number, bank) for number in range(CLIENTS)]
    people = [*customers, operator, teller]
    for person in people:
        person.start()
    slowest = 0.0
    for _ in range(options.kills):
        # Through the closing of a file, when what the last one brought has been dealt with: a
        # return that lies about for days would be too late.
        if clock.arrived and not bank.waits() and not clock.is_busy():
            clock.plan()
            threading.Thread(target=clock.advance, daemon=True).start()
        time.sleep(chance.choice([chance.uniform(0, 0.1), chance.uniform(0, 0.8)]))
        server.kill()
        if chance.random() < 0.6:
            bank.turn(customers)
        began = time.monotonic()
        server.start()
        slowest = max(slowest, time.monotonic() - began)
        if not clock.arrived:
            clock.advance()
        if chance.random() < 0.2:
            bank.turn(customers)

    for customer in customers:
        customer.stopping = True
    for customer in customers:
        customer.join(timeout=60)
    end = time.monotonic() + 40
    quiet = 0
    while quiet < 3 and time.monotonic() < end:
        if not bank.waits() and not clock.is_busy():
            clock.plan()
            clock.advance()
        time.sleep(0.4)
        bank.turn([])
        time.sleep(0.4)
        state, _ = clock.read()
        with server.database() as db:
            waiting = db.execute(
                "SELECT (SELECT count(*) FROM entry WHERE trace IS NULL) "
                "+ (SELECT count(*) FROM outbox WHERE done_at IS NULL) + (SELECT count(*) "
                "FROM entity WHERE kind = ? AND tag = 'uploaded')", (DOCUMENT,)).fetchone()[0]
        is_quiet = not (bank.waits() or state["busy"] or waiting) and len(teller.told) == len(
            till.charges)
        quiet = quiet + 1 if is_quiet else 0
    for person in (operator, teller):
        person.stopping = True
        person.join(timeout=30)
    till.stop()

    comparison = Comparison(server, customers, bank, teller, operator, till)
    if quiet < 3:
        comparison.problems.append(("it does not come to rest",))
    comparison.ask_again()
    settlements = {}
    for customer in customers:
        settlements |= comparison.check_customer(customer)
    comparison.check_house(settlements)
    server.kill()
    report = server.verify()

    granted = collections.Counter(one[0] for customer in customers for one in customer.done)
    refused = sum((customer.refused for customer in customers), collections.Counter())
    again = sum(person.again for person in people)
    problems = [problem for person in people for problem in person.problems]
    problems += till.problems + comparison.problems
    print(f"granted {dict(granted)}")
    print(f"refused {dict(collections.Counter(code for _, code in refused.elements()))}")
    print(
        f"{options.kills} kills, ready again after {slowest:.1f} s at most, {again} asked again, "
        f"{sum(len(customer.documents) for customer in customers)} documents, "
        f"{len(till.charges)} charges asked {till.asked} times, {len(bank.seen)} files with "
        f"{len(bank.debits)} debits left, {len(bank.settled)} settled and {len(bank.returned)} "
        f"came back in {len(bank.dropped)} files, {report['commits']} commits verified")
    reached = {
        "split": max(bank.days.values(), default=0) > 1, "granted": min(granted[name] for name in (
            "start_deposit", "trade", "request_withdrawal", "withdrawal_sent",
            "cancel_withdrawal", "start_settlement")),
        "asked again": again, "files": len(bank.seen), "returns": len(bank.returned),
        "charges": len(till.charges), "documents": len(operator.accepted),
    }
    missing = [name for name, count in reached.items() if not count]
    if problems or missing:
        lines = "\n".join(str(problem)[:2000] for problem in problems[:10])
        raise SystemExit(
            f"{len(problems)} problems, never reached: {missing}\n{lines}\n"
            f"the files are in {server.folder}")
    shutil.rmtree(server.folder)


main()
