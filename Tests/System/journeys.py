"""The golden journeys: what a customer does and is shown, step by step, in Tests/Journeys, lived once on
the web pages in a real browser and once in the screen models of the app, each by a customer of its own,
against the real programs. The two must show the same states and the same amounts to the cent.

All journeys go side by side: whenever the bank has to work, each waits until all others do.
"""

import argparse
import datetime
import itertools
import json
import re
import subprocess
import time
import urllib.parse

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from story import Visitor, World, expect, pdf, png
from system import ROOT, running, take_database

JOURNEYS = ROOT / "Tests" / "Journeys"
PHONE = {"width": 390, "height": 844}
MINUS = "\u2212"

# What a page says for a word of the API. What an app says stands in MakewholeClient/Words.swift.
STATUS = {
    "PRE_CREDITED": {"Available early", "Clearing"}, "RETURNED_COVERED": {"Returned"},
    "OUTSTANDING": {"Outstanding"}, "SETTLED": {"Settled"},
}
NOTICES = {
    "deposit_credited": r"\$[\d,.]+ is available early",
    "deposit_returned_covered": r"Your bank sent back \$[\d,.]+",
    "funds_received": r"\$[\d,.]+ arrived",
    "obligation_opened": r"You owe \$[\d,.]+",
    "obligation_settled": r"Settled: \$[\d,.]+",
}
DOCUMENTS = {"Photo ID": "photo_id", "Proof this bank account is yours": "bank_proof"}
PROBLEMS = {
    "Enter an amount in dollars and cents, such as 50.00.": "not_an_amount",
    "Enter $1.00 or more.": "too_small",
    "Enter $25,000.00 or less.": "amount_out_of_range",
}
# Several states of the API are one sentence on a page.
PAYMENTS = {
    "awaiting_payment": {"Waiting for your bank"},
    "queued": {"Your payment is on its way"},
    "submitted": {"Your payment is on its way"},
    "unconfirmed": {"Your payment is on its way"},
    "completed": {"Balance settled", "Payment received"},
    "failed": {"Your payment did not go through"},
}


def cents(text):
    """`$1,234.50` or `−$1,234.50`, and nothing else."""
    found = re.fullmatch(rf"({MINUS}?)\$((?:\d{{1,3}})(?:,\d{{3}})*)\.(\d\d)", text)
    expect(found, f"{text!r} is an amount")
    value = int(found[2].replace(",", "")) * 100 + int(found[3])
    return -value if found[1] else value


class Customer:
    """One customer of the host, in the same state whoever shows it."""

    numbers = itertools.count(2_000)

    def __init__(self, world, name):
        self.world, self.name = world, name
        self.last_four = str(next(Customer.numbers))
        self.keys = itertools.count(1)
        self.id = self.post("/v1/customers", {
            "reference": name, "name": "Ada Sample", "email": f"{name}@example.com",
            "language": "en", "time_zone": "America/New_York"})["id"]
        self.path = f"/v1/customers/{self.id}"
        self.method = self.bank_account("Checking", self.last_four)
        self.spare = None

    def post(self, path, body=None):
        status, answer = self.world.server.call(
            "POST", path, body, f"{self.name}-{next(self.keys)}")
        expect(status < 300, "POST " + path, status, answer)
        return answer

    def bank_account(self, label, last_four, is_verified=True):
        return self.post(self.path + "/payment-methods", {
            "type": "bank_account", "label": label, "routing_number": "021000021",
            "account_number": "77000" + last_four, "account_type": "checking",
            "verified": is_verified, "balance_minor": 1_000_000})["id"]

    def newest(self, what):
        return self.world.ask(f"{self.path}/{what}?limit=1")["data"][0]

    # What happens to the customer, by others than the customer.

    def owes(self, deposit, spends_minor, buys="0.00100000", second_account="verified"):
        """A deposit that is spent, and a card and a second account to pay with when it comes back."""
        self.post(self.path + "/deposits", {
            "method": self.method, "amount_minor": cents("$" + deposit)})
        self.post(self.path + "/trades", {
            "side": "buy", "asset": "BTC", "quantity": buys, "cash_minor": spends_minor})
        rest = cents("$" + deposit) - spends_minor
        expect(self.world.ask(self.path)["cash_minor"] == rest, "the rest is cash", rest)
        self.post(self.path + "/payment-methods", {
            "type": "card", "label": "Card", "token": "tok_" + self.name.replace("-", "_"),
            "last_four": "4242"})
        self.spare = self.bank_account(
            "Savings", str(int(self.last_four) + 5_000), second_account == "verified")

    def returned(self, code):
        entries = json.loads(self.world.play("bank", "list"))["entries"]
        entry = next(
            one["entry"] for one in entries if one["account_last_four"] == self.last_four)
        self.world.play("bank", "return", str(entry), code)
        self.world.play("clock", "advance", "1m")

    def wired(self, amount):
        self.world.play("bank", "wire", amount, self.newest("settlements")["reference"])
        self.world.play("clock", "advance", "1m")

    def part_paid(self, amount):
        """By another device of the customer's."""
        self.post(self.path + "/settlements", {
            "kind": "wire", "amount_minor": cents("$" + amount)})
        self.wired(amount)


