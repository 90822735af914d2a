"""Files of `makewhole nacha compose`, held against the documents they were made of.

From a seed: documents of every kind of entry, with and without caps, offsets and the same day. Every
file must be valid and proven to the naive reader, hold its own keys' entries and no others, field
by field, keep every cap, and be the same when it is composed again. What breaks a rule must be
refused with its name and write nothing.
"""

import copy
import json
import pathlib
import random
import subprocess
import sys

from nacha_reader import Reader

BANKS = ["021000021", "076401251", "091000019", "011401533"]
ODFI = "02100002"
CODES = {
    ("checking", "credit"): 22, ("checking", "debit"): 27, ("savings", "credit"): 32,
    ("savings", "debit"): 37, ("general_ledger", "credit"): 42, ("general_ledger", "debit"): 47,
}


def die(sentence, document=None):
    if document is not None:
        pathlib.Path("nacha-compose-differs.json").write_text(json.dumps(document))
        sentence += "\nThe document is nacha-compose-differs.json"
    sys.exit(sentence)


def base(**more):
    document = {
        "format": "makewhole-compose", "version": 1,
        "file": {
            "destination": "021000021", "origin": "123456780", "destination_name": "SAMPLE BANK",
            "origin_name": "EXAMPLE EXCHANGE", "created": "2026-11-30T09:00:00-05:00",
        },
        "originator": {
            "company_name": "EXAMPLE EXCHANGE", "company_identification": "1123456789",
            "entry_description": "DEPOSIT", "odfi": ODFI,
        },
        "entries": [],
    }
    document.update(more)
    return document


