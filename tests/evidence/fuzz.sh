#!/usr/bin/env bash
# Hostile input: coverage-guided fuzzing of every parser that reads from outside; the last line has the figures.
#
#   bash tests/evidence/fuzz.sh [--bounded] [--seconds N] [--keep] [TARGET...]
#
# First a planted bug has to be found, or the rest would prove nothing. The options are those of fuzz/run.sh, which
# builds the targets itself: `--bounded` takes less than a minute after that, `--seconds 300` more than an hour.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
log=fuzz/target/artifacts/planted.log

if [[ ${1:-} == --help ]]; then
  sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0"
  exit
fi
# Without a finding, or when it cannot be built, there is none to look for.
rm -f "$log"
bash fuzz/run.sh --seconds 300 planted >/dev/null 2>&1 || true
if ! grep -aqs 'neither directory nor plain file' "$log"; then
  printf 'fuzz: the planted bug was NOT found: see %s\n' "$log" >&2
  exit 1
fi
printf 'the planted bug was found, as it should be, after %s inputs\n' "$(grep -a '^#' "$log" | tail -n 1 | tr -dc '0-9 \t' | awk '{print $1}')"
bash fuzz/run.sh "$@"
