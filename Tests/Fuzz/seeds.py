"""Writes the first inputs of a target: files of every class and kind with true totals, and some that
are broken, made by the maker that the second reader is tested with. Needed only to begin again from
nothing; what the fuzzer kept is in Tests/Fuzz/corpus.

    seeds.py reader|json|document|statements|language FOLDER
"""

import pathlib
import re
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "System"))

from nacha_agree import Maker

DOCUMENTS = [
    b'{"a":"text","b":"two\\nlines","c":-9}',
    b'[0,-0,1e9,12.50,9223372036854775807,9223372036854775808,true,false,null]',
    b'{"rejected":[{"trace_number":"021000020000001","code":"R03","reason":"\\u00e9\\ud83d\\ude00"}]}',
    b' { "a" : [ { } , [ ] , "" ] } \r\n\t',
    '{"é":"\u20ac","z\u0301":{"k":"\\"\\\\\\/\\b\\f\\n\\r\\t"}}'.encode(),
    b"[" * 65,
]


LANGUAGES = [
    """{
  "@@locale": "fr-CA", "@@x-name": "Français", "@@x-direction": "ltr",
  "@@x-plurals": {"one": "i = 0..1", "many": "i != 0 and i % 1000000 = 0"},
  "@@x-numbers": {"decimal": ",", "group": "\\u00a0", "minus": "−", "dollars": "{amount} $"},
  "owe": "Vous devez {amount}, l'ami", "@owe": {"description": "x", "n": [1, {"a": null}]},
  "tries": "{count, plural, =0 {rien} one {# essai} many {# d'essais} other {# essais}}",
  "kind": "{kind, select, sale {Vente de {amount}} other {'{'#'}' ''}}", "size": "{n, number} Mo",
  "@size": {"placeholders": {"n": {"x-optional": "yes"}}}
}""".encode(),
    b'{"@@locale":"ja","@@x-name":"x","@@x-plurals":{},"a":"\\ud83d\\ude00 \\"\\\\"}',
    b'{"@@locale":"ar","@@x-name":"x","@@x-direction":"rtl","@@x-plurals":{"zero":"n = 0","two":'
    b'"n = 2","few":"n % 100 = 3..10","many":"n % 100 = 11..99"},"a":"{n, plural, zero {a} two {b} '
    b'few {c} many {#} other {{n, plural, zero {x} two {x} few {x} many {x} other {#}}}}"}',
    b'{"@@locale":"en","@@x-name":"x","@@x-plurals":{"one":"n = 1"},"a":"{n, plural, other {#}}"}',
    b"{" * 20,
]

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<%s xmlns%s="urn:iso:std:iso:20022:tech:xsd:camt.%s">
%s
</%s>
"""


def statements():
    """The golden files of the tests, which are made by hand."""
    golden = pathlib.Path(__file__).parent.parent / "StatementsTests" / "Golden.swift"
    pattern = r'static let \w+ = (?:document\(\s*"([^"]*)", "([^"]*)",\s*)?"""\n(.*?)"""'
    for version, prefix, text in re.findall(pattern, golden.read_text(), re.S):
        text = textwrap.dedent(text).rstrip() + "\n"
        if version:
            name = prefix + ":Document" if prefix else "Document"
            text = CAMT % (name, ":" + prefix if prefix else "", version, text, name)
        yield text.encode()


def seeds(target):
    if target == "statements":
        yield from statements()
        return
    if target == "language":
        yield from LANGUAGES
        return
    if target == "document":
        yield from DOCUMENTS
        return
    for seed in range(400):
        maker = Maker(seed)
        yield maker.file_bytes() if seed % 4 else maker.mutated()


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("reader", "json", "document", "statements", "language"):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(sys.argv[1])):
        (folder / f"seed-{number:03}").write_bytes(data)


main()
