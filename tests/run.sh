#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test of the project.
#
#   bash tests/run.sh                    everything
#   bash tests/run.sh -R verify          only the release build, with these options for ctest
#
# Everything is: the format check; build-sanitize/ (AddressSanitizer, UndefinedBehaviorSanitizer)
# with the unit tests; build/ (Release) with all tests, whose ctest summary comes last. The exit code
# is not 0 if anything fails. GLASSBAND_WERROR=ON makes warnings errors.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cores=$(nproc)
failed=()
export TMPDIR # where tests put their folders
TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT

configure_and_build() { # folder, cmake options
  local folder=$1
  shift
  mkdir -p "$folder"
  if ! { cmake -S "$root" -B "$folder" -G Ninja -DGLASSBAND_TESTS=ON \
           -DGLASSBAND_WERROR="${GLASSBAND_WERROR:-OFF}" "$@" &&
         cmake --build "$folder"; } >"$folder/build.log" 2>&1; then
    tail -n 40 "$folder/build.log" >&2
    echo "tests: building $folder failed; the whole log: $folder/build.log" >&2
    return 1
  fi
  echo "   built $folder ($SECONDS s so far)"
}

check_format() { # other versions of clang-format break lines elsewhere, so only this one is asked
  if ! command -v clang-format >/dev/null || ! clang-format --version | grep -q 'version 14\.'; then
    echo "== format: skipped, clang-format 14 is not installed"
    return
  fi
  echo "== format"
  (cd "$root" && find src atomistic mesoscale tests -name '*.[ch]' -print0 |
     xargs -0 clang-format --dry-run --Werror) || failed+=(format)
}

check_sanitized() {
  echo "== sanitized build and unit tests"
  # Instrumented code draws warnings that mean nothing, so they are never errors here.
  configure_and_build "$root/build-sanitize" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_FLAGS_DEBUG="-O1 -g" -DGLASSBAND_SANITIZE=ON -DGLASSBAND_WERROR=OFF
  # Leaks are not counted: OpenMPI and PETSc keep memory to the end of the process.
  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
    ctest --test-dir "$root/build-sanitize" -R '^unit\.' --no-tests=error --output-on-failure \
    -j "$cores" || failed+=("unit tests under sanitizers")
}

echo "== packages"
bash "$root/inputs/quickstart/packages.sh"

if [ $# -eq 0 ]; then
  check_format
  check_sanitized
fi

echo "== release build and all tests"
configure_and_build "$root/build" -DCMAKE_BUILD_TYPE=Release
ctest --test-dir "$root/build" --no-tests=error --output-on-failure -j "$cores" "$@" ||
  failed+=("tests")

if [ ${#failed[@]} -gt 0 ]; then
  printf 'tests: FAILED: %s\n' "${failed[@]}" >&2
  exit 1
fi
