#!/usr/bin/env bash
# The report says what is missing, shows what is there, and never passes over a damaged file.
#
#   bash tests/unit/report.sh ROOT
set -euo pipefail

python=${GLASSBAND_PYTHON:-$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)}
run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT

expect() { # root, exit code, text that must be in the page or on the terminal
  local code=0
  "$python" "$1/viz/report.py" "$run" >"$run/terminal.txt" 2>&1 || code=$?
  if [ "$code" -ne "$2" ] || ! grep -sqF -- "$3" "$run/terminal.txt" "$run/report/index.html"; then
    echo "expected exit code $2 and \"$3\", found $code and:"
    cat "$run/terminal.txt"
    exit 1
  fi
}

expect "$1" 1 "holds no output of any stage"

mkdir "$run/hardness"
cat >"$run/hardness/hardness.csv" <<'TABLE'
strain_percent,samples,yield_before_GPa,yield_before_se_GPa,yield_after_GPa,yield_after_se_GPa,hv_before,hv_before_se,hv_after,hv_after_se,delta_hv_percent,delta_hv_se_percent,chi_before,chi_after,hv_before_relative,hv_after_relative
0,1,1.7,nan,1.71,nan,520,nan,523,nan,0.58,nan,0.2,0.21,1,1.006
10,2,1.6,0.02,1.55,0.02,500,5,480,6,-4,0.9,0.3,0.31,0.962,0.923
TABLE
expect "$1" 0 "480.0 ± 6.0"
expect "$1" 0 "calibrate/calibration.h5 is not there"
[ "$(head -c 4 "$run/report/hardness.png" | tail -c 3)" = PNG ]

mkdir "$run/calibrate"
echo "not HDF5" >"$run/calibrate/calibration.h5"
expect "$1" 2 "The barrier distribution could not be shown"

sed -i 's/,480,/,many,/' "$run/hardness/hardness.csv"
expect "$1" 2 "The hardness table could not be shown"
