#!/usr/bin/env bash
# Runs every fuzz target of the module, one after another, for the time given (default 10s).
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
failed=0
for dir in $(git ls-files '*_test.go' | xargs grep -lE '^func Fuzz' | xargs -n1 dirname | sort -u); do
  for name in $(grep -hoE '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/^func //' | sort -u); do
    printf 'fuzz: %s %s\n' "$dir" "$name"
    go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "./$dir" >/tmp/vantage-fuzz.$$ 2>&1 || { cat /tmp/vantage-fuzz.$$; failed=1; }
  done
done
rm -f /tmp/vantage-fuzz.$$
exit $failed
