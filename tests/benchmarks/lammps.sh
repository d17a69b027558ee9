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

# Both print million atom-steps/s and what share of its cores' time the program had, in percent.
run_lammps() { # ranks
  local launch=()
  [ "$1" -eq 1 ] || launch=("$mpiexec" --oversubscribe --bind-to none -n "$1")
  "${launch[@]}" "$lammps" -in lammps.in -log none -var n "$cells" -var steps "$steps" -var style "$style" \
    >"$work/lammps.out" 2>&1 || { tail -n 20 "$work/lammps.out" >&2; exit 1; }
  awk '/^Loop time of/ { rate = 1e-6 * $9 * $12 / $4 } / CPU use with / { share = 0 + $1 }
       END { printf "%.4f %.0f", rate, share }' "$work/lammps.out"
}

run_glassband() { # ranks, threads, precision, kernel if not the one asked for
  local kernel=${4:-${KERNEL:-}}
  local launch=()
  [ "$1" -eq 1 ] || launch=("$mpiexec" --oversubscribe --bind-to none -n "$1")
  "${launch[@]}" "$glassband" bench atomistic --quiet --atoms "$atoms" --steps "$steps" \
    --repeat 1 --threads "$2" --precision "$3" ${kernel:+--kernel "$kernel"} \
    --json "$work/result.json" >"$work/glassband.out" 2>&1 ||
    { tail -n 20 "$work/glassband.out" >&2; exit 1; }
  awk -F '[:,\t]+' '$2 == "\"atom_steps_per_s\"" { rate = 1e-6 * $3 }
                    $2 == "\"processor_share\"" { share = 100 * $3 }
                    END { printf "%.4f %.0f", rate, share }' "$work/result.json"
}

# One column of rates per case; each round runs all of them, so that a change of the machine's
# speed meets all alike.
cases=(lammps mixed double mixed_avx2 mixed_2_threads mixed_2_ranks lammps_2_ranks)
narrow=avx2
grep -q -w avx2 /proc/cpuinfo 2>/dev/null || narrow=portable
echo "$atoms atoms, $steps steps of NPT at 1600 K; million atom-steps/s"
echo "(in brackets: share of its cores' time that the program had; less than 100 %: others took it)"
echo "LAMMPS: $style, $("$lammps" -help 2>/dev/null | grep -m 1 -o 'Simulator - .*' || true)"
printf "%-8s$(printf '   %%-15s%.0s' "${cases[@]}")\n" round "${cases[@]/avx2/$narrow}"
for ((round = 1; round <= rounds; round++)); do
  results="$(run_lammps 1) $(run_glassband 1 1 mixed) $(run_glassband 1 1 double)"
  results="$results $(run_glassband 1 1 mixed "$narrow") $(run_glassband 1 2 mixed)"
  results="$results $(run_glassband 2 1 mixed) $(run_lammps 2)"
  echo "$results" >>"$work/results"
  # shellcheck disable=SC2086 # two numbers per case
  printf "%-8s$(printf ' %%9s (%%3s %%%%)%.0s' "${cases[@]}")\n" "$round" $results
done
echo "kernel of the last run: $(sed -n 's/^kernel: *//p' "$work/glassband.out")"

awk -v rounds="$rounds" -v narrow="$narrow" '
  function sort_column(c,   i, j, t) {
    for (i = 2; i <= rounds; i++)
      for (j = i; j > 1 && rate[c, j - 1] > rate[c, j]; j--) {
        t = rate[c, j]; rate[c, j] = rate[c, j - 1]; rate[c, j - 1] = t
      }
  }
  function median(c) { return (rate[c, int((rounds + 1) / 2)] + rate[c, int(rounds / 2) + 1]) / 2 }
  function ratio(name, a, b) {
    printf "%-42s %8.2f %8.2f\n", name, rate[a, rounds] / rate[b, rounds], median(a) / median(b)
  }
  # columns 1 to 7: rates as measured; 8 to 10: the first three per second of processor time
  { for (c = 1; c <= 7; c++) { rate[c, NR] = $(2 * c - 1); share = $(2 * c)
      if (c <= 3) rate[c + 7, NR] = share > 0 ? 100 * rate[c, NR] / share : rate[c, NR] } }
  END {
    for (c = 1; c <= 10; c++) sort_column(c)
    best = "best    "; middle = "median  "
    for (c = 1; c <= 7; c++) {
      best = best sprintf(" %9.4f        ", rate[c, rounds])
      middle = middle sprintf(" %9.4f        ", median(c))
    }
    print best "\n" middle
    printf "\n%-42s %8s %8s\n", "ratio", "best", "median"
    ratio("mixed / LAMMPS, one core", 2, 1)
    ratio("double / LAMMPS, one core", 3, 1)
    ratio("mixed with " narrow " / LAMMPS, one core", 4, 1)
    ratio("mixed / LAMMPS, per processor time", 9, 8)
    ratio("double / LAMMPS, per processor time", 10, 8)
    ratio("2 threads / 1 thread", 5, 2)
    ratio("2 ranks / 1 rank", 6, 2)
    ratio("2 ranks / 1 rank of LAMMPS", 7, 1)
    ratio("mixed / LAMMPS, both on 2 ranks", 6, 7)
  }' "$work/results"
