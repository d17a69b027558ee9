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

page_has() { # text that must be in the page of the last call
  grep -sqF -- "$1" "$run/report/index.html" || { echo "expected \"$1\" in the page"; exit 1; }
}

expect "$1" 1 "holds no output of any stage"

mkdir "$run/hardness"
cat >"$run/hardness/hardness.csv" <<'TABLE'
strain_percent,samples,yield_before_GPa,yield_before_se_GPa,yield_after_GPa,yield_after_se_GPa,hv_before,hv_before_se,hv_after,hv_after_se,delta_hv_percent,delta_hv_se_percent,chi_before,chi_after,hv_before_relative,hv_after_relative
0,1,1.7,nan,1.71,nan,520,nan,523,nan,0.58,nan,0.2,0.21,1,1.006
10,2,1.6,0.02,1.55,0.02,500,5,480,6,-4,0.9,0.3,0.31,0.962,0.923
TABLE
expect "$1" 0 "480.0 ± 6.0"
page_has "calibrate/calibration.h5 is not there"
page_has "mesoscale/shear_bands.csv is not there"
page_has "mesoscale/sample_00/loading.h5 is not there"
[ "$(head -c 4 "$run/report/hardness.png" | tail -c 3)" = PNG ]

mkdir "$run/calibrate"
echo "not HDF5" >"$run/calibrate/calibration.h5"
expect "$1" 2 "The barrier distribution could not be shown"

sed -i 's/,480,/,many,/' "$run/hardness/hardness.csv"
expect "$1" 2 "The hardness table could not be shown"

sed -i 's/,many,/,480,/' "$run/hardness/hardness.csv"
rm -r "$run/calibrate"
mkdir -p "$run/mesoscale/sample_00"
cat >"$run/mesoscale/shear_bands.csv" <<'TABLE'
sample,strain_percent,when,band,kind,spans,voxels,angle_deg,length_nm,width_nm,offset_nm,shear_inside,shear_around,chi_inside,chi_around,tips,tip_x_nm,tip_z_nm,tip2_x_nm,tip2_z_nm
0,4,loading,1,nonspanning,0,60,44,30,6,2,0.3,0.1,0.5,0.3,1,12,8,nan,nan
0,6,loading,1,spanning,1,130,45,56,7,4,0.6,0.1,0.6,0.3,0,nan,nan,nan,nan
0,6,before,1,intersected,1,130,45,56,7,4,0.6,0.1,0.6,nan,0,nan,nan,nan,nan
TABLE
cat >"$run/mesoscale/sample_00/avalanches.csv" <<'TABLE'
sample,event,size,thermal,time_s,duration_s,strain,voxel,extent_nm,gyration_nm,slip_nm3,stress_drop_GPa
0,1,1,1,1,0,0.01,5,0,0,0.4,nan
0,2,3,0,2,0,0.02,6,4.5,2,1.2,0.02
0,5,1,1,3,0,0.03,6,0,0,0.4,-0.01
TABLE
cat >"$run/mesoscale/stress_strain.csv" <<'TABLE'
sample,strain,plastic_strain,stress_GPa,time_s,temperature_K,chi_mean,events
0,0,0,0,0,300,0.2,0
0,0.02,0.005,1.2,40,300,0.2,4
0,0.06,0.04,1.1,120,300,0.3,900
TABLE
"$python" - "$run/mesoscale/sample_00/loading.h5" <<'MAPS'
import sys
import h5py
import numpy as np

x, z = np.meshgrid(np.arange(10), np.arange(20))
with h5py.File(sys.argv[1], "w") as file:
    for strain in (0.0, 0.02, 0.06):
        field = 20 * strain * (abs(z - x - 5) < 3)
        file[f"strain_{strain:.4f}/shear"] = np.stack([field, field], axis=1)  # [nz, ny, nx]
        file[f"strain_{strain:.4f}/chi"] = 0.2 + 0.1 * np.stack([field, field], axis=1)
MAPS
expect "$1" 0 "Avalanches, which are"
page_has "The letters on the curve"
page_has "how far the material on their two sides has moved"
"$python" "$1/viz/strips.py" "$run" "$run/strips.png" --strains 2,6
[ "$(head -c 4 "$run/strips.png" | tail -c 3)" = PNG ]

# a run whose only prior strain is 0 loads nothing
sed -i '2,$d' "$run/mesoscale/stress_strain.csv"
expect "$1" 0 "the samples were not loaded"

# A run that was stopped, or is going on: no tables of the stage yet, but maps and checkpoints.
rm -r "$run/report" "$run/hardness" "$run/mesoscale"/*.csv "$run/mesoscale/sample_00/avalanches.csv"
cat >"$run/summary.json" <<'SUMMARY'
{"status": "stopped on request", "message": "the time limit of 30 s was reached"}
SUMMARY
"$python" - "$run/mesoscale/sample_00/checkpoint.h5" <<'CHECKPOINT'
import sys
import h5py

with h5py.File(sys.argv[1], "w") as file:
    for name, values in (("sample", [0, 0, 0]), ("strain", [0, 0.02, 0.06]), ("stress_GPa", [0, 1.2, 1.1])):
        file[f"stress_strain/{name}"] = values
CHECKPOINT
expect "$1" 0 "the run is not finished (stopped on request: the time limit of 30 s was reached)"
page_has "samples up to their last checkpoints"
page_has "The letters on the curve"
page_has "mesoscale/bands.csv is not there"
rm -r "$run/mesoscale" "$run/report" "$run/summary.json"
touch "$run/input.yaml"
expect "$1" 0 "it has not ended yet, or was killed"
mkdir "$run/mesoscale"
echo "sample,strain_percent,kind" >"$run/mesoscale/bands.csv"
expect "$1" 0 "bands.csv has no rows"
: >"$run/mesoscale/stress_strain.csv"
expect "$1" 2 "without even a head"

# What has no value is not drawn as a zero, and stops nothing.
"$python" - "$1" "$run/nan.png" <<'NAN'
import sys
sys.path.insert(0, sys.argv[1] + "/viz")
import figures
import localisation
import numpy as np

nan = np.nan
laws = {"barrier_mean_at_chi_0": 1.0, "barrier_mean_at_chi_1": 0.5, "barrier_shape": 4.0}
figures.barriers({"barrier": np.array([0.5, nan, 0.8]), "chi": np.array([0.1, 0.2, nan]),
                  "state": np.array([0, 0, 1])}, laws, sys.argv[2])
figures.events({"atoms": np.array([1, 4]), "gamma": np.array([nan, 0.1]),
                "chi_before": np.array([0.1, nan]), "chi_after": np.array([0.2, 0.3])}, sys.argv[2])
drawn = []
figures.save = lambda figure, path: drawn.append(
    [np.ma.getdata(c.get_array()) if c.get_array() is not None else len(c.get_offsets())
     for c in figure.axes[0].collections])
figures.strain_map([("t", np.arange(3.0), np.arange(3.0), np.array([0.2, nan, 0.1]))], "")
assert drawn[0][0] == 1 and list(drawn[0][1]) == [0.1, 0.2], drawn
assert localisation.average([nan, 2.0, 4.0]) == 3 and np.isnan(localisation.average([nan]))
assert localisation.error([nan, 2.0, 4.0]) == 1
NAN