class Documents:
    """Documents, and what a file of each must hold: (code, bank, account, cents, id, name, kind)."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def payment(self, number, side=None, **more):
        r = self.random
        payment = {
            "side": side or r.choice(["debit", "debit", "debit", "credit"]),
            "account_type": r.choice(["checking", "checking", "savings", "general_ledger"]),
            "routing_number": r.choice(BANKS), "account_number": "00%d" % r.randint(1, 10**12),
            "amount_minor": r.randint(1, 900_000), "identification": "dep_%d" % number,
            "name": r.choice(["Ada Sample", "Bob Sample", "Cyd Placeholder-Sample"]),
            "class": "WEB",
        }
        payment.update(more)
        return payment

    def original(self, number, **more):
        # Settled two banking days before the document's day, so that every window is open.
        return self.payment(
            number, trace=ODFI + "%07d" % (8_000_000 + number), settlement="2026-11-25", **more)

    def entry(self, number):
        """An entry of the document, and the rows it must become."""
        r = self.random
        kind = r.choice(
            ["payment"] * 4 + ["prenote", "reversal", "representment", "return_fee",
                               "micro_entries", "dishonored_return", "refused_change",
                               "international"])
        item = {"key": "k%d" % number, "kind": kind}
        if kind == "payment":
            payment = self.payment(number)
            if r.random() < 0.2:
                payment["addenda"] = ["Invoice %d" % number]
            item.update(payment)
            return item, [row(payment, "DEPOSIT")]
        if kind == "prenote":
            payment = self.payment(number)
            del payment["amount_minor"]
            item.update(payment)
            return item, [row(payment, "DEPOSIT", code=1, cents=0)]
        if kind == "reversal":
            original = self.original(number)
            item["original"] = original
            opposite = "credit" if original["side"] == "debit" else "debit"
            return item, [row(dict(original, side=opposite), "REVERSAL")]
        if kind in ("representment", "return_fee"):
            original = self.original(number, side="debit")
            payment = {k: v for k, v in original.items() if k not in ("trace", "settlement")}
            if kind == "return_fee":
                payment["amount_minor"] = 2_500
            item.update(payment)
            item.update(
                original=original, return_code=r.choice(["R01", "R09"]),
                return_settlement="2026-11-27")
            return item, [row(payment, "RETRY PYMT" if kind == "representment" else "RETURN FEE")]
        if kind == "micro_entries":
            payment = self.payment(number)
            del payment["amount_minor"], payment["side"]
            credits = [r.randint(1, 99) for _ in range(r.randint(1, 2))]
            debits = r.choice([[], [sum(credits)]])
            item.update(payment, credits_minor=credits, debits_minor=debits)
            sides = [("credit", c) for c in credits] + [("debit", d) for d in debits]
            return item, [
                row(dict(payment, side=s, amount_minor=c), "ACCTVERIFY") for s, c in sides]
        original = self.original(number)
        item["original"] = original
        sender = original["routing_number"][:8]
        trace = sender + "%07d" % number
        if kind == "dishonored_return":
            item.update(
                return_code="R01", return_trace=trace, return_settlement="2026-11-27",
                code=r.choice(["R61", "R68", "R69"]), information="01*03")
            return item, [row(original, "DEPOSIT", code=-1, answer="799" + item["code"])]
        if kind == "refused_change":
            item.update(
                change_code="C01", change_trace=trace, corrected_data="998877",
                received="2026-11-27", code="C62")
            return item, [row(original, "DEPOSIT", code=-1, cents=0, answer="798C62")]
        del item["original"]
        payment = self.payment(number)
        for name in ("identification", "name", "class"):
            del payment[name]
        party = {"street": "1 FIRST STREET", "city_and_state": "SPRINGFIELD*IL\\",
                 "country_and_postal_code": "US*62701\\"}
        bank = {"name": "SAMPLE BANK", "identification": "021000021", "country": "US"}
        item.update(
            payment,
            terms={"exchange": "FF", "destination_country": "CA", "destination_currency": "CAD"},
            international={
                "transaction_type": "BUS", "foreign_amount": 12345,
                "originator": dict(party, name="EXAMPLE EXCHANGE"),
                "receiver": dict(party, name="Ada Sample"), "originating_bank": bank,
                "receiving_bank": bank, "remittance": ["Invoice %d" % number] * r.randint(0, 2),
                "correspondent_banks": [bank] * r.randint(0, 2)})
        return item, [row(dict(payment, identification="", name=""), "DEPOSIT", international=True)]

    def document(self):
        r = self.random
        document = base()
        rows = {}
        for number in range(r.randint(1, 40)):
            item, expected = self.entry(number)
            document["entries"].append(item)
            rows[item["key"]] = expected
        caps = {}
        if r.random() < 0.6:
            caps["records"] = r.choice([30, 40, 60])
        if r.random() < 0.4:
            caps["file_debits_minor"] = caps["file_credits_minor"] = r.choice([700_000, 4_000_000])
        if r.random() < 0.3:
            caps["batch_entries"] = r.choice([15, 20])
        if caps:
            document["caps"] = caps
        if r.random() < 0.5:
            document["offset"] = {
                "routing_number": "021000021", "account_number": "777000777",
                "name": "EXAMPLE EXCHANGE"}
        if r.random() < 0.3 and not any(e["kind"] == "international" for e in document["entries"]):
            document.update(service="same_day", writes_window=True)
        document["traces"] = {"next": r.choice([1, 500, 9_999_990])}
        return document, rows


def row(payment, description, code=0, cents=None, answer=None, international=False):
    """What must stand in the entry's columns. `code` moves to the prenote (1) or the answer (-1)."""
    return {
        "code": "%02d" % (CODES[payment["account_type"], payment["side"]] + code),
        "bank": payment["routing_number"], "account": payment["account_number"],
        "cents": payment.get("amount_minor", 0) if cents is None else cents,
        "identification": payment["identification"], "name": payment["name"],
        "description": description, "answer": answer, "international": international,
    }


def rows_of(data):
    """Rows of a file's entries, cut by columns; offsets are those to our own account."""
    found, offsets = [], []
    header = None
    for line in data.decode().split("\n"):
        if line[:1] == "5":
            header = line
        elif line[:1] == "6":
            international = header[50:53] == "IAT"
            entry = {
                "code": line[1:3], "bank": line[3:12], "cents": int(line[29:39]),
                "account": (line[39:74] if international else line[12:29]).strip(),
                "identification": "" if international else line[39:54].strip(),
                "name": "" if international else line[54:76].strip(),
                "description": header[53:63].strip(), "answer": None,
                "international": international,
            }
            (offsets if entry["account"] == "777000777" else found).append(entry)
        elif line[:2] == "79":
            found[-1]["answer"] = line[:6]
    return found, offsets


def run(program, folder, document, *more):
    path = pathlib.Path(folder) / "document.json"
    path.write_text(json.dumps(document))
    return subprocess.run(
        [program, "nacha", "compose", str(path), *more], capture_output=True)


def order(rows):
    return sorted(json.dumps(r, sort_keys=True) for r in rows)


