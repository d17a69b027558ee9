#!/usr/bin/env bash
# All runs, numbers and figures of docs/localisation.md: about half an hour on one quiet core.
#
#   bash inputs/strip/study.sh [OUT_DIR]        default: out/localisation in the repository
#
# Needs the built program, and Python with h5py and matplotlib. Started again with the same OUT_DIR it
# goes on where it was.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:-$root/out/localisation}
shipped=$root/inputs/calibration/cu64zr36_quickstart.h5
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
python=${GLASSBAND_PYTHON:-$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)}

run() { # input, name, calibration, settings of section mesoscale ...
  local input=$1 name=$2 calibration=$3 set=()
  for setting in event_catalogue=false band_shear=0.1 band_relative=1.25 "${@:4}"; do
    set+=(--set "mesoscale.$setting")
  done
  "$root/build/bin/glassband" mesoscale "$here/$input.yaml" -o "$out/$name" \
    --calibration "$out/calibration/$calibration.h5" "${set[@]}" --set "ensemble.samples=$samples"
}

# The whole strip; then with chi fixed at 0 and at 1, and at 0 ten times as fast.
plain() { # name, samples, rate, other settings ...
  local name=$1 law=${1%%_*} samples=$2 rate=$3
  local shape=(nx=64 nz=128 "strain_rate_per_s=$rate" "${@:4}")
  run strip "$name" "$law" "${shape[@]}" "strains_percent=[20]"
  samples=1
  run strip "${name}_chi0" "${law}_chi0" "${shape[@]}" "strains_percent=[20]"
  run strip "${name}_chi1" "${law}_chi1" "${shape[@]}" "strains_percent=[20]"
  run strip "${name}_chi0_fast" "${law}_chi0" "${shape[@]}" "strains_percent=[8]" \
    "strain_rate_per_s=${rate/e/0e}"
}

notched() { # name, calibration, samples, other settings ...
  local samples=$3
  run notched "$1" "$2" "strains_percent=[10]" "${@:4}"
}

# A calibration, and copies in which chi starts evenly at 0 or 1 and no event changes it.
calibration() { # name, changes ...
  local file=$out/calibration/$1.h5 changes=()
  for change in "${@:2}"; do changes+=(--set "stz/laws/$change"); done
  "$python" "$here/vary_calibration.py" "$shipped" "$file" "${changes[@]}"
  for chi in 0 1; do
    "$python" "$here/vary_calibration.py" "$file" "$out/calibration/${1}_chi$chi.h5" \
      --set stz/laws/chi_gain=0 --set state/chi_sd=0 --set "state/chi_mean=$chi"
  done
}

mkdir -p "$out/calibration"
calibration plain
calibration end barrier_mean_at_chi_0=high
calibration ends barrier_mean_at_chi_0=high barrier_mean_at_chi_1=low activation_volume=high chi_gain=high

plain plain_300K 4 5e-4 temperature_K=300
plain plain_100K 3 5e-4 temperature_K=100
plain end_300K 3 5e-4 temperature_K=300
plain ends_300K 3 5e-4 temperature_K=300

notched notched_300K plain 3
notched notched_100K plain 1 temperature_K=100
notched notched_ends_300K ends 2
notched notched_300K_chi0 plain_chi0 1
notched notched_ends_300K_chi0 ends_chi0 1

"$python" "$root/viz/localisation.py" --csv "$out/localisation.csv" \
  "$out"/{plain_300K,plain_100K,end_300K,ends_300K} "$out"/notched_* >"$out/localisation.txt"
"$python" "$here/growth.py" "$out" "$out/growth.png" >"$out/growth.txt"
for law in plain end ends; do "$python" "$here/softening.py" "$out/calibration/$law.h5"; done >"$out/softening.txt"
"$python" "$here/softening.py" "$out/calibration/plain.h5" --temperature_K 100 >>"$out/softening.txt"
figure() { "$python" "$root/viz/strips.py" "$out/$1" "$out/$2.png" --relative --dpi 110 --strains "$3"; }
figure plain_300K strip_plain 2,5,10,20
figure notched_300K strip_notched 2,4,7,11
figure ends_300K strip_interval_ends 2,5,10,20
echo "Numbers and figures: $out/*.txt, $out/*.png"
