#!/usr/bin/env bash
# From a bare Debian machine to hardness against prior strain.
#
#   bash inputs/quickstart/run.sh [OUT_DIR]        default: out/quickstart in the repository
#
# Installs what is missing (root or sudo), builds, runs the whole chain on quickstart.yaml, draws the
# report and prints the hardness table. Run again with the same OUT_DIR it reuses finished stages.
# GLASSBAND_RANKS sets the number of MPI ranks (default 2, or 1 on one core); the results do not
# depend on it. The exit code is that of the part that failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "${1:-$root/out/quickstart}"
out=$(cd "${1:-$root/out/quickstart}" && pwd)
build=$root/build

part=start
timings=()
begin() { part=$1; part_start=$SECONDS; echo "== $part"; }
finish() { timings+=("$(printf '%-10s %4d s' "$part" $((SECONDS - part_start)))"); }
on_exit() {
  code=$?
  [ "$code" -eq 0 ] && return
  echo "quickstart: '$part' failed with exit code $code after $SECONDS s" >&2
  [ -f "$out/log.txt" ] && echo "quickstart: log: $out/log.txt" >&2
  [ "$part" = build ] && echo "quickstart: log: $build/build.log" >&2
  exit "$code"
}
trap on_exit EXIT

begin packages
bash "$here/packages.sh"
finish

begin build
mkdir -p "$build"
{ cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release &&
  cmake --build "$build" --target glassband; } >"$build/build.log" 2>&1 ||
  { code=$?; tail -n 30 "$build/build.log" >&2; exit "$code"; }
finish

cd "$root" # paths in the input are looked up from here
begin run
ranks=${GLASSBAND_RANKS:-$(bash "$here/free_ranks.sh" 2)}
echo "ranks: $ranks (GLASSBAND_RANKS=N sets another number)"
# One thread a rank: OpenMPI binds nothing here, so ranks and threads would fight for the cores.
# Root may be all there is in a container, where process_vm_readv is often forbidden too.
export OMP_NUM_THREADS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none
mpiexec --oversubscribe --bind-to none -n "$ranks" \
  "$build/bin/glassband" run "$here/quickstart.yaml" -o "$out"
finish

begin report
"$build/bin/glassband" report "$out"
finish

echo
echo "Hardness against prior plastic strain, before and after thermal cycling ($out/hardness/hardness.csv):"
bash "$here/table.sh" "$out/hardness/hardness.csv"
echo
echo "Figures: $out/report/*.png, all on one page: $out/report/index.html"
echo "Elapsed: $SECONDS s in all:"
printf '  %s\n' "${timings[@]}"
