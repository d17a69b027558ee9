#!/usr/bin/env bash
# Bad input to the real program: each case must end with exit code 1 and exactly one line on standard
# error that names what is wrong, and leave nothing of a stage, and no temporary file, behind.
#
#   bash tests/robustness/bad_input.sh GLASSBAND MAKE_CALIBRATION ROOT [MPIEXEC]
set -uo pipefail

glassband=$1 make_calibration=$2 root=$3 mpiexec=${4:-}
quickstart=$root/inputs/quickstart/quickstart.yaml
potential=$root/inputs/potentials/CuZr_mm.eam.fs
calibration=$root/inputs/calibration/cu64zr36_quickstart.h5
potentials=(--set "atomistic.potential=$potential" --set "calibrate.potential=$potential")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
number=0

fail() {
  echo "FAILED $1: $2"
  sed 's/^/    /' "$work/stderr"
  failures=$((failures + 1))
}

# expect NAME "word one|word two" COMMAND...: runs it with a fresh output folder $out.
expect() {
  local name=$1 words=$2 code lines word
  shift 2
  timeout 120 "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
  code=$?
  number=$((number + 1))
  lines=$(wc -l <"$work/stderr")
  [ $code -eq 1 ] || fail "$name" "exit code $code, expected 1"
  [ "$lines" -eq 1 ] || fail "$name" "$lines lines on standard error, expected 1"
  grep -q '^glassband: input error: ' "$work/stderr" || fail "$name" "no 'glassband: input error:'"
  while read -r word; do
    grep -qF -- "$word" "$work/stderr" || fail "$name" "the message lacks \"$word\""
  done < <(tr '|' '\n' <<<"$words")
  left=$(find . \( -name '*.tmp' -o -name '*.h5' -o -name '*.csv' -o -name '*.xyz' \
                   -o -name stage.json \) -path './out*')
  [ -z "$left" ] || fail "$name" "left behind: $left"
  rm -rf out*
}

# --- The input file and the command line ----------------------------------------------------------
sed 's/^\( *\)temperature_K:/\1temprature_K:/' "$quickstart" >unknown.yaml
line=$(grep -n temprature_K unknown.yaml | head -n 1 | cut -d: -f1)
expect "unknown key" "unknown.yaml:$line|temprature_K|did you mean|temperature_K?" \
  "$glassband" run unknown.yaml -o out
expect "unknown key, validate" "unknown.yaml:$line|temprature_K" "$glassband" validate unknown.yaml
expect "unknown key on the command line" "--set atomistic.nonsense=1|atomistic.nonsense" \
  "$glassband" run "$quickstart" -o out --set atomistic.nonsense=1
sed 's/^\( *\)temperature_K: .*/\1temperature_K: -100/' "$quickstart" >negative.yaml
line=$(grep -n 'temperature_K: -100' negative.yaml | head -n 1 | cut -d: -f1)
expect "negative temperature" "negative.yaml:$line|temperature_K|expected a number from|\"-100\"" \
  "$glassband" run negative.yaml -o out
expect "negative temperature, tier 2" "mesoscale.temperature_K|expected a number from|\"-1\"" \
  "$glassband" run "$quickstart" -o out "${potentials[@]}" --set mesoscale.temperature_K=-1
expect "wrong type" "atomistic.temperature_K|expected a number|\"warm\"" \
  "$glassband" run "$quickstart" -o out --set atomistic.temperature_K=warm
