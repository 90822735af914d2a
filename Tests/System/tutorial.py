"""Runs every shell block of docs/tutorial.md, in order, in one shell, and holds the text below each
block to what it printed. A line of the text must be printed, in that order; `…` is anything."""

import argparse
import os
import re
import subprocess

from system import ROOT, Makewhole

SKIPPED = "<!-- a test starts the programs in another way -->\n"
BLOCK = re.compile(
    "(?P<skip>" + re.escape(SKIPPED)
    + r")?```sh\n(?P<code>.*?)```\n(?:```text\n(?P<text>.*?)```\n)?",
    re.DOTALL)
MARK = "-- block of the tutorial:"


def pattern(line):
    return ".*".join(re.escape(part) for part in line.strip().split("…"))


def check(number, block, printed):
    rest = [line.strip() for line in printed.splitlines()]
    for line in (block["text"] or "").splitlines():
        found = next(
            (index for index, told in enumerate(rest) if re.fullmatch(pattern(line), told)), None)
        if found is None:
            raise SystemExit(
                f"block {number} of the tutorial:\n{block['code']}\nshould print\n  {line}\n"
                f"but printed\n{printed}")
        rest = rest[found + 1:]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True)
    options = options.parse_args()
    blocks = list(BLOCK.finditer((ROOT / "docs" / "tutorial.md").read_text()))
    skipped, played = blocks[0], blocks[1:]
    assert skipped["skip"] and skipped["code"].strip() == "bin/demo", "bin/demo comes first"
    assert not any(block["skip"] for block in played), "only bin/demo is skipped"
    assert len(played) == (ROOT / "docs" / "tutorial.md").read_text().count("```sh\n") - 1

    script = "set -eu\n" + "".join(
        f"echo '{MARK}'\n{block['code']}" for block in played)
    server = Makewhole(options.bin, sandbox=True).start()
    try:
        done = subprocess.run(
            ["sh"], input=script, text=True, timeout=300, cwd=ROOT, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(
                os.environ, MAKEWHOLE_BIN=str(server.bin.resolve()), MAKEWHOLE=server.url,
                SANDBOX=server.sandbox_url, MAKEWHOLE_FOLDER=str(server.folder),
                MAKEWHOLE_KEY_FILE=str(server.folder / "api.key")),
        )
    finally:
        server.stop()
    printed = done.stdout.split(MARK + "\n")[1:]
    for number, (block, text) in enumerate(zip(played, printed), 1):
        check(number, block, text)
    if done.returncode != 0 or len(printed) != len(played):
        raise SystemExit(f"block {len(printed)} of the tutorial ends it:\n{done.stdout[-2000:]}")
    print(f"  {len(played)} blocks of the tutorial do what it says")


if __name__ == "__main__":
    main()
