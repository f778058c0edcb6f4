#!/usr/bin/env bash
# Coverage-guided fuzzing of everything that gvm-rs reads from outside.
#
#   bash fuzz/run.sh [--bounded] [--seconds N] [--keep] [TARGET...]
#
#   --bounded     replays the kept corpus and fuzzes each target for 2 s: for CI
#   --seconds N   seconds of fuzzing per target (default 60)
#   --keep        afterwards adds to the kept corpus what reaches code that it does not reach
#   TARGET        a file in fuzz/fuzz_targets without its .rs; all of them but `planted` if none is named. `planted`
#                 is the control: it has a bug that must be found, from nothing, so its exit code is 1
#
# It needs a C++ compiler (the engine is libFuzzer, from the crate libfuzzer-sys) and no nightly toolchain: the
# flags below are what `cargo fuzz` passes, without the address sanitizer. Findings lie in
# fuzz/target/artifacts/TARGET; what the fuzzer collects besides the kept corpus in fuzz/target/corpus/TARGET.
# The last line has the figures. Exit code: 0 without a finding, 1 with one, 2 for wrong usage.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
triple=$(rustc -vV | sed -n 's/^host: //p')
binaries=target/$triple/release
work=target/corpus
artifacts=target/artifacts
seconds=60
keep=false
targets=()

main() {
  arguments "$@"
  build
  local target failed=() before
  cpu_of_children
  before=$cpu
  runs=0
  for target in "${targets[@]}"; do
    fuzz "$target" || failed+=("$target")
  done
  cpu_of_children
  [[ $keep == false || ${#failed[@]} -gt 0 ]] || for target in "${targets[@]}"; do extend "$target"; done
  printf 'fuzz: %d targets, %d inputs, %d s of CPU, %d findings%s\n' \
    "${#targets[@]}" "$runs" "$((cpu - before))" "${#failed[@]}" "${failed[*]:+: ${failed[*]}}"
  [[ ${#failed[@]} -eq 0 ]]
}

arguments() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --bounded) seconds=2 ;;
      --seconds)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage "--seconds needs a number"
        seconds=$2
        shift
        ;;
      --keep) keep=true ;;
      -*) usage "no such option: $1" ;;
      *)
        [[ -f fuzz_targets/$1.rs ]] || usage "no such target: $1"
        targets+=("$1")
        ;;
    esac
    shift
  done
  local file
  [[ ${#targets[@]} -gt 0 ]] || for file in fuzz_targets/*.rs; do
    [[ $file == */planted.rs ]] || targets+=("$(basename "$file" .rs)")
  done
}

usage() {
  printf 'fuzz/run.sh: %s\n' "$1" >&2
  exit 2
}

# Instruments every crate: counters at every edge, and comparisons that the engine can look into.
build() {
  local flags=(-Cpasses=sancov-module -Ccodegen-units=1 --cfg fuzzing)
  local pass
  for pass in level=4 inline-8bit-counters pc-table trace-compares; do
    flags+=("-Cllvm-args=-sanitizer-coverage-$pass")
  done
  local bins=() target
  for target in "${targets[@]}"; do bins+=(--bin "$target"); done
  # With a target named, build scripts and macros are left uninstrumented.
  RUSTFLAGS="${flags[*]}" cargo build --quiet --locked --release --target "$triple" "${bins[@]}"
}

# Replays the kept corpus, then goes on from it and from what earlier runs collected.
fuzz() {
  local target=$1 log
  mkdir -p "$work/$target" "$artifacts/$target"
  log=$artifacts/$target.log
  local options=(-artifact_prefix="$artifacts/$target/" -rss_limit_mb=1024 -malloc_limit_mb=256 -timeout=10
    -max_len=8192 -max_total_time="$seconds" -print_final_stats=1)
  [[ ! -f dictionaries/$target ]] || options+=(-dict="dictionaries/$target")
  local corpora=()
  [[ ! -d corpus/$target ]] || corpora=("$work/$target" "corpus/$target")
  if "$binaries/$target" "${options[@]}" ${corpora[@]+"${corpora[@]}"} >"$log" 2>&1; then
    local inputs
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    runs=$((runs + inputs))
    printf '%-16s %9d inputs, %s\n' "$target" "$inputs" "$(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -n 1)"
  else
    printf '%-16s FOUND SOMETHING: see fuzz/%s\n' "$target" "$log" >&2
    tail -n 40 "$log" >&2
    return 1
  fi
}

# Adds to the kept corpus the fewest inputs that reach what it does not reach yet.
extend() {
  local target=$1
  "$binaries/$target" -merge=1 -max_len=1024 "corpus/$target" "$work/$target" >"$artifacts/$target.merge" 2>&1
}

# Sets `cpu` to the user and system time of all children so far, in whole seconds. A subshell would say 0.
cpu_of_children() {
  times >target/times
  cpu=$(awk 'NR == 2 { gsub(/[ms]/, " "); print int($1 * 60 + $2 + $3 * 60 + $4) }' target/times)
}

main "$@"
