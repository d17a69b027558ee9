#!/usr/bin/env bash
# Installs the Debian packages that glassband is built, tested and reported with.
#
#   bash inputs/quickstart/packages.sh
#
# Does nothing, quickly, when all are present. Otherwise it needs root or sudo. On a system without
# dpkg it prints the list and leaves the rest to CMake, which names what it does not find.
set -euo pipefail

packages=(
  # build
  gcc libc6-dev cmake ninja-build pkg-config
  # parallel, numerics
  libopenmpi-dev openmpi-bin petsc-dev libsundials-dev libfftw3-dev libgsl-dev
  liblapacke-dev libopenblas0-serial librandom123-dev
  # input, output
  libhdf5-openmpi-dev libcyaml-dev libyaml-dev libcjson-dev libmd-dev
  # tests
  libcmocka-dev
  # report
  python3 python3-h5py python3-matplotlib
)

if ! command -v dpkg-query >/dev/null; then
  echo "packages: this is not a Debian system; glassband needs what these packages hold:"
  echo "  ${packages[*]}"
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "packages: all ${#packages[@]} are installed"
  exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif command -v sudo >/dev/null; then
  as_root=(sudo)
else
  echo "packages: missing: ${missing[*]}" >&2
  echo "packages: to install them this script needs root or sudo, and has neither; ask for" >&2
  echo "          apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "packages: installing ${missing[*]}"
apt_get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
         apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${apt_get[@]}" update &&
       "${apt_get[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "packages: apt-get failed; its last lines are above" >&2
  exit 1
fi
