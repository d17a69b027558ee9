#!/usr/bin/env bash
# Molecular dynamics of LAMMPS and of glassband in turn, on the same system and one core each; then
# glassband on two threads and on two ranks. Prints the rates and their ratios; judges nothing.
#
#   bash tests/benchmarks/lammps.sh [GLASSBAND]        default: build/bin/glassband
#
# From the environment: CELLS=20 (edge of the box, 4 CELLS^3 atoms), STEPS=100, ROUNDS=3,
# LAMMPS=lmp, LAMMPS_STYLE=eam/fs/opt, MPIEXEC=mpiexec, KERNEL= (avx512, avx2 or portable).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
glassband=$(realpath -m "${1:-$root/build/bin/glassband}")
cells=${CELLS:-20} steps=${STEPS:-100} rounds=${ROUNDS:-3}
lammps=${LAMMPS:-lmp} style=${LAMMPS_STYLE:-eam/fs/opt} mpiexec=${MPIEXEC:-mpiexec}
atoms=$((4 * cells * cells * cells))
export OMP_NUM_THREADS=1
if [ "$(id -u)" -eq 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  export OMPI_MCA_btl_vader_single_copy_mechanism=none # containers forbid it
fi

if ! command -v "$lammps" >/dev/null; then
  echo "lammps.sh: found no $lammps. Install the Debian package lammps, or name the program:" >&2
  echo "           LAMMPS=/path/to/lmp bash $0" >&2
  exit 1
fi
if [ ! -x "$glassband" ]; then
  echo "lammps.sh: found no program $glassband; build it or name it as the argument" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here"

run_lammps() { # million atom-steps/s of the last run
  "$lammps" -in lammps.in -log none -var n "$cells" -var steps "$steps" -var style "$style" \
    >"$work/lammps.out" 2>&1 || { tail -n 20 "$work/lammps.out" >&2; exit 1; }
  awk '/^Loop time of/ { rate = 1e-6 * $9 * $12 / $4 } END { printf "%.4f", rate }' \
    "$work/lammps.out"
}

run_glassband() { # ranks, threads, precision: million atom-steps/s
  local launch=()
  [ "$1" -eq 1 ] || launch=("$mpiexec" --oversubscribe --bind-to none -n "$1")
  "${launch[@]}" "$glassband" bench atomistic --quiet --atoms "$atoms" --steps "$steps" \
    --repeat 1 --threads "$2" --precision "$3" ${KERNEL:+--kernel "$KERNEL"} \
    --json "$work/result.json" >"$work/glassband.out" 2>&1 ||
    { tail -n 20 "$work/glassband.out" >&2; exit 1; }
  awk -F '[:,\t]+' '$2 == "\"atom_steps_per_s\"" { printf "%.4f", 1e-6 * $3 }' "$work/result.json"
}

# One column of rates per case; each round runs all of them, so that a change of the machine's
# speed meets all alike.
cases=(lammps mixed double mixed_2_threads mixed_2_ranks)
echo "$atoms atoms, $steps steps of NPT at 1600 K; million atom-steps/s"
echo "LAMMPS: $style, $("$lammps" -help 2>/dev/null | grep -m 1 -o 'Simulator - .*' || true)"
printf '%-8s %17s %17s %17s %17s %17s\n' round "${cases[@]}"
for ((round = 1; round <= rounds; round++)); do
  rates=("$(run_lammps)" "$(run_glassband 1 1 mixed)" "$(run_glassband 1 1 double)"
         "$(run_glassband 1 2 mixed)" "$(run_glassband 2 1 mixed)")
  printf '%-8s %17s %17s %17s %17s %17s\n' "$round" "${rates[@]}" | tee -a "$work/rates"
done
echo "kernel of the last run: $(sed -n 's/^kernel: *//p' "$work/glassband.out")"

awk -v rounds="$rounds" '
  function sort_column(c,   i, j, t) {
    for (i = 2; i <= rounds; i++)
      for (j = i; j > 1 && rate[c, j - 1] > rate[c, j]; j--) {
        t = rate[c, j]; rate[c, j] = rate[c, j - 1]; rate[c, j - 1] = t
      }
  }
  function median(c) { return (rate[c, int((rounds + 1) / 2)] + rate[c, int(rounds / 2) + 1]) / 2 }
  { for (c = 2; c <= 6; c++) rate[c, NR] = $c }
  END {
    for (c = 2; c <= 6; c++) sort_column(c)
    printf "%-8s", "best";   for (c = 2; c <= 6; c++) printf " %17.4f", rate[c, rounds]; print ""
    printf "%-8s", "median"; for (c = 2; c <= 6; c++) printf " %17.4f", median(c); print ""
    printf "\n%-42s %8s %8s\n", "ratio", "best", "median"
    line = "%-42s %8.2f %8.2f\n"
    printf line, "mixed / LAMMPS, one core", rate[3, rounds] / rate[2, rounds], median(3) / median(2)
    printf line, "double / LAMMPS, one core", rate[4, rounds] / rate[2, rounds], median(4) / median(2)
    printf line, "2 threads / 1 thread", rate[5, rounds] / rate[3, rounds], median(5) / median(3)
    printf line, "2 ranks / 1 rank", rate[6, rounds] / rate[3, rounds], median(6) / median(3)
  }' "$work/rates"
