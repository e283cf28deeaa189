#!/usr/bin/env bash
# The backends of the curve arithmetic that this build can choose between at run time (docs/decisions/0016): every vector
# of keys, signatures, notes and statements on this processor, on one with AVX2 and no AVX-512, and on one without both, has its outcome. The other
# processors are emulated by qemu-user, which has no AVX-512. Ends with 77 and one line that says why when it cannot run.
set -eu
cd "$(dirname "$0")/.."

absent() {
    echo "ifma: the other backends are not tried, $1"
    exit 77
}

[ "$(uname -m)" = x86_64 ] || absent 'there is one backend on this machine'
command -v qemu-x86_64 >/dev/null || absent 'qemu-x86_64 is not installed'
cargo build --quiet -p detente-tests --bin evaluate
evaluate=${CARGO_TARGET_DIR:-target}/debug/evaluate
# By the name of its functions: a build with RUSTFLAGS in the environment does not have it.
grep -qa avx512ifma "$evaluate" || absent 'this build has no IFMA backend'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - tests/vectors "$work/vectors" "$work/expected" <<'END'
import json, pathlib, sys

root, vectors, expected = (pathlib.Path(name) for name in sys.argv[1:])
# Files with signatures in them, each too small to take long where every instruction is emulated.
files = sorted(file for word in ("checkpoint", "statement") for file in (root / word).rglob("*.json"))
read = [json.loads(file.read_text()) for file in files]
vectors.write_text("".join(json.dumps(vector) + "\n" for vector in read))
expected.write_text("".join(vector["expect"] + "\n" for vector in read))
END

outcomes() {
    "$@" "$evaluate" "$work/vectors" | sed -n 's/.*"expect":"\([^"]*\)".*/\1/p'
}

for processor in '' Haswell Nehalem; do
    # qemu says on standard error which features of the processor it leaves out.
    outcomes ${processor:+qemu-x86_64 -cpu "$processor"} >"$work/got" 2>"$work/errors" || { cat "$work/errors"; exit 1; }
    if ! diff "$work/expected" "$work/got"; then
        echo "ifma: other outcomes on ${processor:-this processor}"
        exit 1
    fi
    echo "${processor:-this processor}: $(wc -l <"$work/got") vectors"
done
