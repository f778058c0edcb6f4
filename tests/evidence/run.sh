#!/usr/bin/env bash
# The evidence that `go` survives everything: experiments that are too long for `cargo test`, or need too much of the
# machine. Each ends with a line of figures, fails if anything broke, and carries a control that must fail.
#
#     bash tests/evidence/run.sh [NAME…] [--bounded] [--binary PATH] [OPTION…]
#
#     kill    killed, and failed, at every system call that changes something: Linux on x86_64, ptrace of own children
#     power   power cuts on recorded disks, on ext4, xfs and btrfs: root, /dev/fuse, loop devices
#     crowd   32 processes on one root, killed, frozen and in containers: a C compiler
#     full    full disks and odd surroundings: root, loop devices, a C compiler
#     hell    slow and lying servers: loopback only
#     build   a build under a default that flips: real toolchains (PyPI, once)
#     fuzz    whatever is read from outside, fuzzed: a C++ compiler
#
# Without a name all are run. --bounded takes a sample of each, in about a minute. --binary is what is tried; without it
# the release build is made first. Other options go to the one experiment that is named (NAME.py --help lists them).
# Missing Debian packages are installed when root, else named. target/evidence keeps what each printed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/packages.sh
. tests/packages.sh

all=(kill power crowd full hell build fuzz)
names=()
options=()
bounded=()
binary=
logs=target/evidence
file_systems=(mkfs.ext4=e2fsprogs mkfs.xfs=xfsprogs mkfs.btrfs=btrfs-progs)
# Where Debian has mkfs.
PATH+=:/usr/sbin:/sbin

main() {
  arguments "$@"
  [ "${#names[@]}" -gt 0 ] || names=("${all[@]}")
  if [ "${#options[@]}" -gt 0 ] && [ "${#names[@]}" -gt 1 ]; then
    usage "${options[0]} is for one experiment, and ${#names[@]} are to be run"
  fi
  provide_binary
  mkdir -p "$logs"
  local name failed=()
  for name in "${names[@]}"; do
    printf '\n==== %s\n' "$name"
    run "$name" 2>&1 | tee "$logs/$name.log" || failed+=("$name")
  done
  printf '\n==== figures\n'
  for name in "${names[@]}"; do
    tail -n 1 "$logs/$name.log"
  done
  [ "${#failed[@]}" -eq 0 ] || {
    printf 'evidence: failed: %s\n' "${failed[*]}" >&2
    exit 1
  }
}

arguments() {
  while [ "$#" -gt 0 ]; do
    case $1 in
      --bounded) bounded=(--bounded) ;;
      --binary)
        [ -x "${2:-}" ] || usage "--binary needs a program"
        binary=$2
        shift
        ;;
      -h | --help)
        sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
      -*)
        options=("$@")
        break
        ;;
      *)
        [[ " ${all[*]} " == *" $1 "* ]] || usage "no such experiment: $1; there are ${all[*]}"
        names+=("$1")
        ;;
    esac
    shift
  done
}

usage() {
  printf 'run.sh: %s\n' "$1" >&2
  exit 2
}

# What is fuzzed is the library, which is built for it.
provide_binary() {
  [ -z "$binary" ] && [ "${names[*]}" != fuzz ] || return 0
  need_cargo
  cargo build --release --locked
  binary=${CARGO_TARGET_DIR:-target}/release/gvm-rs
}

# run NAME
run() {
  need "$1" || return 1
  case $1 in
    fuzz) bash tests/evidence/fuzz.sh "${bounded[@]}" "${options[@]}" ;;
    *) python3 "tests/evidence/$1.py" --binary "$binary" "${bounded[@]}" "${options[@]}" ;;
  esac
}

need() {
  case $1 in
    kill) need_programs python3=python3 ;;
    power) need_programs python3=python3 strace=strace "${file_systems[@]}" ;;
    crowd) need_programs python3=python3 cc=gcc unshare=util-linux ;;
    full) need_programs python3=python3 cc=gcc "${file_systems[@]}" ;;
    hell) need_programs python3=python3 ;;
    build)
      need_programs python3=python3 pip3=python3-pip &&
        tests/real/make-mirror target/real-mirror 1.26.6 1.27.3
      ;;
    fuzz) need_cargo && need_programs c++=g++ ;;
  esac
}

main "$@"
