#!/usr/bin/env python3
"""Compare what two verifiers say of the same inputs: compare.py INPUTS ONE OTHER, three files of JSON Lines.

Prints every difference and ends with `N passed, M failed`; exit code 1 when there is one.
"""

import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    inputs, one, other = (lines(path) for path in sys.argv[1:4])
    if not inputs or not len(inputs) == len(one) == len(other):
        print(f"expected as many answers as inputs, got {len(inputs)}, {len(one)} and {len(other)}")
        return 1
    failed = 0
    for number, (given, left, right) in enumerate(zip(inputs, one, other), 1):
        crashed = "CRASH" in (left["expect"], right["expect"])
        if crashed or (left["expect"], left["output"]) != (right["expect"], right["output"]):
            failed += 1
            print(f"line {number}, {given['operation']}, from {given.get('from')}:")
            print(f"  {left['expect']} {left['output']}\n  {right['expect']} {right['output']}")
    print(f"{len(inputs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
