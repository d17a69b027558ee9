#!/usr/bin/env python3
"""Puts the faults of faults.py into a scratch copy, one at a time, and says which ones no test sees.

    python3 tests/mutation/mutate.py            all of them (some half an hour on two cores)
    python3 tests/mutation/mutate.py -k rates   only those whose name or file matches
    python3 tests/mutation/mutate.py --list     the table
    python3 tests/mutation/mutate.py --check    whether each fault still finds its place; no build

The copy and its build folder stay in --scratch and are brought up to date by the next call. The
tests of a fault run first without it: one that fails there is an error, not a catch. A hang is a
catch. Exit status 1: less than --least of the faults were caught or explained, or the table is
out of date.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from faults import FAULTS  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
NINJA = threading.Lock()
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS="1", OMP_WAIT_POLICY="passive",
                   OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")


class Broken(Exception):
    """The table, the build or the tests are at fault, not the program."""


# --- The table ------------------------------------------------------------------------------------


def find(pattern):
    return [f for f in FAULTS if re.search(pattern, f.name) or re.search(pattern, f.file)]


def apply(fault, root):
    path = root / fault.file
    text = path.read_text() if path.is_file() else ""
    if text.count(fault.old) != 1:
        raise Broken(f"{fault.name}: expected its text once in {fault.file}, found it "
                     f"{text.count(fault.old)} times: {fault.old!r}")
    if fault.old == fault.new:
        raise Broken(f"{fault.name}: changes nothing")
    return path, text, text.replace(fault.old, fault.new)


def check(faults):
    names, stale = set(), 0
    for fault in faults:
        try:
            apply(fault, ROOT)
            if fault.name in names:
                raise Broken(f"{fault.name}: two faults have this name")
            names.add(fault.name)
        except Broken as why:
            print(f"stale: {why}")
            stale += 1
    print(f"{len(faults)} faults, {stale} out of date")
    return stale == 0


# --- The scratch copy -----------------------------------------------------------------------------


def copy_tree(tree):
    """Only what differs is written, so that the next build is short."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"],
                            check=True, capture_output=True).stdout.decode().split("\0")
    wanted = {name for name in listed if name and (ROOT / name).is_file()}
    for name in wanted:
        source, target = ROOT / name, tree / name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    for path in [p for p in tree.rglob("*") if p.is_file()]:
        if str(path.relative_to(tree)) not in wanted:
            path.unlink()


def run(command, limit=None):
    """(exit status or None if it took longer than `limit` seconds, output)"""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env=ENVIRONMENT, start_new_session=True)
    try:
        return process.communicate(timeout=limit)[0], process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0], None


def program_of(test):
    """As gb_add_test names it."""
    return "test_" + re.sub(r"\.np\d+$", "", test).replace(".", "_")


class Bench:
    def __init__(self, scratch):
        self.tree, self.build = scratch / "tree", scratch / "build"
        self.times, self.targets_of = {}, {}

    def set_up(self):
        self.tree.mkdir(parents=True, exist_ok=True)
        copy_tree(self.tree)
        output, code = run(["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Ninja"])
        if code != 0:
            raise Broken(f"cmake failed:\n{output[-2000:]}")

    def targets(self, tests):
        """What the tests need to be built."""
        if tests not in self.targets_of:
            output, code = run(["ctest", "--test-dir", str(self.build), "-R", tests,
                                "--show-only=json-v1"])
            listed = json.loads(output[output.index("{"):])["tests"] if code == 0 else []
            if not listed:
                raise Broken(f"no test matches {tests}")
            names = set()
            for test in listed:  # what is not built yet has no command
                words = test.get("command") or [str(self.build / program_of(test["name"]))]
                names |= {os.path.basename(w) for w in words
                          if w.startswith(str(self.build) + "/")}
            self.targets_of[tests] = sorted(names)
        return self.targets_of[tests]

    def compile(self, tests):
        targets = self.targets(tests)
        with NINJA:
            return run(["cmake", "--build", str(self.build), "-j", "2", "--target", *targets])

    def test(self, tests, limit=None):
        """(seconds, exit status, names of tests that failed)"""
        start = time.time()
        output, code = run(["ctest", "--test-dir", str(self.build), "-R", tests,
                            "--stop-on-failure", "-j", "1"], limit)
        failed = re.findall(r"^\s*\d+ - (\S+) \(", output, re.M)
        return time.time() - start, code, failed

    def baseline(self, tests):
        """Seconds that the tests take without a fault."""
        if tests not in self.times:
            output, code = self.compile(tests)
            if code != 0:
                raise Broken(f"the program without a fault does not build:\n{output[-2000:]}")
            seconds, code, failed = self.test(tests)
            if code != 0:
                raise Broken(f"{tests}: fails without a fault: {' '.join(failed)}")
            self.times[tests] = seconds
        return self.times[tests]

    def judge(self, fault):
        """caught, survived or explained; and by what"""
        limit = 60 + 4 * self.baseline(fault.tests)
        path, text, changed = apply(fault, self.tree)
        try:
            path.write_text(changed)
            output, code = self.compile(fault.tests)
            if code != 0:
                raise Broken(f"{fault.name}: does not compile:\n{output[-1500:]}")
            _, code, failed = self.test(fault.tests, limit)
        finally:
            path.write_text(text)
        if code is None:
            return "caught", f"still running after {limit:.0f} s"
        if code != 0:
            return "caught", " ".join(failed)
        return ("explained", fault.reason) if fault.reason else ("survived", "")


