#!/usr/bin/env bash
# Compression of a plane-strain strip without and with notches, from the shipped calibration.
#
#   bash inputs/strip/run.sh [OUT_DIR]        default: out/strip in the repository
#
# Needs the built program (see inputs/quickstart/run.sh). Started again with the same OUT_DIR it goes on
# where it was.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:-$root/out/strip}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

for case in strip notched; do
  "$root/build/bin/glassband" mesoscale "$here/$case.yaml" -o "$out/$case" \
    --calibration "$root/inputs/calibration/cu64zr36_quickstart.h5"
  for python in "${GLASSBAND_PYTHON:-}" /usr/bin/python3 python3; do
    [ -n "$python" ] && "$python" -c 'import h5py, matplotlib' 2>/dev/null || continue
    "$python" "$root/viz/strips.py" "$out/$case" "$out/$case.png" && echo "Maps: $out/$case.png"
    break
  done
done
