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