# --- The run --------------------------------------------------------------------------------------


def run_group(bench, faults, results):
    """One worker; each group has its own part of the program and its own tests."""
    for fault in faults:
        try:
            results[fault.name] = bench.judge(fault)
        except Broken as why:
            results[fault.name] = ("error", str(why))
        verdict, by = results[fault.name]
        print(f"{verdict:9}  {fault.name}: {by}", flush=True)


def run_all(bench, faults, results, parallel):
    """The two tiers know nothing of each other: their faults may stand at the same time."""
    tiers = [[f for f in faults if f.file.startswith(tier)] for tier in ("atomistic", "mesoscale")]
    rest = [f for f in faults if f not in tiers[0] and f not in tiers[1]]
    workers = [threading.Thread(target=run_group, args=(bench, tier, results)) for tier in tiers]
    for worker in workers:
        worker.start()
        if not parallel:
            worker.join()
    for worker in workers:
        worker.join()
    run_group(bench, rest, results)


def report(faults, results):
    print("\n| fault | file | change | verdict | by or why |\n|---|---|---|---|---|")
    for f in faults:
        verdict, by = results[f.name]
        old, new = (" ".join(t.split()).replace("|", "\\|") for t in (f.old, f.new))
        print(f"| {f.name} | {f.file} | `{old}` → `{new}` | {verdict} | {by} |")
    count = {v: sum(r[0] == v for r in results.values())
             for v in ("caught", "survived", "explained", "error")}
    print(f"\ncaught {count['caught']}, survived {count['survived']}, explained "
          f"{count['explained']} of {len(faults)}; errors {count['error']}")
    for f in faults:
        if results[f.name][0] in ("survived", "error"):
            print(f"  {results[f.name][0]}: {f.name} {results[f.name][1]}")
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-k", default="", metavar="REGEX", help="only faults of this name or file")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--one-at-a-time", action="store_true",
                        help="not one fault of each tier at once")
    parser.add_argument("--least", type=float, default=95.0, help="per cent (95)")
    parser.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path(
        tempfile.gettempdir()) / f"glassband-mutation-{os.getuid()}")
    options = parser.parse_args()
    faults = find(options.k)
    if not faults:
        sys.exit(f"no fault matches {options.k}")
    if options.list:
        for f in faults:
            print(f"{f.name}\t{f.file}\t{f.tests}" + (f"\t{f.reason}" if f.reason else ""))
        return 0
    if not check(faults):
        return 1
    if options.check:
        return 0
    bench, results = Bench(options.scratch.resolve()), {}
    bench.set_up()
    run_all(bench, faults, results, not options.one_at_a_time)
    count = report(faults, results)
    good = 100.0 * (count["caught"] + count["explained"]) >= options.least * len(faults)
    return 0 if good and count["error"] == 0 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Broken as why:
        sys.exit(str(why))
