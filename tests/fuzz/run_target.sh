#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run_target.sh SECONDS PROGRAM: one fuzz target, from its seeds and from what earlier runs here found. `./dev fuzz` calls it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=$1 program=$2
name=$(basename "$program")
found=build/fuzz/corpus/$name log=build/fuzz/$name.log seeds=tests/fuzz/corpus/$name
mkdir -p "$found" build/fuzz/findings

arguments=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
    -artifact_prefix="build/fuzz/findings/$name-")
# What guards main must not be a lottery: there the same inputs are tried each time, from the seeds alone.
[[ -z ${CI:-} ]] || arguments+=(-seed=1)
dictionary=tests/fuzz/dictionaries/$name.dict
[[ ! -e $dictionary ]] || arguments+=(-dict="$dictionary")

if "$program" "${arguments[@]}" "$found" "$seeds" >"$log" 2>&1; then
    printf '%-32s no finding in %s executions\n' "$name" "$(awk '/number_of_executed_units/ { print $2 }' "$log")"
else
    tail -n 60 "$log"
    printf '%-32s FINDING, its input is in build/fuzz/findings/, the log is %s\n' "$name" "$log"
    exit 1
fi
