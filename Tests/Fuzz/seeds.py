"""Writes the first inputs of a target: files of every class and kind with true totals, and some that
are broken, made by the maker that the second reader is tested with. Needed only to begin again from
nothing; what the fuzzer kept is in Tests/Fuzz/corpus.

    seeds.py reader|json|document FOLDER
"""

import pathlib
import sys

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


def seeds(target):
    if target == "document":
        yield from DOCUMENTS
        return
    for seed in range(400):
        maker = Maker(seed)
        yield maker.file_bytes() if seed % 4 else maker.mutated()


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("reader", "json", "document"):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(sys.argv[1])):
        (folder / f"seed-{number:03}").write_bytes(data)


main()
