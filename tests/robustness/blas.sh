#!/usr/bin/env bash
# The kernels that OpenBLAS takes for the processor at hand must not change results: a sample with
# local moduli rests, is cycled and loaded again with those of several processors. Enough events that
# last bits grow to other events: with the vectors of PETSc as they are this fails.
#
#   bash tests/robustness/blas.sh GLASSBAND ROOT
#
# Where another BLAS is installed the variable does nothing, and there is nothing to compare.
set -euo pipefail

glassband=$1 root=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
blas=$(ldd "$glassband" | awk '/libblas/ { print $3; exit }')
case $(readlink -f "$blas") in
  *openblas*) ;;
  *) echo "skipped: BLAS is $blas, not OpenBLAS"; exit 77 ;;
esac

for kernel in Prescott SkylakeX Haswell; do
  OPENBLAS_CORETYPE=$kernel "$glassband" run "$root/inputs/quickstart/quickstart.yaml" \
    --calibration "$root/inputs/calibration/cu64zr36_quickstart.h5" -q --set ensemble.samples=1 \
    --set 'mesoscale.strains_percent=[0]' -o "$work/$kernel" || {
    code=$? # SkylakeX on a processor without AVX-512 ends in SIGILL; the others run anywhere
    [ "$kernel" = SkylakeX ] && [ "$code" -ge 128 ] && continue
    exit "$code"
  }
done
for kernel in SkylakeX Haswell; do
  [ -e "$work/$kernel/hardness/hardness.csv" ] || continue
  for table in hardness/hardness.csv mesoscale/enthalpy.csv; do
    cmp "$work/Prescott/$table" "$work/$kernel/$table" ||
      { echo "FAILED $table depends on the BLAS kernel $kernel"; exit 1; }
  done
done
echo "tables do not depend on the BLAS kernel"