class Web:
    """A person in front of the web pages, who reads what they say."""

    def __init__(self, browser, customer):
        self.customer, self.world = customer, customer.world
        self.visitor = Visitor(browser, customer.world, PHONE, "America/New_York", customer.name)
        self.page = self.visitor.page
        self.visitor.go(customer.post(customer.path + "/sign-in-links")["url"])

    def lines(self):
        return self.visitor.text().splitlines()

    def after(self, words):
        lines = self.lines()
        expect(words in lines, f"{self.customer.name} reads {words!r} on {self.page.url}", *lines)
        return lines[lines.index(words) + 1]

    def problems(self):
        return [PROBLEMS[line] for line in self.lines() if line in PROBLEMS]

    # See

    def home(self):
        self.visitor.go("/")
        text = self.visitor.text()
        owed = re.search(r"^You owe (\$[\d,.]+)$", text, re.M)
        if "Nothing will be sold while it clears." in text:
            following = "watch"
        elif self.page.locator("main .hero a[href='/settle']").count():
            following = "settle"
        else:
            following = "add_money"
        return {"balance_minor": cents(self.after("Balance")),
                "owed_minor": cents(owed[1]) if owed else 0, "next": following}

    def deposit_shown(self):
        self.visitor.go("/deposits/" + self.customer.newest("deposits")["id"])
        chip = self.page.locator("main .chip").first.inner_text().strip()
        title = re.fullmatch(r"(\$[\d,.]+) deposit", self.page.locator("h1").inner_text())
        return {"status": [word for word, said in STATUS.items() if chip in said],
                "amount_minor": cents(title[1]), "chip": chip}

    def notices(self):
        self.visitor.go("/notices")
        types = []
        for line in self.lines():
            types += [word for word, said in NOTICES.items() if re.fullmatch(said, line)]
        return {"types": types}

    def payment(self):
        self.visitor.go("/settlements/" + self.customer.newest("settlements")["id"])
        return self.payment_on_page()

    def payment_on_page(self):
        if "/documents" in self.page.url:
            return {"state": "documents_required",
                    "amount_minor": self.customer.newest("settlements")["amount_minor"]}
        if self.page.url.endswith("/wire"):
            return {"state": "awaiting_payment", "amount_minor": cents(self.after("Amount"))}
        title = self.page.locator("h1").inner_text()
        state = [word for word, titles in PAYMENTS.items() if title in titles]
        expect(state, f"{title!r} says where the payment is", self.page.url)
        if state == ["completed"]:
            paid = cents(self.after("You have paid"))
            fee = cents(self.after("Our fee")) if "Our fee" in self.lines() else 0
            sold = "Taken from what the sale brings." in self.visitor.text()
            return {"state": state, "amount_minor": paid if sold else paid - fee}
        return {"state": state, "amount_minor": cents(self.after("Amount"))}

    def documents(self):
        settlement = self.customer.newest("settlements")
        self.visitor.go(f"/settlements/{settlement['id']}/documents")
        if "/documents" not in self.page.url:
            return {"state": "nothing_wanted"}
        if "We have what we asked for" in self.visitor.text():
            return {"state": "in_review"}
        return {"state": "wanted",
                "types": sorted(word for said, word in DOCUMENTS.items() if said in self.lines())}

    def payments(self):
        return {"count": len(self.world.ask(self.customer.path + "/settlements")["data"])}

    # Do

    def deposit(self, amount):
        self.visitor.go("/add-money")
        self.page.fill("[name=amount]", amount)
        self.page.click(f"label:has-text('••{self.customer.last_four}')")
        self.visitor.press("Continue")
        found = set(self.problems())
        if found:
            # Said above the form and at its field.
            expect(len(found) == 1, "one thing is wrong with an amount", found)
            problem = found.pop()
            is_refusal = problem == "amount_out_of_range"
            return ({"outcome": "refused", "code": problem} if is_refusal
                    else {"outcome": "mistyped", "problem": problem})
        shown = self.after("Amount")
        self.page.check("[name=authorize]")
        self.visitor.press(f"Add {shown}")
        title = self.page.locator("h1").inner_text()
        expect(title == f"{shown} deposit", "the deposit is shown", title)
        return {"outcome": "done", "amount_minor": cents(shown)}

    def settle(self):
        self.visitor.go("/settle")
        if "/settlements/" in self.page.url:
            return self.payment_on_page()
        if "Nothing is owed." in self.visitor.text():
            return {"state": "nothing_owed"}
        return {"state": "choosing"}

    def choose(self, way):
        self.visitor.go("/settle")
        owed = re.search(r"^You owe (\$[\d,.]+)$", self.visitor.text(), re.M)
        expect(owed, "what is owed stands above the ways to pay it", *self.lines())
        wanted = f"{way}:{self.customer.spare}" if way == "ach" else way
        radio = self.page.locator(f"[name=method][value^='{wanted}']:not([disabled])").first
        radio.check()
        if way in ("wire", "instant"):
            said = self.page.locator("label", has=radio).inner_text()
            fee = re.search(r"(\$[\d,.]+) fee", said)
            fee = cents(fee[1]) if fee else 0
            return {"owed_minor": cents(owed[1]), "fee_minor": fee,
                    "total_minor": cents(owed[1]) + fee}
        self.visitor.press("Continue")
        total, fee = cents(self.after("You pay")), cents(self.after("Our fee"))
        if "Taken from what the sale brings." in self.visitor.text():
            fee = 0
        return {"owed_minor": cents(owed[1]), "fee_minor": fee, "total_minor": total}

    def send(self):
        if self.page.locator("[name=authorize]").count():
            self.page.check("[name=authorize]")
            self.page.locator("main form button[type=submit]").first.click()
            self.page.wait_for_load_state()
        else:
            self.visitor.press("Continue")
        changed = re.search(
            r"It went from \$[\d,.]+ to (\$[\d,.]+) since you opened the page\. Nothing was paid\.",
            self.visitor.text())
        if changed:
            return {"state": "amount_changed", "owed_minor": cents(changed[1])}
        if "/processor/" in self.page.url:
            return {"state": "awaiting_payment",
                    "amount_minor": self.customer.newest("settlements")["amount_minor"]}
        return self.payment_on_page()

    def settle_anew(self, way):
        """Who presses the button of a page that was made before is led to the payment that is there."""
        self.visitor.go("/settle")
        if self.page.locator("[name=method]").count():
            self.choose(way)
            return self.send()
        return self.payment()

    def answer_processor(self, choice):
        if "/processor/" not in self.page.url:
            self.visitor.go(self.customer.newest("settlements")["action_url"])
        answer_processor(self.page, choice)


