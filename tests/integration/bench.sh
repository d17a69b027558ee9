#!/usr/bin/env bash
# `glassband bench atomistic` on one rank and on two: every field of the JSON is there and finite,
# the parts add up to the step, both layouts end in the same state. No time is judged.
#
#   bash tests/integration/bench.sh GLASSBAND MPIEXEC
set -euo pipefail

glassband=$1 mpiexec=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${GLASSBAND_PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$glassband" bench | grep -q atomistic
options=(bench atomistic --atoms 500 --steps 5 --repeat 2 --threads 1)
"$glassband" "${options[@]}" --json "$work/one.json"
"$mpiexec" --oversubscribe --bind-to none -n 2 "$glassband" "${options[@]}" --json "$work/two.json"
"$python" "$here/bench.py" "$work/one.json" "$work/two.json"

for wrong in "--precision half" "--kernel sse1" "--atoms none" "--nothing 1" "--steps"; do
  # shellcheck disable=SC2086 # a name and its value
  if "$glassband" bench atomistic $wrong >"$work/out" 2>"$work/err"; then
    echo "FAILED: bench atomistic $wrong was taken"
    exit 1
  fi
  grep -q -- "${wrong%% *}" "$work/err" || { echo "FAILED: $wrong is not named"; exit 1; }
done
