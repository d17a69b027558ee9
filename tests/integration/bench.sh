#!/usr/bin/env bash
# `glassband bench atomistic` on one rank and on two: every field of the JSON is there and finite,
# the parts add up to the step, both layouts end in the same state. `glassband bench mesoscale`, if
# the program has it: the same of events, in both methods. No time is judged.
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

refuse() { # benchmark, option and value
  # shellcheck disable=SC2086 # a name and its value
  if "$glassband" bench "$1" $2 >"$work/out" 2>"$work/err"; then
    echo "FAILED: bench $1 $2 was taken"
    exit 1
  fi
  grep -q -- "${2%% *}" "$work/err" || { echo "FAILED: $2 is not named"; exit 1; }
}
for wrong in "--precision half" "--kernel sse1" "--atoms none" "--nothing 1" "--steps"; do
  refuse atomistic "$wrong"
done

"$glassband" bench | grep -q mesoscale || exit 0
options=(bench mesoscale --size 12 --modes 4 --strain 0.002 --events 60)
for method in full thinning; do
  "$glassband" "${options[@]}" --method $method --json "$work/$method.json" | tee "$work/table"
  grep -q '^events/s' "$work/table"
done
"$glassband" "${options[@]}" --boundary free --bands none --seed 2 --json "$work/free.json"
"$python" "$here/bench_mesoscale.py" "$work/full.json" "$work/thinning.json" "$work/free.json"

for wrong in "--dim 4" "--size 2" "--method exact" "--boundary open" "--strain -1" "--bands"; do
  refuse mesoscale "$wrong"
done