class App:
    """The same person in front of the app's screen models."""

    def __init__(self, browser, customer):
        self.browser, self.customer, self.world = browser, customer, customer.world
        folder = customer.world.server.folder / customer.name
        folder.mkdir()
        self.process = subprocess.Popen(
            [str(customer.world.server.bin / "makewhole-client-drill"),
             "--base", customer.world.server.url, "--customer", customer.id,
             "--key", customer.world.server.key, "--folder", str(folder), "play"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        running.add(self.process)

    def ask(self, act, **more):
        self.process.stdin.write(json.dumps({"act": act} | more) + "\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        expect(said, f"the app of {self.customer.name} goes on", act)
        return json.loads(said)

    def home(self):
        return self.ask("home")

    def deposit_shown(self):
        return self.ask("deposits")

    def notices(self):
        return self.ask("notices")

    def payment(self):
        shown = self.ask("settle.follow")
        if shown["state"] in ("choosing", "nothing_owed"):
            shown = self.ask("settle.load")
        return shown

    def documents(self):
        shown = self.ask("documents")
        if shown["state"] == "wanted":
            page = urllib.parse.urlsplit(shown["page"]).path
            expect(page.endswith("/documents"), "the app knows the page to send them on", page)
        return shown

    def payments(self):
        return self.ask("payments")

    def deposit(self, amount):
        shown = self.ask("deposit.load")
        expect(shown["state"] == "editing", "an amount can be typed", shown)
        shown = self.ask("deposit.review", amount=amount)
        if shown["state"] == "reviewing":
            shown = self.ask("deposit.send")
        return shown | {"outcome": shown["state"]}

    def settle(self):
        return self.ask("settle.load")

    def choose(self, way):
        self.ask("settle.load")
        return self.ask("settle.choose", way=way)

    def send(self):
        return self.ask("settle.send")

    def settle_anew(self, way):
        shown = self.ask("settle.load")
        if shown["state"] == "choosing":
            self.ask("settle.choose", way=way)
            shown = self.ask("settle.send")
        return shown

    def answer_processor(self, choice):
        """The app opens the processor's page, and the person goes on there."""
        page = self.browser.new_context(java_script_enabled=False).new_page()
        page.goto(wait(lambda: self.ask("settle.follow").get("action")))
        answer_processor(page, choice)
        page.context.close()


def answer_processor(page, choice):
    page.check(f"[name=choice][value={choice}]")
    page.locator("form:has([name=choice]) button[type=submit]").click()
    page.wait_for_load_state()


def wait(what, seconds=30):
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        expect(time.monotonic() < end, "it came in time")
        time.sleep(0.2)


class Desk:
    """The operator who looks at documents."""

    def __init__(self, browser, world):
        self.visitor = Visitor(
            browser, world, {"width": 1280, "height": 900}, "America/New_York", "operator")
        self.is_in = False

    def accept(self):
        visitor = self.visitor
        if not self.is_in:
            visitor.go(visitor.world.play("exchange", "operator-link"))
            self.is_in = True
        visitor.go("/operator/documents")
        while visitor.page.locator("main table a").count():
            visitor.page.locator("main table a").first.click()
            visitor.page.wait_for_load_state()
            visitor.press("Accept")
            visitor.go("/operator/documents")


def send_documents(browser, customer):
    """On the service's own page, from wherever the customer was led there."""
    visitor = Visitor(browser, customer.world, PHONE, "America/New_York", customer.name)
    visitor.go(customer.post(customer.path + "/sign-in-links")["url"])
    path = f"/settlements/{customer.newest('settlements')['id']}/documents"
    for kind, name, data in (("bankProof", "statement.pdf", pdf(b"")), ("photoID", "id.png", png(40))):
        visitor.go(path)
        form = visitor.page.locator(f"form:has([name=document_kind][value={kind}])")
        form.locator("[name=file]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": data})
        form.locator("button[type=submit]").click()
        visitor.page.wait_for_load_state()
        expect("There is a problem" not in visitor.text(), "the document is taken", visitor.text())
    visitor.context.close()


def live(journey, way, person, desk, browser):
    """Takes each step; yields where the bank has to work for a day."""
    customer = person.customer
    for number, step in enumerate(journey["steps"], 1):
        said = {name: value for name, value in step.items() if name not in ("see", "do", "happens")}
        place = f"{journey['name']}, step {number}, {way}: {json.dumps(step)}"
        if "happens" in step:
            match step["happens"]:
                case "next_banking_day": yield
                case "owes":
                    customer.owes(**said)
                case "return": customer.returned(**said)
                case "wire": customer.wired(**said)
                case "part_paid": customer.part_paid(**said)
                case "processor": person.answer_processor(**said)
                case "documents_sent": send_documents(browser, customer)
                case "documents_accepted": desk.accept()
                case "help":
                    customer.post(customer.path + "/help", said | {"words": "This was not me."})
                case other: raise AssertionError(f"{place}: nothing is known of {other}")
            continue
        if "see" in step:
            verb = {
                "home": person.home, "deposit": person.deposit_shown, "notices": person.notices,
                "payment": person.payment, "payments": person.payments,
                "documents": person.documents,
            }[step["see"]]
            wanted, asked = said, {}
        else:
            verb = {
                "deposit": person.deposit, "settle": person.settle, "choose": person.choose,
                "send": person.send, "settle_anew": person.settle_anew,
            }[step["do"]]
            wanted = said.pop("gives")
            asked = said

        def differs(shown):
            if "types" in wanted and sorted(shown.get("types", [])) == sorted(wanted["types"]):
                # Those of one commit have no order among them.
                shown = shown | {"types": wanted["types"]}
            return {
                name: shown.get(name) for name, value in wanted.items()
                if shown.get(name) != value
                and not (name in ("state", "status") and isinstance(shown.get(name), list)
                         and value in shown[name])}

        shown = verb(**asked)
        # What the processor, the venue or the bank tells comes a moment later.
        end = time.monotonic() + 15
        while differs(shown) and time.monotonic() < end and (
                "see" in step or wanted.get("state") == "completed"):
            time.sleep(0.3)
            shown = person.payment() if step.get("do") == "send" else verb(**asked)
        expect(not differs(shown), place, f"shows {shown}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options.add_argument("--only", help="journeys whose name has this in it")
    take_database(options)
    options = options.parse_args()
    journeys = []
    for file in sorted(JOURNEYS.glob("*.json")):
        if not options.only or options.only in file.stem:
            journeys.append(json.loads(file.read_text()) | {"name": file.stem})
    expect(journeys, "there are journeys")
    world = World(options.bin, options.database)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            world.begin()
            desk = Desk(browser, world)
            lives = []
            for journey in journeys:
                for way, kind in (("web", Web), ("app", App)):
                    customer = Customer(world, f"j{journey['name'][:2]}-{way}")
                    lives.append(live(journey, way, kind(browser, customer), desk, browser))
            failed, days = [], 0
            while lives:
                waiting = []
                for one in lives:
                    try:
                        # One that ends is over; the others wait for the bank.
                        if next(one, "over") != "over":
                            waiting.append(one)
                    except (AssertionError, PlaywrightError) as error:
                        # The others are looked at too: what is wrong with several shows why.
                        failed.append(str(error))
                lives, days = waiting, days + 1
                if lives:
                    world.until(days, 10)
            if failed:
                raise SystemExit("\n".join(failed))
        finally:
            browser.close()
            world.server.stop()
    world.server.verify()
    steps = sum(len(journey["steps"]) for journey in journeys)
    print(f"  {len(journeys)} journeys of {steps} steps, the same on the web pages and in the app")


if __name__ == "__main__":
    main()
