#!/bin/sh
# Makes tests/cli/fixture anew: two parties with their secrets, what they exchanged, and files that a reader may get.
#
# Run it in the repository's root when a format changes, with `detente` in the PATH; then look at what the new secrets
# change in the golden cases: SNAPSHOTS=overwrite cargo test -p detente --test cli
#
# The secrets in the fixture are public and guard nothing. Git keeps neither the mode of the unlock files nor empty
# folders, so the test sets the first on its copy, and the log must do without the second.
set -eu
root=$(pwd)
fixture=$root/tests/cli/fixture
rm -rf "$fixture"
mkdir -p "$fixture"
cd "$fixture"

detente init --party a --origin a.example/log --unlock a.key
detente init --party b --origin b.example/log --unlock b.key
mkdir -p b/trusted
cp a/share/a.policy a/share/a.policy.json b/trusted/
cp b/share/b.example.vkey a/trusted/

# Ten of the shipped incidents, one report a line; then a second version of the first, in a batch of its own.
ls "$root"/tests/data/incidents/*.json | head -n 10 | while read -r report; do
    tr -d '\n' < "$report"
    echo
done > reports.jsonl
detente commit --party a --unlock a.key reports.jsonl
head -n 1 reports.jsonl | sed 's/"confidence": "High"/"confidence": "Medium"/' > amended.json
detente commit --party a --unlock a.key --duplicates amend amended.json

# An age identity for B, made once.
cat > b.age <<'AGE'
# public key: age1dh5y966wudf8t029vggs5p63tfw88uyd7ds7p7cepx87hfugnphqcvanl7
AGE-SECRET-KEY-1FCP65HQ8PZVZWVGT9TQ7AM7ZDXG95H2CMEQ6V4DV66QQJJR2ZMJQZJ9UMM
AGE

detente disclose 7 --party a --unlock a.key --field action --field sector.2 --to b.example --tlp AMBER --out p.json
detente disclose 1 --party a --unlock a.key --field incident_id --to b.example --tlp GREEN --out q.json \
    --encrypt-to age1dh5y966wudf8t029vggs5p63tfw88uyd7ds7p7cepx87hfugnphqcvanl7
mv q.json q.age
find . -type d -empty -delete
