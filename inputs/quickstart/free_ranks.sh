#!/usr/bin/env bash
# Prints how many ranks the cores that are free now can carry, at most $1 (default 2), at least 1.
#
#   bash inputs/quickstart/free_ranks.sh [MOST]
#
# Ranks wait for each other by spinning: two on cores of which another process has one take longer
# than one alone (58 against 45 s for the atomistic stage of the quickstart, 22 s on quiet cores), and
# yielding while they wait makes it worse (108 s). Busy is what was busy over one second; processes
# that were niced do not count, since they give way.
set -euo pipefail

most=${1:-2}
ticks() { # busy and all, in clock ticks: user nice system idle iowait irq softirq steal
  awk '/^cpu / { printf "%.0f %.0f\n", $2 + $4 + $7 + $8 + $9,
                   $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9; exit }' /proc/stat
}
if [ ! -r /proc/stat ]; then
  echo 1
  exit
fi
read -r busy all < <(ticks)
sleep 1
read -r busy_later all_later < <(ticks)
awk -v busy=$((busy_later - busy)) -v all=$((all_later - all)) -v cores="$(nproc)" -v most="$most" 'BEGIN {
  free = all > 0 ? cores * (1 - busy / all) : cores
  ranks = int(free + 0.4) # a core that is a little used still is one
  print (ranks < 1 ? 1 : (ranks > most ? most : ranks))
}'
