#!/usr/bin/env bash
# Restart of the chain: a run killed between two stages reuses what was finished and ends with the
# same bytes as a run that was never interrupted; a change of the input runs again what depends on it,
# and nothing else.
#
#   bash tests/robustness/restart.sh GLASSBAND MAKE_CALIBRATION ROOT MPIEXEC
set -uo pipefail

glassband=$1 make_calibration=$2 root=$3 mpiexec=$4
quickstart=$root/inputs/quickstart/quickstart.yaml
potential=$root/inputs/potentials/CuZr_mm.eam.fs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

die() {
  echo "FAILED: $1"
  tail -n 30 "$work"/*.err
  exit 1
}

# expect_code CODE NAME COMMAND...: messages go to NAME.err.
expect_code() {
  local expected=$1 name=$2 code
  shift 2
  timeout 300 "$@" >"$name.out" 2>"$name.err" </dev/null
  code=$?
  [ $code -eq "$expected" ] || die "$name: exit code $code, expected $expected"
}
said() { grep -qF -- "$2" "$1.err" || die "$1: did not say \"$2\""; }
not_said() { ! grep -qF -- "$2" "$1.err" || die "$1: said \"$2\""; }
reports() { # FOLDER STAGE STATUS: in summary.json
  python3 - "$@" <<'PY' || die "$1/summary.json: stage $2 is not $3"
import json, sys
stages = json.load(open(sys.argv[1] + "/summary.json"))["stages"]
sys.exit(0 if {s["name"]: s["status"] for s in stages}.get(sys.argv[2]) == sys.argv[3] else 1)
PY
}

# kill_after FILE COMMAND...: kills the program for good as soon as FILE is there.
kill_after() {
  local file=$1 child
  shift
  "$@" >killed.out 2>killed.err </dev/null &
  child=$!
  for ((i = 0; i < 6000; i++)); do
    [ -f "$file" ] && break
    kill -0 $child 2>/dev/null || break
    sleep 0.02
  done
  kill -KILL $child 2>/dev/null || die "the program ended before it could be killed"
  wait $child 2>/dev/null
  [ -f "$file" ] || die "$file did not appear within two minutes"
}

# --- Tier 2 from a calibration file -----------------------------------------------------------------
"$make_calibration" c.h5 || die "cannot make the calibration"
tier2=("$glassband" run "$quickstart" --calibration c.h5 --set mesoscale.nx=8 --set mesoscale.nz=16
       --set 'mesoscale.strains_percent=[0, 2]' --set mesoscale.ctc_cycles=2
       --set ensemble.samples=2 --set hardness.repeats=20)

expect_code 0 whole "${tier2[@]}" -o whole
kill_after part/mesoscale/stage.json "${tier2[@]}" -o part
[ ! -f part/hardness/stage.json ] || die "hardness was finished when the program was killed"
python3 -c 'import json; json.load(open("part/summary.json"))' || die "summary.json after the kill"
expect_code 0 again "${tier2[@]}" -o part
said again "mesoscale: reused (unchanged)"
not_said again "hardness: reused"
reports part mesoscale reused
reports part hardness done
for table in hardness/hardness.csv hardness/reload.csv mesoscale/stress_strain.csv mesoscale/bands.csv; do
  cmp "whole/$table" "part/$table" || die "$table differs after the restart"
done
python3 - <<'PY' || die "results of the reused stage are missing from summary.json"
import json, sys
a, b = (json.load(open(f + "/summary.json"))["results"] for f in ("whole", "part"))
sys.exit(0 if a and a == b and any(key.startswith("mesoscale.") for key in b) else 1)
PY

expect_code 0 third "${tier2[@]}" -o part
said third "mesoscale: reused (unchanged)"
said third "hardness: reused (unchanged)"
expect_code 0 changed "${tier2[@]}" -o part --set hardness.friction=0.2
said changed "mesoscale: reused (unchanged)"
not_said changed "hardness: reused"
cmp -s whole/hardness/hardness.csv part/hardness/hardness.csv && die "the friction changed nothing"
rm part/hardness/hardness.csv
expect_code 0 lost "${tier2[@]}" -o part --set hardness.friction=0.2
not_said lost "hardness: reused"
[ -f part/hardness/hardness.csv ] || die "a lost output was not made again"
echo '{"key": tru' >part/hardness/stage.json
expect_code 0 garbled "${tier2[@]}" -o part --set hardness.friction=0.2
not_said garbled "hardness: reused"
expect_code 0 reseeded "${tier2[@]}" -o part --set seed=2
not_said reseeded "reused"
expect_code 0 fresh "${tier2[@]}" -o part --set seed=2 --fresh
not_said fresh "reused"

# Two ranks take over what one rank left, and find the same.
expect_code 0 ranks "$mpiexec" --oversubscribe -n 2 "${tier2[@]}" -o whole
said ranks "hardness: reused (unchanged)"
expect_code 0 two "$mpiexec" --oversubscribe -n 2 "${tier2[@]}" -o two
cmp whole/hardness/hardness.csv two/hardness/hardness.csv || die "2 ranks give another hardness"

# Stopped on request: exit code 3, said once, and the next run goes on.
expect_code 3 limit "${tier2[@]}" -o limit --time-limit 0.001
said limit "glassband: stopped on request: the time limit of 0.001 s was reached"
expect_code 0 resumed "${tier2[@]}" -o limit
cmp whole/hardness/hardness.csv limit/hardness/hardness.csv || die "stopped and resumed: another hardness"

# Killed and stopped within samples: each goes on from its checkpoint, on any number of ranks, and ends
# with the bits of one that was never stopped.
meso=("$glassband" mesoscale "$quickstart" --calibration c.h5 --set mesoscale.nx=8 --set mesoscale.nz=16
      --set 'mesoscale.strains_percent=[1, 3]' --set mesoscale.ctc_cycles=2 --set ensemble.samples=2
      --set mesoscale.checkpoint_minutes=0.0001 --set mesoscale.snapshot_every_percent=1
      --set mesoscale.event_stride=1)
expect_code 0 never "${meso[@]}" -o never
kill_after often/mesoscale/sample_00/checkpoint.h5 "${meso[@]}" -o often
"${meso[@]}" -o often >term.out 2>term.err </dev/null &
child=$!
for ((i = 0; i < 3000; i++)); do
  [ -f often/mesoscale/sample_01/checkpoint.h5 ] && break
  kill -0 $child 2>/dev/null || break
  sleep 0.01
done
kill -TERM $child 2>/dev/null
wait $child 2>/dev/null
code=$?
said term "mesoscale: sample 0 goes on from"
[ $code -eq 3 ] || [ $code -eq 0 ] || die "stopped by SIGTERM within a sample: exit code $code"
[ $code -eq 0 ] || said term "glassband: stopped on request: signal 15"
expect_code 0 last "$mpiexec" --oversubscribe -n 2 "${meso[@]}" -o often
[ $code -eq 0 ] || said last "mesoscale: sample 0 is there already"
for table in stress_strain bands enthalpy snapshots ensemble sample_00/events sample_01/events; do
  cmp "never/mesoscale/$table.csv" "often/mesoscale/$table.csv" || die "$table differs after the kills"
done
cmp never/mesoscale/sample_01/loading.pvd often/mesoscale/sample_01/loading.pvd ||
  die "the snapshots differ after the kills"
[ -z "$(find often -name 'checkpoint.h5' -o -name 'events.part' -o -name '*.tmp')" ] ||
  die "files of unfinished work are left after the end"
echo "tier 2: restart, changes, ranks and stops are as they should be"

# --- Tier 1 -----------------------------------------------------------------------------------------
tier1=("$glassband" run "$quickstart" -o atoms --set "atomistic.potential=$potential"
       --set "calibrate.potential=$potential" --set 'atomistic.glass_cells=[5, 4, 5]'
       --set atomistic.glass_melt_ps=0.1 --set atomistic.glass_quench_rate_K_per_ps=4000
       --set atomistic.glass_hold_ps=0.1 --set 'atomistic.sample_replicate=[1, 1, 1]'
       --set atomistic.sample_anneal_ps=0.1 --set atomistic.sample_cool_rate_K_per_ps=5000
       --set atomistic.sample_relax_ps=0.1 --set atomistic.tension_strain_rate_per_s=2e11
       --set atomistic.tension_frame_strain=0.05 --set 'atomistic.cycle_at_strains=[0.2]'
       --set atomistic.cycle_count=1 --set atomistic.cycle_ramp_ps=0.1
       --set atomistic.cycle_hold_ps=0.1 --set atomistic.cycle_unload_ps=0.1)
kill_after atoms/atomistic/stage.json "${tier1[@]}"
[ ! -f atoms/calibrate/stage.json ] || die "calibrate was finished when the program was killed"
before=$(sha256sum atoms/atomistic/atomistic.h5)
expect_code 3 stopped "${tier1[@]}" --time-limit 0.5
said stopped "atomistic: reused (unchanged)"
said stopped "calibrate: starting"
said stopped "glassband: stopped on request"
[ "$before" = "$(sha256sum atoms/atomistic/atomistic.h5)" ] || die "a reused stage was written again"
[ ! -f atoms/calibrate/calibration.h5 ] || die "an unfinished calibration has its final name"

# Killed and stopped within phases, again and again: every run goes on where the last one was, and the end
# is that of an uninterrupted run to the last bit.
within=("$glassband" atomistic "$quickstart" --set "atomistic.potential=$potential"
        --set 'atomistic.glass_cells=[5, 4, 5]' --set atomistic.glass_melt_ps=1
        --set atomistic.glass_quench_rate_K_per_ps=1000 --set atomistic.glass_hold_ps=0.1
        --set 'atomistic.sample_replicate=[1, 1, 1]' --set atomistic.sample_anneal_ps=0.3
        --set atomistic.sample_cool_rate_K_per_ps=2000 --set atomistic.sample_relax_ps=0.3
        --set atomistic.tension_strain_rate_per_s=1e11 --set atomistic.tension_frame_strain=0.05
        --set 'atomistic.cycle_at_strains=[0.2]' --set atomistic.cycle_count=2
        --set atomistic.cycle_ramp_ps=0.4 --set atomistic.cycle_hold_ps=0.4
        --set atomistic.cycle_unload_ps=0.4 --set atomistic.checkpoint_minutes=0.0002
        --set atomistic.thermo_steps=20)

# interrupt SIGNAL PATTERN: sends it a moment after a file of this pattern is there; exit code in $code.
interrupt() {
  local child
  rm -f "broken/atomistic/checkpoints/"*.tmp
  "${within[@]}" -o broken >broken.out 2>broken.err </dev/null &
  child=$!
  for ((i = 0; i < 3000; i++)); do
    compgen -G "broken/atomistic/$2" >list && break
    kill -0 $child 2>/dev/null || break
    sleep 0.01
  done
  kill "-$1" $child 2>/dev/null
  wait $child 2>/dev/null
  code=$?
}
expect_code 0 unbroken "${within[@]}" -o unbroken
# The machine may be busy and a signal late: then it hits a later phase, or none.
stopped=0 killed=0 continued=0
for part in 'glass-*-0' 'glass-*-1' 'tension-*-[1-9]' 'state_0-*-[2-9]'; do
  for signal in TERM KILL; do
    interrupt $signal "checkpoints/$part.checkpoint.h5"
    grep -qF "goes on" broken.err && continued=$((continued + 1))
    case $signal:$code in
      TERM:3)
        said broken "glassband: stopped on request: signal 15"
        if grep -qF "stopped in phase" broken.err; then
          stopped=$((stopped + 1))
          path=$(grep -oE '[^ ]*\.checkpoint\.h5' broken.err | tail -n 1)
          [ -f "$path" ] || die "the checkpoint $path that the message names is not there"
        fi ;;
      KILL:137) killed=$((killed + 1)) ;;
      *:0) ;;
      *) die "interrupted by $signal: exit code $code" ;;
    esac
  done
done
[ $stopped -ge 1 ] && [ $killed -ge 1 ] && [ $continued -ge 1 ] ||
  die "$stopped stops, $killed kills, $continued continuations within phases: nothing was tested"
expect_code 0 mended "$mpiexec" --oversubscribe -n 2 "${within[@]}" -o broken
[ ! -e broken/atomistic/checkpoints ] || die "checkpoints are left after the end"
tables=0
while read -r file; do
  cmp "unbroken/$file" "broken/$file" || die "$file differs after the restarts"
  tables=$((tables + 1))
done < <(cd unbroken && find atomistic -name '*.csv' -o -name '*.xyz')
[ $tables -ge 9 ] || die "only $tables tables were compared"
/usr/bin/python3 - <<'PY' || die "snapshots differ after the restarts"
import glob, sys
try:
    import h5py
except ImportError:
    sys.exit(0)  # the tables above have seen the last snapshots
count = 0
for path in glob.glob("unbroken/atomistic/**/*.h5", recursive=True):
    with h5py.File(path) as a, h5py.File("broken" + path[len("unbroken"):]) as b:
        names = []
        a.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        for name in names:
            if a[name][()].tobytes() != b[name][()].tobytes():
                sys.exit(f"{path}: {name}")
        count += len(names)
sys.exit(0 if count > 50 else "too few datasets")
PY
echo "tier 1: restart and stop are as they should be"
