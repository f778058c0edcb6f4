# shellcheck shell=bash
# Sourced by demo.sh and run.sh: the programs they need, and the Debian packages that carry them.

# need_programs PROGRAM=PACKAGE...: installs the packages of missing programs when root on a Debian;
# otherwise names them, with the line to type, and fails.
need_programs() {
  local pair packages=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || packages+=("${pair#*=}")
  done
  [ "${#packages[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    printf 'missing: %s\n  sudo apt-get install %s\n' "${packages[*]}" "${packages[*]}" >&2
    return 1
  fi
  printf 'installing from Debian: %s\n' "${packages[*]}" >&2
  apt_get update && apt_get install -y --no-install-recommends "${packages[@]}"
}

# Debian's servers and its lock are at times busy for a moment.
apt_get() {
  local pause
  for pause in 2 5 0; do
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 "$@" >&2 && return 0
    sleep "$pause"
  done
  return 1
}

# No script of ours gets Rust by itself: which Rust a machine uses is its owner's choice.
need_cargo() {
  command -v cargo >/dev/null && return 0
  cat >&2 <<'TEXT'
missing: cargo (Rust 1.89 or newer)
  https://rustup.rs shows how to get it; on Debian 13 and newer also
  apt-get install rustup && rustup default stable
TEXT
  return 1
}
