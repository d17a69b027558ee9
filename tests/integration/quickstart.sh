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

OMP_NUM_THREADS=1 "$mpiexec" --oversubscribe --bind-to none -n 2 \
  "$glassband" run inputs/quickstart/quickstart.yaml -o "$work/run"
"$glassband" report "$work/run"
"$python" "$root/tests/integration/bounds.py" "$work/run"

# The README's table, to all its digits. Another instruction set makes another glass from the same
# seed; what tier 2 makes of the shipped calibration is the same everywhere.
table=$work/run/hardness/hardness.csv
if ! grep -q 'forces by avx512' "$work/run/log.txt"; then
  OMP_NUM_THREADS=1 "$mpiexec" --oversubscribe --bind-to none -n 2 \
    "$glassband" run inputs/quickstart/quickstart.yaml \
    --calibration inputs/calibration/cu64zr36_quickstart.h5 -o "$work/shipped"
  table=$work/shipped/hardness/hardness.csv
fi
bash inputs/quickstart/table.sh "$table" | while IFS= read -r line; do
  grep -qxF "    $line" README.md ||
    { echo "FAILED the table of README.md lacks this line of $table: $line"; exit 1; }
done
