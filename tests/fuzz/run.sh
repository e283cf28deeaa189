#!/usr/bin/env bash
# Builds every fuzz target once, then runs each for SECONDS (default 20), as many at a time as there are processors.
# One line a target; fails when one of them crashes, runs out of memory or hangs. Usage: run.sh [SECONDS [TARGET...]]
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-20}
shift || true
if [ $# -gt 0 ]; then
  targets=("$@")
else
  mapfile -t targets < <(sed -n 's|^path = "targets/\(.*\)\.rs"$|\1|p' Cargo.toml)
fi

TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

export CARGO_TARGET_DIR=$PWD/target
cargo +nightly fuzz build --fuzz-dir . >"$TMPDIR/build" 2>&1 || { cat "$TMPDIR/build" >&2; exit 1; }
python3 seed.py
host=$(rustc +nightly -vV | sed -n 's/^host: //p')

run() {
  local target=$1 log=$TMPDIR/$1
  mkdir -p "artifacts/$target" "corpus/$target"
  # Seeds are read, finds are kept beside them; both are local.
  if "target/$host/release/$target" "corpus/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="artifacts/$target/" -print_final_stats=1 >"$log" 2>&1; then
    printf '%-14s ok     %s runs, %s inputs\n' "$target" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$(find "corpus/$target" -type f | wc -l)"
  else
    printf '%-14s FAILED see tests/fuzz/artifacts/%s\n' "$target" "$target"
    tail -n 40 "$log" >&2
    return 1
  fi
}
export -f run
export seconds host

printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'run {}'