def check(program, folder, document, rows):
    out = pathlib.Path(folder) / "composed"
    out.mkdir()
    result = run(program, folder, document, "--folder", str(out), "--json", "--set-aside")
    if result.returncode:
        die(f"compose ended with {result.returncode}: {result.stderr.decode()}", document)
    plan = json.loads(result.stdout)
    sent = [key for file in plan["files"] for key in file["keys"]]
    aside = [item["key"] for item in plan["set_aside"]]
    if sorted(sent + aside) != sorted(rows):
        die(f"keys differ: {sorted(sent + aside)}", document)
    if sorted(p.name for p in out.iterdir()) != sorted(f["name"] for f in plan["files"]):
        die("other files than the plan's", document)
    caps = document.get("caps", {})
    for file in plan["files"]:
        data = (out / file["name"]).read_bytes()
        read = Reader("strict").read(data)
        if read["verdict"] != "valid" or read["proof"] != "proven" or read["problems"]:
            die(f"{file['name']}: {read}", document)
        found, offsets = rows_of(data)
        if order(found) != order(r for key in file["keys"] for r in rows[key]):
            die(f"{file['name']} holds other entries than its keys'", document)
        if bool(offsets) > ("offset" in document):
            die(f"{file['name']} has an offset nobody asked for", document)
        if data.count(b"\n") > caps.get("records", 10**9):
            die(f"{file['name']} has too many records", document)
        for side in ("debit", "credit"):
            if read[side + "_cents"] != file[side + "_cents"]:
                die(f"{file['name']}: {side}s are not those of the plan", document)
            if read[side + "_cents"] > caps.get(f"file_{side}s_minor", 10**12):
                die(f"{file['name']} has too many {side}s", document)
        same_day = document.get("service") == "same_day"
        for line in data.decode().split("\n"):
            if line[:1] == "5" and line[50:53] == "WEB" and "799" not in data.decode():
                wanted = ("SD1300", "261130") if same_day else (" " * 6, "261201")
                if (line[63:69], line[69:75]) != wanted:
                    die(f"{file['name']}: {line}", document)
    again = pathlib.Path(folder) / "again"
    again.mkdir()
    run(program, folder, document, "--folder", str(again), "--set-aside")
    for path in out.iterdir():
        if path.read_bytes() != (again / path.name).read_bytes():
            die("composed again it is another file", document)
    for directory in (out, again):
        for path in directory.iterdir():
            path.unlink()
        directory.rmdir()
    return len(plan["files"]), len(aside)


def refusals(program, folder):
    """Each rule broken once: exit code 65, the rule's name, and nothing written."""
    make = Documents(1)
    debit = make.original(1, side="debit")
    again = {k: v for k, v in debit.items() if k not in ("trace", "settlement")}
    returned = {"original": debit, "return_code": "R01", "return_settlement": "2026-11-27"}
    party = {"name": "Ada Sample", "street": "1", "city_and_state": "X*Y\\",
             "country_and_postal_code": "CA*1\\"}
    bank = {"name": "SAMPLE BANK", "identification": "021000021", "country": "US"}
    abroad = {
        "kind": "international", "side": "credit", "routing_number": BANKS[0],
        "account_number": "1", "amount_minor": 1,
        "terms": {"exchange": "FF", "destination_country": "CA", "destination_currency": "CAD"},
        "international": {
            "transaction_type": "BUS", "foreign_amount": 1, "originator": party, "receiver": party,
            "originating_bank": bank, "receiving_bank": bank},
    }
    answer = {
        "kind": "dishonored_return", "original": debit, "return_code": "R01",
        "return_trace": "076401250000001", "return_settlement": "2026-11-27"}
    change = {
        "kind": "refused_change", "original": debit, "change_code": "C01",
        "change_trace": "076401250000001", "received": "2026-11-27"}
    late = dict(debit, settlement="2026-11-19")
    micro = {k: v for k, v in again.items() if k not in ("amount_minor", "side")}
    for rule, item, more in (
        ("reversal_window", {"kind": "reversal", "original": late}, {}),
        ("reversal_subject",
         {"kind": "reversal", "original": dict(debit, entry_description="REVERSAL")}, {}),
        ("unchanged_company",
         {"kind": "reversal", "original": dict(debit, company_identification="9")}, {}),
        ("representment_code",
         dict(again, kind="representment", **dict(returned, return_code="R02")), {}),
        ("representment_count",
         dict(again, kind="representment", representments=2, **returned), {}),
        ("representment_window",
         dict(again, kind="representment",
              **dict(returned, original=dict(debit, settlement="2026-06-01"))), {}),
        ("unchanged_amount",
         dict(again, kind="representment", **returned)
         | {"amount_minor": debit["amount_minor"] + 1}, {}),
        ("return_fee", dict(again, kind="return_fee", has_fee=True, **returned), {}),
        ("return_fee_window",
         dict(again, kind="return_fee", **dict(returned, return_settlement="2026-10-15")), {}),
        ("micro_entries", dict(micro, kind="micro_entries", credits_minor=[100]), {}),
        ("micro_entries",
         dict(micro, kind="micro_entries", credits_minor=[9], debits_minor=[10]), {}),
        ("prenote_window",
         dict(again, kind="payment", prenote_settled="2026-11-25"), {}),
        ("dishonor_code", dict(answer, code="R71"), {}),
        ("dishonor_information", dict(answer, code="R69"), {}),
        ("dishonor_window",
         dict(answer, code="R68", return_settlement="2026-11-19"), {}),
        ("refused_change_code", dict(change, code="C01"), {}),
        ("refused_change_window", dict(change, code="C62", received="2026-11-14"), {}),
        ("same_day_class", abroad, {"service": "same_day"}),
        ("same_day_limit",
         dict(again, kind="payment", amount_minor=100_000_001), {"service": "same_day"}),
        ("above the cap file_debits", dict(again, kind="payment"),
         {"caps": {"file_debits_minor": 1}}),
        ("DFI account number", dict(again, kind="payment", account_number=" 1"), {}),
        ("/entries/0/routing_number",
         dict(again, kind="payment", routing_number="021000022"), {}),
        ("/entries/0/note", dict(again, kind="payment", note="x"), {}),
        ("No same-day window is left", dict(again, kind="payment"),
         {"service": "same_day",
          "file": dict(base()["file"], created="2026-11-30T17:00:00-05:00")}),
    ):
        document = base(**more)
        document["entries"] = [dict(copy.deepcopy(item), key="k1")]
        target = pathlib.Path(folder) / "refused.ach"
        result = run(program, folder, document, "--out", str(target))
        said = result.stderr.decode()
        if result.returncode != 65 or rule not in said or result.stdout or target.exists():
            die(f"{rule}: ended with {result.returncode}: {said}", document)


