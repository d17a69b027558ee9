#!/usr/bin/env bash
# An output never takes the place of an input: such a name is refused before any work, whatever it
# is spelt like, and the input is left as it was.
#
#   bash tests/robustness/onto_input.sh GLASSBAND MAKE_CALIBRATION ROOT
set -uo pipefail

glassband=$1 make_calibration=$2 root=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

# refused NAME WORD INPUT COMMAND...: exit code 1, one line that names -o or the file, INPUT unchanged.
refused() {
  local name=$1 word=$2 input=$3 before code
  shift 3
  before=$(sha256sum "$input")
  timeout 120 "$glassband" "$@" >out 2>err </dev/null
  code=$?
  [ $code -eq 1 ] || fail "$name: exit code $code, expected 1"
  [ "$(wc -l <err)" -eq 1 ] || fail "$name: not said in one line"
  grep -qF -- "$word" err || fail "$name: did not say \"$word\": $(cat err)"
  [ "$before" = "$(sha256sum "$input")" ] || fail "$name: the input was changed"
}
done_well() { # NAME COMMAND...
  local name=$1
  shift
  timeout 300 "$glassband" "$@" >out 2>err </dev/null || fail "$name: $(cat err)"
}

# --- Files of atoms: a cubic lattice of 4 x 4 x 4 copper atoms, 2.6 angstrom apart ------------------
{
  printf '64\nLattice="10.4 0 0 0 10.4 0 0 0 10.4" Properties=species:S:1:pos:R:3 pbc="T T T"\n'
  for i in 0 1 2 3; do for j in 0 1 2 3; do for k in 0 1 2 3; do
    awk "BEGIN { print \"Cu\", 2.6 * $i, 2.6 * $j, 2.6 * $k }"
  done; done; done
} >a.xyz
cp a.xyz b.xyz
cp a.xyz c.xyz.tmp
mkdir sub
ln -s ../a.xyz sub/link.xyz
ln b.xyz hard.xyz
potential=$root/inputs/potentials/CuZr_mm.eam.fs
cp "$potential" p.eam.fs

refused "strain onto the reference" "-o a.xyz" a.xyz strain a.xyz b.xyz -o a.xyz
refused "strain onto the current one" "-o b.xyz" b.xyz strain a.xyz b.xyz -o b.xyz
refused "another spelling" "-o ./sub/../a.xyz" a.xyz strain a.xyz b.xyz -o ./sub/../a.xyz
refused "a link" "-o sub/link.xyz" a.xyz strain a.xyz b.xyz -o sub/link.xyz
refused "a hard link" "-o hard.xyz" b.xyz strain a.xyz b.xyz -o hard.xyz
refused "a frame of the file" "-o a.xyz" a.xyz strain a.xyz@0 b.xyz -o a.xyz
refused "the name while it is written" "c.xyz.tmp" c.xyz.tmp strain c.xyz.tmp b.xyz -o c.xyz
refused "forces onto its input" "-o a.xyz" a.xyz forces a.xyz --potential "$potential" -o a.xyz
refused "forces onto the potential" "-o p.eam.fs" p.eam.fs forces a.xyz --potential p.eam.fs -o p.eam.fs
done_well "another file" strain a.xyz b.xyz -o out.xyz
done_well "an older output" strain a.xyz b.xyz -o out.xyz
[ "$(head -n 1 out.xyz)" = 64 ] || fail "out.xyz is not what was asked for"

# --- The input of a run -----------------------------------------------------------------------------
"$make_calibration" c.h5 || fail "cannot make the calibration"
mkdir own
cat >own/input.yaml <<'END'
# what I know about this sample
mesoscale: {nx: 8, nz: 12, modes: 2, strains_percent: [0], rest_s: 60, ctc_cycles: 0}
ensemble: {samples: 1}
END
refused "run onto its input" "input.yaml" own/input.yaml mesoscale own/input.yaml --calibration c.h5 -o own
[ "$(ls own)" = input.yaml ] || fail "run onto its input: left behind $(ls own)"
done_well "another folder" mesoscale own/input.yaml --calibration c.h5 -o run
done_well "the effective input in its own folder" mesoscale run/input.yaml --calibration c.h5 -o run
grep -qF "mesoscale: reused (unchanged)" err || fail "the effective input is another one"
refused "... with other keys" "input.yaml" run/input.yaml \
  mesoscale run/input.yaml --calibration c.h5 -o run --set mesoscale.modes=3

[ $failures -eq 0 ] && echo "no output took the place of an input"
exit $((failures > 0))
