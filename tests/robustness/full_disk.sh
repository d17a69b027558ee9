#!/usr/bin/env bash
# A disk that fills at any moment: exit code 2 with "No space left on device" and a path, no crash,
# nothing half-written under a final name, and what was there before is still whole.
#
#   bash tests/robustness/full_disk.sh GLASSBAND ROOT
#
# The disks are small file systems in memory, so it takes root and mount(8). SIZES="100k 300k" sets
# other sizes for the mesoscale stage.
set -uo pipefail

glassband=$1 root=$2
work=$(mktemp -d)
disk=$work/disk
mkdir "$disk"
trap 'umount "$disk" 2>/dev/null; rm -rf "$work"' EXIT
mount -t tmpfs -o size=100k tmpfs "$disk" 2>/dev/null && umount "$disk" ||
  { echo "skipped: file systems of a size can be mounted by root only"; exit 77; }
calibration=$root/inputs/calibration/cu64zr36_quickstart.h5
failures=0
runs=0
fail() { echo "FAILED $*"; failures=$((failures + 1)); }

# All files under final names can be read, and no others are left but logs and the open catalogue.
check_files() { # what
  local file
  while IFS= read -r file; do
    case $file in
      *.h5) "$glassband" info "$file" >/dev/null 2>&1 || fail "$1: $file is damaged" ;;
      *.tmp) fail "$1: $file is left" ;;
      *.json) /usr/bin/python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$file" ||
        fail "$1: $file is damaged" ;;
      *.csv) [ -s "$file" ] && [ -z "$(tail -c 1 "$file")" ] || fail "$1: $file is cut" ;;
    esac
  done < <(find "$disk" -type f)
}
try() { # size, command ...
  local size=$1 code
  shift
  "$@" >"$work/out" 2>"$work/err"
  code=$?
  runs=$((runs + 1))
  case $code in
    0) ;;
    2) grep -qE 'No space left on device' "$work/err" ||
      fail "$size: no word of the disk: $(tail -1 "$work/err")" ;;
    *) fail "$size: exit code $code: $(tail -1 "$work/err")" ;;
  esac
  check_files "$size $*"
  return "$code"
}

cat >"$work/in.yaml" <<'END'
mesoscale:
  nx: 8
  nz: 12
  modes: 4
  strains_percent: [3]
  rest_s: 0
  ctc_cycles: 0
ensemble:
  samples: 1
END
for size in ${SIZES:-8k 20k 40k 80k 120k 160k 200k 240k 300k 360k 420k 480k 560k}; do
  mount -t tmpfs -o "size=$size" tmpfs "$disk" || exit 1
  try "$size" "$glassband" mesoscale "$work/in.yaml" --calibration "$calibration" -o "$disk/run" -q
  umount "$disk"
done

zcat "$root/tests/data/lammps/glass2048.data.gz" >"$work/glass.data"
for name in s.h5 s.xyz s.dump; do
  for size in 8k 12k 16k 40k 80k 120k; do
    mount -t tmpfs -o "size=$size" tmpfs "$disk" || exit 1
    try "$size" "$glassband" strain "$work/glass.data" "$work/glass.data" -o "$disk/$name" -q
    [ "$?" -eq 0 ] || [ ! -e "$disk/$name" ] || fail "$size: $name is there"
    umount "$disk"
  done
done

# A file that is there stays whole when its successor finds no room.
head -c 100 "$work/glass.data" >"$work/before"
mount -t tmpfs -o size=60k tmpfs "$disk" || exit 1
for name in s.h5 s.xyz; do
  cp "$work/before" "$disk/$name"
  "$glassband" strain "$work/glass.data" "$work/glass.data" -o "$disk/$name" -q 2>/dev/null &&
    fail "60k: $name fitted"
  cmp -s "$work/before" "$disk/$name" || fail "60k: the old $name is gone"
  rm -f "$disk/$name"
done
umount "$disk"

echo "$runs runs on full disks, $failures failures"
exit $((failures > 0))