printf 'seed: 1\natomistic: {potential: [\n' >broken.yaml
expect "not YAML" "broken.yaml:|not valid YAML" "$glassband" run broken.yaml -o out
python3 -c 'print("[" * 100000)' >deep.yaml
expect "deep lists" "deep.yaml:1|sections of keys|17 deep" "$glassband" validate deep.yaml
python3 -c 'print("seed: " + "{a: " * 100000)' >deep.yaml
expect "deep mappings" "deep.yaml:1|17 deep" "$glassband" run deep.yaml -o out
python3 -c 'print("\n".join(" " * i + "a:" for i in range(3000)))' >deep.yaml
expect "deep by indentation" "deep.yaml:17|17 deep" "$glassband" validate deep.yaml
python3 -c 'print("- " * 50000 + "a")' >deep.yaml
expect "deep by dashes" "deep.yaml:1|17 deep" "$glassband" validate deep.yaml
expect "deep on the command line" "17 deep" "$glassband" validate "$quickstart" \
  --set "seed=$(python3 -c 'print("[" * 100)')"
for separator in '---' '...
---' '--- # more'; do
  printf 'seed: 1\n%s\nseed: 2\n' "$separator" >two.yaml
  expect "two documents" "two.yaml:|one YAML document" "$glassband" run two.yaml -o out
done
expect "two documents, place" "two.yaml:2|another" "$glassband" validate two.yaml
expect "input for a calibration" "atomistic.potential|validate takes that" \
  "$glassband" validate "$root/inputs/strip/strip.yaml"
expect "missing input" "absent.yaml|No such file" "$glassband" run absent.yaml -o out
expect "no input" "expected 1 file name" "$glassband" run
expect "unknown option" "unknown option --nonsense" "$glassband" run "$quickstart" --nonsense
expect "unknown command" "expected a command|\"nonsense\"" "$glassband" nonsense

# --- Output folder: below a regular file not even root can write ----------------------------------
touch regular
expect "unwritable folder" "regular/below|Not a directory" \
  "$glassband" run "$quickstart" "${potentials[@]}" -o regular/below
expect "file in place of the folder" "regular|a file is in its place" \
  "$glassband" run "$quickstart" "${potentials[@]}" -o regular

# --- Potential ------------------------------------------------------------------------------------
run_with_potential() { # runs the atomistic stage on the potential $1
  echo "$glassband" atomistic "$quickstart" -o out --quiet --set "atomistic.potential=$1"
}
expect "missing potential" "atomistic.potential|absent.eam.fs" $(run_with_potential absent.eam.fs)
head -c 300000 "$potential" >cut.eam.fs
expect "cut-off potential" "cut.eam.fs|expected|found" $(run_with_potential "$work/cut.eam.fs")
awk 'NR == 200 { $2 = "hello" } { print }' "$potential" >words.eam.fs
expect "non-numeric potential" "words.eam.fs:200|expected|hello" \
  $(run_with_potential "$work/words.eam.fs")
: >empty.eam.fs
expect "empty potential" "empty.eam.fs" $(run_with_potential "$work/empty.eam.fs")

# --- Calibration ----------------------------------------------------------------------------------
run_with_calibration() {
  echo "$glassband" run "$quickstart" -o out --calibration "$1"
}
for how in no-group wrong-units newer-version; do
  "$make_calibration" $how.h5 $how || fail "$how" "cannot make the file"
done
expect "calibration without a group" "no-group.h5|expected a group stz/barriers|found none" \
  $(run_with_calibration no-group.h5)
expect "calibration with wrong units" \
  "wrong-units.h5|material/relaxed/shear_modulus/value|expected units \"GPa\"|found \"MPa\"" \
  $(run_with_calibration wrong-units.h5)
expect "calibration of a newer program" "newer-version.h5|version|found version \"99\"" \
  $(run_with_calibration newer-version.h5)
head -c 2000 no-group.h5 >cut.h5
expect "cut-off calibration" "cut.h5|expected an HDF5 file" $(run_with_calibration cut.h5)
expect "missing calibration" "absent.h5|No such file" $(run_with_calibration absent.h5)
expect "calibration that is not there, validate" "absent.h5|No such file" \
  "$glassband" validate "$root/inputs/strip/strip.yaml" --calibration absent.h5
expect "bad key, validate with a calibration" "mesoscale.nx" "$glassband" validate \
  "$root/inputs/strip/strip.yaml" --calibration "$calibration" --set mesoscale.nx=2
"$glassband" validate "$root/inputs/strip/strip.yaml" --calibration "$calibration" >stdout 2>stderr ||
  fail "good input with a calibration" "refused"
grep -q '^mesoscale:' stdout || fail "good input with a calibration" "not printed"
expect "stage without what it needs" "stage mesoscale|expected the results of stage calibrate" \
  "$glassband" mesoscale "$quickstart" -o out --quiet

# --- The other commands ---------------------------------------------------------------------------
expect "info of a text" "broken.yaml|expected a LAMMPS data or dump file, extended XYZ or HDF5" \
  "$glassband" info broken.yaml
expect "info of a cut-off HDF5 file" "cut.h5|expected an HDF5 file" "$glassband" info cut.h5
expect "strain of a missing file" "absent.h5" "$glassband" strain absent.h5 absent.h5 -o out.xyz
expect "strain of a text" "broken.yaml" "$glassband" strain broken.yaml broken.yaml -o out.xyz
expect "report of a missing run" "absent" "$glassband" report absent

# --- Files of atoms -------------------------------------------------------------------------------
dump_header() { # atoms
  printf 'ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n%d\nITEM: BOX BOUNDS pp pp pp\n' "$1"
  printf '0 10\n0 10\n0 10\nITEM: ATOMS id type element x y z\n'
}
{ dump_header 2; printf '1 1 Cu 1 1 1\n2 2 Zr 4 4 4\n'; } >two.dump
{ dump_header 2; printf '1 1 Cu 1 1 1\n'; } >short.dump
{ dump_header 2; printf '1 1 Cu 1 1 1\n2 2 Zr 4 4\n'; } >column.dump
{ dump_header 2; printf '1 1 Cu 1 1 1\n2 2 Zr 4 nan 4\n'; } >nan.dump
{ dump_header 3; printf '1 1 Cu 1 1 1\n2 2 Zr 4 4 4\n'; cat two.dump; } >count.dump
{ dump_header 1; printf '1 1 Au 1 1 1\n'; } >gold.dump
sed 's/ element//; s/Cu //; s/Zr //' two.dump >unnamed.dump
sed 's/BOUNDS pp/BOUNDS xy xz yz pp/' two.dump >untilted.dump
sed '6,8s/$/ 1.5/' untilted.dump >triclinic.dump
sed 's/ x y z/ x y/' two.dump >flat.dump
forces() { # the command on the file $1 and further options
  local input=$1
  shift
  expect_forces=("$glassband" forces "$input" --potential "$potential" -o out.dump "$@")
}
bad_file() { # name, words, file, options
  local name=$1 words=$2
  shift 2
  forces "$@"
  expect "$name" "$words" "${expect_forces[@]}"
}
bad_file "cut-off dump" "short.dump:10|atom|cut off" short.dump
bad_file "dump with a short row" "column.dump:11|expected 6 columns|2 2 Zr 4 4" column.dump
bad_file "NaN in a dump" "nan.dump:11|column 5|finite number" nan.dump
bad_file "wrong count in a dump" "count.dump:12|atom 3 of the 3|ITEM: TIMESTEP" count.dump
bad_file "triclinic dump" "triclinic.dump|triclinic" triclinic.dump
bad_file "dump that lacks its tilts" "untilted.dump:6|a tilt" untilted.dump
bad_file "dump without positions" "flat.dump:9|columns x y z" flat.dump
bad_file "frame that is not there" "two.dump|expected a frame 7|found 1 frame" two.dump@7
bad_file "step that is not there" "two.dump|a frame of step 5" two.dump@step=5
bad_file "no such selection" "FILE@N|@five" two.dump@five
bad_file "element that is not there" "gold.dump|type 1 is Au|Cu Zr" gold.dump
bad_file "types without names" "unnamed.dump|element type 1|--elements|Cu Zr" unnamed.dump
bad_file "too few names" "--elements|2 atom types" unnamed.dump --elements Cu
bad_file "no such boundary" "--boundary|p and f|p q p" two.dump --boundary "p q p"
bad_file "no such precision" "--precision|double or mixed|half" two.dump --precision half
bad_file "too many digits" "--digits|1 to 17|40" two.dump --digits 40
expect "forces without a potential" "--potential" "$glassband" forces two.dump -o out.dump
expect "forces without an output" "-o OUT" "$glassband" forces two.dump --potential "$potential"
expect "unknown kind of output" "out.pdb|.lammpstrj" \
  "$glassband" forces two.dump --potential "$potential" -o out.pdb --quiet
expect "unwritable output" "regular/out.dump|Not a directory" \
  "$glassband" forces two.dump --potential "$potential" -o regular/out.dump --quiet
expect "strain of other atoms" "gold.dump|expected the 2 atoms of two.dump, found 1" \
  "$glassband" strain two.dump gold.dump -o out.xyz

# --- Two ranks: said once, all end, none hangs (mpiexec adds lines of its own) -----------------------
if [ -n "$mpiexec" ]; then
  for case in "run negative.yaml -o out" "run $quickstart ${potentials[*]} -o regular/below" \
              "run $quickstart -o out --calibration wrong-units.h5" "run --nonsense"; do
    timeout 120 "$mpiexec" --oversubscribe -n 2 "$glassband" $case >stdout 2>stderr </dev/null
    code=$?
    number=$((number + 1))
    [ $code -eq 1 ] || fail "2 ranks: $case" "exit code $code, expected 1"
    [ "$(grep -c '^glassband: input error: ' stderr)" -eq 1 ] || fail "2 ranks: $case" "not said once"
  done
fi

echo "$number cases, $failures failures"
[ $failures -eq 0 ]