def usage(program, folder):
    document = base()
    document["entries"] = [dict(Documents(2).payment(1), key="k1", kind="payment")]
    target = pathlib.Path(folder) / "once.ach"
    first = run(program, folder, document, "--out", str(target))
    if first.returncode or Reader("strict").read(target.read_bytes())["verdict"] != "valid":
        die(f"--out: {first.stderr.decode()}", document)
    if run(program, folder, document).stdout != target.read_bytes():
        die("standard output is another file than --out", document)
    crlf = run(program, folder, document, "--line-ending", "crlf").stdout
    if crlf.replace(b"\r\n", b"\n") != target.read_bytes():
        die("--line-ending changes more than line ends", document)
    for more, code in (
        (["--out", str(target)], 65),
        (["--json"], 64),
        (["--out", "a", "--folder", "b"], 64),
        (["--out", folder + "/none/x.ach"], 74),
    ):
        result = run(program, folder, document, *more)
        if result.returncode != code:
            die(f"{more} ended with {result.returncode}, not {code}", document)
    many = copy.deepcopy(document)
    many["caps"] = {"records": 10}
    many["entries"] = [dict(document["entries"][0], key="k%d" % n) for n in range(20)]
    if run(program, folder, many).returncode != 65:
        die("several files without --folder", many)
    if subprocess.run([program, "nacha", "compose", folder + "/none.json"],
                      capture_output=True).returncode != 66:
        die("a document that is not there")
    advice = base()
    advice["entries"] = [{
        "key": "a%d" % n, "kind": "advice", "code": 81 + n, "routing_number": BANKS[1],
        "account_number": "123456789012345", "amount_minor": 500_000_000_000,
        "advice_routing": 21000021, "name": "SAMPLE BANK", "operator_routing": ODFI, "day": 334,
        "sequence": n} for n in range(8)]
    data = run(program, folder, advice).stdout
    read = Reader("strict").read(data)
    if read["verdict"] != "valid" or read["debit_cents"] != 2_000_000_000_000:
        die(f"advice: {read}", advice)
    target.unlink()


def compose(program, folder, count, seed):
    """How many documents made how many files, and how many entries were set aside."""
    refusals(program, folder)
    usage(program, folder)
    files = aside = 0
    for index in range(count):
        document, rows = Documents(seed * 1_000_003 + index).document()
        made, left = check(program, folder, document, rows)
        files += made
        aside += left
    return files, aside
