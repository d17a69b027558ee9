#!/usr/bin/env bash
# Two runs in one folder: the second is refused and told who is there; a killed run is no obstacle;
# links in the folder are not written through; two commands with one output file spoil nothing.
#
#   bash tests/robustness/two_runs.sh GLASSBAND ROOT MPIEXEC
set -uo pipefail

glassband=$1 root=$2 mpiexec=$3
work=$(mktemp -d)
trap 'kill -9 $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
failures=0
fail() { echo "FAILED $*"; failures=$((failures + 1)); }
cat >in.yaml <<'END'
mesoscale:
  nx: 8
  nz: 12
  modes: 2
  strains_percent: [1]
  rest_s: 0
  ctc_cycles: 0
ensemble:
  samples: 1
END
run() { # folder, keys
  local folder=$1
  shift
  exec "$glassband" mesoscale in.yaml -o "$folder" \
    --calibration "$root/inputs/calibration/cu64zr36_quickstart.h5" "$@"
}

(run out --set mesoscale.nx=64 --set mesoscale.nz=96 --set 'mesoscale.strains_percent=[40]' \
  >/dev/null 2>&1) &
first=$!
for _ in $(seq 200); do [ -s out/run.lock ] && break; sleep 0.1; done
[ -s out/run.lock ] || fail "no lock after 20 s"
before=$(cat out/input.yaml)
(run out >second.out 2>second.err)
[ "$?" -eq 1 ] || fail "the second run is not refused"
grep -q "another run is at work in this folder ($(hostname), process $first, since 20" second.err ||
  fail "the message names no holder: $(cat second.err)"
[ "$before" = "$(cat out/input.yaml)" ] || fail "the second run changed the input of the first"

# On two ranks all of them end, with one message.
timeout 60 "$mpiexec" --oversubscribe -n 2 "$glassband" mesoscale in.yaml -o out \
  --calibration "$root/inputs/calibration/cu64zr36_quickstart.h5" >ranks.out 2>ranks.err
[ "$?" -eq 1 ] || fail "a second run on two ranks is not refused"
[ "$(grep -c "another run is at work in this folder" ranks.err)" -eq 1 ] ||
  fail "two ranks: $(cat ranks.err)"

: >out/lost.h5.999999999-00000000000.tmp # too few digits: another's
kill -9 "$first"
wait "$first" 2>/dev/null
(run out >third.out 2>third.err) || fail "a killed run is in the way: $(cat third.err)"
grep -q "ended here without a word.*process $first" third.err third.out || fail "no word of the killed run"
[ ! -e out/run.lock ] || fail "the lock is left"

[ -e out/lost.h5.999999999-00000000000.tmp ] || fail "a file of another name was removed"

# Two commands, one output file: both end well, and the file is whole.
zcat "$root/tests/data/lammps/glass2048.data.gz" >glass.data
echo mine >o.dump.tmp
"$glassband" strain glass.data glass.data -o alone.dump -q || fail "strain"
for round in 1 2 3 4; do
  "$glassband" strain glass.data glass.data -o o.dump -q &
  one=$!
  "$glassband" strain glass.data glass.data -o o.dump -q || fail "round $round: the second command"
  wait "$one" || fail "round $round: the first command"
  cmp -s alone.dump o.dump || fail "round $round: o.dump is not whole"
done
[ "$(cat o.dump.tmp)" = mine ] || fail "a file of the user is gone"
[ "$(ls o.dump.* | wc -l)" -eq 1 ] || fail "left: $(ls o.dump.*)"

mkdir linked
echo precious >victim
ln -s "$work/victim" linked/input.yaml.tmp
(run linked >linked.out 2>linked.err) || fail "a link of a temporary name: $(cat linked.err)"
rm -r linked
mkdir linked
ln -s "$work/victim" linked/log.txt
(run linked >linked.out 2>linked.err)
[ "$?" -eq 1 ] && grep -q "linked/log.txt" linked.err || fail "a link in place of the log"
[ "$(cat victim)" = precious ] || fail "a link was written through"

[ "$failures" -eq 0 ] && echo "one run at a time in a folder"
exit $((failures > 0))
