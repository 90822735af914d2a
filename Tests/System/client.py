"""The Swift client for host apps against the real program: a deposit whose answer never came is made
once, what is owed is settled and followed, notices come once, Home opens without a connection."""

import argparse
import subprocess

from system import Makewhole, end, running


def call(server, method, path, body=None, key=None):
    status, answer = server.call(method, path, body, key)
    assert status < 300, (path, status, answer)
    return answer


class App:
    """A phone with one customer; its folder outlives each run of the app."""

    def __init__(self, server, customer):
        self.server = server
        self.folder = server.folder / "app"
        self.folder.mkdir()
        self.arguments = [
            "--base", server.url, "--customer", customer, "--key", server.key,
            "--folder", str(self.folder),
        ]

    def start(self, act, *more):
        process = subprocess.Popen(
            [str(self.server.bin / "makewhole-client-drill"), *self.arguments, *more, act],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        running.add(process)
        return process

    def finish(self, process):
        said, _ = process.communicate(input="\n", timeout=60)
        running.discard(process)
        assert process.returncode == 0, (process.returncode, said)
        return said.split("\n")[:-1]

    def do(self, act, *more):
        return self.finish(self.start(act, *more))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options = options.parse_args()
    server = Makewhole(options.bin).start()
    try:
        customer = call(server, "POST", "/v1/customers", {
            "reference": "ex-1", "name": "Ada Sample", "email": "ada@localhost", "language": "en",
            "time_zone": "America/New_York",
        })["id"]
        path = f"/v1/customers/{customer}"
        call(server, "POST", path + "/payment-methods", {
            "type": "bank_account", "label": "Checking", "routing_number": "021000021",
            "account_number": "9876543210", "account_type": "checking", "verified": True,
            "balance_minor": 1_000_000,
        }, "method")
        app = App(server, customer)
        assert app.do("home") == ["shown 0 add_money"]

        # The stream says that something changed, also what changed while it was down.
        listening = app.start("changes", "--count", "1000")

        def shows(line):
            while True:
                said = listening.stdout.readline()
                assert said, "the app ended"
                if said == line + "\n":
                    return

        shows("changed 0 0")
        asked = {"method": call(server, "GET", path + "/payment-methods")["data"][0]["id"]}
        call(server, "POST", path + "/deposits", asked | {"amount_minor": 1_000}, "by-the-host")
        shows("changed 0 1000")
        server.kill()
        server.start()
        call(server, "POST", path + "/deposits", asked | {"amount_minor": 2_000}, "once-more")
        shows("changed 0 3000")
        end(listening)
        assert app.do("feed") == ["deposit_credited"]

        # The server is gone when the button is pressed; the app is ended and started again.
        pressing = app.start("deposit", "--amount", "50.00")
        assert pressing.stdout.readline() == "reviewing\n"
        server.kill()
        assert app.finish(pressing) == ["unknown"]
        assert app.do("home") == ["stale 0"]
        server.start()
        assert app.do("resume") == ["made 1"]
        assert app.do("resume") == ["made 0"]
        made = call(server, "GET", path + "/deposits")["data"]
        assert [one["amount_minor"] for one in made] == [5_000, 2_000, 1_000], made

        # A notice comes once, whatever the app was told before.
        assert app.do("feed") == ["deposit_credited"]
        assert app.do("feed") == []
        assert app.do("deposit", "--amount", "20") == ["reviewing", "done"]
        assert app.do("deposit", "--amount", "twenty") == ["reviewing", "not sent"]
        assert app.do("feed") == ["deposit_credited"]
        assert app.do("notifications") == ["deposit_credited"] * 4
        assert app.do("settle") == ["nothing owed"]
        assert app.do("documents") == ["nothingWanted"]
        assert len(call(server, "GET", path + "/deposits")["data"]) == 4
    finally:
        server.stop()
    server.verify()
    print("  a deposit without an answer was made once, notices came once, Home opened offline, and the "
          "stream of changes went on through kill -9")


if __name__ == "__main__":
    main()
