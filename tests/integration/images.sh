#!/usr/bin/env bash
# The images of the fields: notched samples in two and three dimensions, whose .vti files are compared
# with their HDF5 files bit by bit, without ParaView; with "paraview" they are opened by its default
# readers instead (exit code 77, "skipped", where there is no pvbatch).
#
#   bash tests/integration/images.sh GLASSBAND ROOT plain|paraview
set -euo pipefail

glassband=$1 root=$2 how=$3
if [ "$how" = paraview ] && ! command -v pvbatch >/dev/null; then
  echo "skipped: there is no pvbatch"
  exit 77
fi
python=${GLASSBAND_PYTHON:-$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >in.yaml <<'YAML'
title: notched
seed: 3
mesoscale:
  nx: 8
  nz: 12
  voxel_edge_nm: 1.6
  modes: 4
  moduli: uniform
  notch_depth_voxels: 2
  notch_height_voxels: 2
  strains_percent: [0, 1]
  rest_s: 0
  ctc_cycles: 1
  snapshot_strains_percent: [0.5]
  snapshot_every_percent: 1
ensemble:
  samples: 1
YAML
for ny in 1 3; do
  "$glassband" mesoscale in.yaml --calibration "$root/inputs/calibration/cu64zr36_quickstart.h5" \
    --set mesoscale.ny=$ny -o ny$ny -q
  [ -z "$(find ny$ny -name '*.tmp')" ]
done
if [ "$how" = paraview ]; then
  "$python" "$root/tests/integration/images.py" ny1 ny3 --expected expected.json
  timeout 120 pvbatch "$root/tests/integration/images_paraview.py" expected.json >pv.out 2>&1 || {
    cat pv.out
    exit 1
  }
  grep -F "as ParaView sees them" pv.out
else
  "$python" "$root/tests/integration/images.py" ny1 ny3
fi
