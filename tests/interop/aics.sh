#!/usr/bin/env bash
# A log and a witness of another make, aics-tlog and aics-witness, with ours: each cosigns, verifies and refuses the
# other's. Ends with 77 and one line that says why when they cannot be installed here.
set -eu
cd "$(dirname "$0")/../.."

absent() {
    echo "interop: aics is not run, $1"
    exit 77
}

# Both want Python 3.12 or later.
python() {
    local candidate version
    for candidate in ${DETENTE_PYTHON:-} python3.14 python3.13 python3.12 python3; do
        recent "$candidate" && echo "$candidate" && return
    done
    for version in $(pyenv versions --bare 2>/dev/null); do
        candidate=$(PYENV_VERSION=$version pyenv which python3 2>/dev/null) || continue
        recent "$candidate" && echo "$candidate" && return
    done
    return 1
}

recent() {
    "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null
}

environment=${CARGO_TARGET_DIR:-target}/interop-aics
packages=(aics-tlog==0.2.1 aics-witness==0.1.0)
if ! [ -e "$environment/${packages[0]}" ]; then
    python=$(python) || absent 'no Python 3.12 or later found'
    rm -rf "$environment"
    "$python" -m venv "$environment" || absent 'no virtual environment could be made'
    "$environment/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" || absent "pip could not install ${packages[*]}"
    touch "$environment/${packages[0]}"
fi
cargo build --quiet -p detente -p detente-tests --bin detente --example read_log
build=${CARGO_TARGET_DIR:-target}/debug
exec "$environment/bin/python" tests/interop/aics.py "$(realpath "$build/detente")" "$(realpath "$build/examples/read_log")" "$(realpath "$environment/bin")"
