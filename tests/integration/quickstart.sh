#!/usr/bin/env bash
# The whole chain of the quickstart, from the potential to the report, must end and lie within wide
# physical bounds for Cu-Zr metallic glass (not golden numbers of our own).
#
#   bash tests/integration/quickstart.sh GLASSBAND ROOT MPIEXEC
set -euo pipefail

glassband=$1 root=$2 mpiexec=$3
python=${GLASSBAND_PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"

ranks=$(bash inputs/quickstart/free_ranks.sh 2) # of two, one would wait for a core that is taken
OMP_NUM_THREADS=1 "$mpiexec" --oversubscribe --bind-to none -n "$ranks" \
  "$glassband" run inputs/quickstart/quickstart.yaml -o "$work/run"
"$glassband" report "$work/run"
"$python" "$root/tests/integration/bounds.py" "$work/run"

# The README's table, to all its digits. Another instruction set makes another glass from the same
# seed, so there is nothing to compare.
if grep -q 'forces by avx512' "$work/run/log.txt"; then
  bash inputs/quickstart/table.sh "$work/run/hardness/hardness.csv" | while IFS= read -r line; do
    grep -qxF "    $line" README.md ||
      { echo "FAILED the table of README.md lacks this line of the run: $line"; exit 1; }
  done
else
  echo "not compared with the table of README.md: that is of AVX-512"
fi
