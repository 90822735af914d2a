"""Looks at the real program as an operator's and a host's own tools do: Prometheus' parser reads the
figures, and the example of docs/reference/host-sign-in.md signs a customer in."""

import argparse
import contextlib
import http.client
import http.server
import json
import math
import re
import threading
import time
import urllib.parse

from playwright.sync_api import sync_playwright
from prometheus_client.parser import text_string_to_metric_families

from system import ROOT, Makewhole

ORIGIN = "https://app.example.com"


def host_example(url):
    """The page's own example, with our address for the one it shows."""
    page = (ROOT / "docs" / "reference" / "host-sign-in.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2, "the page shows how keys are made, and how an assertion is"
    names = {}
    for block in blocks:
        exec(block.replace("https://pay.example.com", url), names)
    return names


class HostPage(http.server.BaseHTTPRequestHandler):
    """A page of the host with the form the documentation shows, made when it is loaded."""

    def do_GET(self):
        customer, _, policy = self.path.strip("/").partition("/")
        page = f"""<!DOCTYPE html><title>Host</title>
            <form method="post" action="{self.server.makewhole}/sign-in/assertion">
            <input type="hidden" name="assertion" value="{self.server.sign(customer)}">
            <input type="hidden" name="return_to" value="/deposits">
            <button>See what I owe</button></form>""".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Referrer-Policy", policy or "strict-origin-when-cross-origin")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def host_pages(server, host):
    """Pages at localhost, which is another site than 127.0.0.1 to a browser."""
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), HostPage)
    pages.makewhole, pages.sign = server.url, host["assertion"]
    thread = threading.Thread(target=pages.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{pages.server_port}"
    finally:
        pages.shutdown()
        pages.server_close()


def browse(server, origin, stranger):
    """A real browser goes from the host's page to ours, which is another site."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(locale="en-US")

        def press(address):
            page.goto(address)
            page.get_by_role("button").click()
            page.wait_for_load_state()
            return page.inner_text("h1")

        press(origin + "/ex-1001")
        assert page.url == server.url + "/deposits", page.url
        page.goto(server.url + "/")
        assert page.get_by_role("button", name=re.compile("salir|cerrar", re.I)).count() == 1

        # A stranger's page cannot change who is signed in, and a page that hides itself neither.
        for address in (
            stranger + "/ex-1002", origin + "/ex-1002/no-referrer", origin + "/ex-1002/same-origin",
        ):
            assert press(address) == "We could not sign you in", page.content()
            page.goto(server.url + "/deposits")
            assert page.locator("html").get_attribute("lang") == "es-US", "ex-1001 is still here"

        press(origin + "/ex-1002")
        assert page.url == server.url + "/deposits", page.url
        assert page.locator("html").get_attribute("lang") == "en-US", "now it is ex-1002"
        browser.close()


def configure(server, host, origins):
    made = server.tool("key", "api", "watcher", "--scope", "metrics:read")
    watcher = made.stdout.strip()
    keys = json.loads((server.folder / "api-keys.json").read_text())
    (server.folder / "api-keys.json").write_text(json.dumps(keys + [json.loads(made.stderr)]))
    (server.folder / "host-keys.json").write_text(host["jwks"])
    config = json.loads((server.folder / "config.json").read_text())
    config["makewhole"]["host"] = {
        "keys": {"file": "host-keys.json"}, "issuer": ORIGIN, "origins": " ".join(origins),
    }
    (server.folder / "config.json").write_text(json.dumps(config))
    return watcher


def misconfigure(server, host):
    """What an operator gets wrong is told in a sentence before anything starts."""
    path = server.folder / "config.json"
    right = json.loads(path.read_text())

    def expect_refusal(words, **changes):
        wrong = json.loads(json.dumps(right))
        wrong["makewhole"]["host"].update(changes)
        path.write_text(json.dumps(wrong))
        done = server.tool("check", "--config", str(path))
        assert done.returncode == 65 and words in done.stderr, (changes, done.stderr)

    expect_refusal("is not there", keys={"file": "nowhere.json"})
    expect_refusal("host.issuer", issuer="")
    for origins in ("", "app.example.com", "https://app.example.com/", "https://App.example.com",
                    "https://app.example.com, https://b.example.com", "*", "null", "file:///a"):
        expect_refusal("host.origins", origins=origins)
    expect_refusal("host.subject", subject="email")
    private = json.loads(host["OKPAlgorithm"].to_jwk(host["private_key"]))
    (server.folder / "private.json").write_text(json.dumps({"keys": [{**private, "kid": "1"}]}))
    expect_refusal("Only public keys belong here", keys={"file": "private.json"})

    path.write_text(json.dumps(right))
    done = server.tool("check", "--config", str(path))
    assert done.returncode == 0 and f"makewhole.host.issuer = {ORIGIN}\n" in done.stdout, done


def request(server, method, path, body=None, headers=None):
    """(status, headers, text), following nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def figures(server, key):
    """Every sample by name and labels, after the whole text was held to the format's rules."""
    status, headers, text = request(
        server, "GET", "/metrics", headers={"Authorization": "Bearer " + key})
    assert status == 200, (status, text)
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", headers
    samples, families = {}, list(text_string_to_metric_families(text))
    assert len(families) == text.count("# TYPE ") == text.count("# HELP ")
    for family in families:
        assert family.documentation and family.type != "unknown", family
        for sample in family.samples:
            place = (sample.name, frozenset(sample.labels.items()))
            assert place not in samples, f"{place} is there twice"
            samples[place] = sample.value
        if family.type == "histogram":
            buckets(family)
    return samples


def buckets(family):
    """Cumulative, ascending, closed by infinity, and as many as the count says."""
    rows = {}
    for sample in family.samples:
        labels = frozenset(item for item in sample.labels.items() if item[0] != "le")
        row = rows.setdefault(labels, {"buckets": []})
        if sample.name.endswith("_bucket"):
            row["buckets"].append((float(sample.labels["le"]), sample.value))
        else:
            row[sample.name.rpartition("_")[2]] = sample.value
    for labels, row in rows.items():
        bounds = [bound for bound, _ in row["buckets"]]
        counts = [count for _, count in row["buckets"]]
        assert bounds == sorted(set(bounds)) and math.isinf(bounds[-1]), (family.name, labels)
        assert counts == sorted(counts) and counts[-1] == row["count"], (family.name, labels)
        assert (row["sum"] > 0) == (row["count"] > 0), (family.name, labels)


def expect(samples, name, value, **labels):
    found = samples.get((name, frozenset(labels.items())))
    assert found == value, f"{name} {labels} is {found}, not {value}"


def eventually(server, key, name, value, **labels):
    end = time.monotonic() + 30
    while figures(server, key).get((name, frozenset(labels.items()))) != value:
        if time.monotonic() > end:
            expect(figures(server, key), name, value, **labels)
        time.sleep(0.2)


def look(server, watcher):
    status, _, _ = request(server, "GET", "/metrics")
    assert status == 401, status
    status, _, _ = request(
        server, "GET", "/v1/customers", headers={"Authorization": "Bearer " + watcher})
    assert status == 403, "a watcher only watches"

    before = figures(server, watcher)
    expect(before, "makewhole_book_commits_total", 0)
    expect(before, "makewhole_store_readable", 1)
    expect(before, "makewhole_figures_dropped_total", 0)
    expect(before, "makewhole_bank_files_total", 0, direction="inbound", result="refused")
    expect(before, "makewhole_outbox_tries_total", 0, channel="mail", result="gave_up")

    status, customer = server.call("POST", "/v1/customers", {
        "reference": "ex-1001", "name": "Operate Test", "email": "operate@localhost",
        "language": "es", "time_zone": "America/New_York",
    })
    assert status == 201, customer
    path = f"/v1/customers/{customer['id']}"
    status, method = server.call("POST", path + "/payment-methods", {
        "type": "bank_account", "label": "Bank", "routing_number": "091000019",
        "account_number": "0001234567", "account_type": "checking", "verified": True,
        "balance_minor": 100_000_000,
    })
    assert status == 201, method
    for index in range(3):
        body = {"method": method["id"], "amount_minor": 10_00}
        assert server.call("POST", path + "/deposits", body, f"deposit-{index}")[0] == 201
    again = {"method": method["id"], "amount_minor": 10_00}
    assert server.call("POST", path + "/deposits", again, "deposit-0")[0] == 201
    again["amount_minor"] = 11_00
    assert server.call("POST", path + "/deposits", again, "deposit-0")[0] == 422
    again["amount_minor"] = 1
    assert server.call("POST", path + "/deposits", again, "deposit-9")[0] == 422

    after = figures(server, watcher)
    name, deposit = "makewhole_commands_total", "start_deposit"
    expect(after, name, 3, command=deposit, outcome="accepted", code="none")
    expect(after, name, 1, command=deposit, outcome="replayed", code="none")
    expect(after, name, 1, command=deposit, outcome="conflict", code="none")
    expect(after, name, 1, command=deposit, outcome="refused", code="amount_out_of_range")
    expect(after, name, 1, command="open_customer", outcome="accepted", code="none")
    route = "/v1/customers/{customer}/deposits"
    name = "makewhole_http_requests_total"
    expect(after, name, 4, method="POST", route=route, status="201")
    expect(after, name, 2, method="POST", route=route, status="422")
    expect(after, "makewhole_http_request_seconds_count", 6, route=route)
    expect(after, "makewhole_bank_entries_queued", 3)
    assert after["process_resident_memory_bytes", frozenset()] > 1 << 20

    # The file leaves at its cut-off; what is no file is refused, and somebody is told.
    alerts = figures(server, watcher)["makewhole_alerts_open", frozenset()]
    (server.folder / "bank" / "inbound" / "odd.ach").write_text("This is not a Nacha file.\n")
    name = "makewhole_bank_files_total"
    eventually(server, watcher, name, 1, direction="inbound", result="refused")
    eventually(server, watcher, "makewhole_alerts_open", alerts + 1)
    due = server.call("GET", "/v1/sandbox/clock")[1]["next_due"]
    assert server.call("POST", "/v1/sandbox/clock", {"advance_to": due})[0] == 200
    eventually(server, watcher, name, 1, direction="outbound", result="sent")
    eventually(server, watcher, "makewhole_bank_entries_queued", 0)
    # There is no mail server here: the three notices stand in the app, and no mail is tried.
    name = "makewhole_outbox_tries_total"
    for result in ("sent", "refused", "failed", "gave_up"):
        expect(figures(server, watcher), name, 0, channel="mail", result=result)

    for _, labels in figures(server, watcher):
        for _, value in labels:
            assert not re.search(r"(cus|dep|mth)_|ex-1001|1000|0001234567", value), value
    return len(after)


def send(server, token, **fields):
    return request(
        server, "POST", "/sign-in/assertion",
        urllib.parse.urlencode({"assertion": token, **fields}), {
            "Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN,
            "Accept-Language": "es", "Sec-Fetch-Site": "cross-site",
        })


def sign_in(server, host, watcher):
    token = host["assertion"]("ex-1001")
    status, headers, _ = send(server, token, return_to="/deposits")
    assert status == 303 and headers["Location"] == "/deposits", (status, headers)
    cookie = headers["Set-Cookie"].split(";")[0]
    status, _, text = request(server, "GET", "/deposits", headers={"Cookie": cookie})
    assert status == 200 and "lang=\"es-US\"" in text, status

    status, headers, text = send(server, token)
    assert status == 403 and "Set-Cookie" not in headers, status
    assert "No pudimos iniciar su sesión" in text
    name = "makewhole_assertion_sign_ins_total"
    now = figures(server, watcher)
    expect(now, name, 1, outcome="accepted")
    expect(now, name, 1, outcome="replayed")

    # What was used before the power went is used after it.
    server.kill()
    server.start()
    assert send(server, token)[0] == 403
    assert send(server, host["assertion"]("ex-1001"))[0] == 303
    other = host_example(server.url)
    assert send(server, other["assertion"]("ex-1001"))[0] == 403
    # The commits are as many as before; what was counted in memory begins anew.
    now = figures(server, watcher)
    expect(now, name, 1, outcome="replayed")
    expect(now, name, 1, outcome="signature_wrong")
    assert now["makewhole_book_commits_total", frozenset()] >= 5

    log = (server.folder / "makewhole.log").read_text()
    assert "why=replayed" in log and "why=signature_wrong" in log
    assert token not in log and token.split(".")[2] not in log, "a token is in the log"
    return now


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options = options.parse_args()
    server = Makewhole(options.bin)
    host = host_example(server.url)
    with host_pages(server, host) as origin, host_pages(server, host) as stranger:
        watcher = configure(server, host, [ORIGIN, origin])
        misconfigure(server, host)
        server.start()
        try:
            count = look(server, watcher)
            sign_in(server, host, watcher)
            status, customer = server.call("POST", "/v1/customers", {
                "reference": "ex-1002", "name": "Other Test", "email": "other@localhost",
                "language": "en", "time_zone": "America/New_York",
            })
            assert status == 201, customer
            browse(server, origin, stranger)
        finally:
            server.stop()
    server.verify()
    print(f"  {count} samples read by Prometheus' parser; a host's assertion works once, for ever")


if __name__ == "__main__":
    main()
