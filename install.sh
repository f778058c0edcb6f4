#!/bin/sh
# Builds gvm-rs from this checkout and installs it; replaces an older one in a single step.
#
#     sh install.sh [--to DIR]      DIR: default $GVM_RS_BIN_DIR, else ~/.local/bin
set -eu

script=$0

main() {
  to=${GVM_RS_BIN_DIR:-}
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --to)
        [ "$#" -ge 2 ] || fail "--to needs a directory"
        to=$2
        shift
        ;;
      --to=*) to=${1#--to=} ;;
      -h | --help)
        echo "usage: sh install.sh [--to DIR]    (default: \$GVM_RS_BIN_DIR, else ~/.local/bin)"
        return
        ;;
      *) fail "unknown argument: $1 (sh install.sh --help)" ;;
    esac
    shift
  done
  if [ -z "$to" ]; then
    to=${HOME:?is not set: name a directory with --to}/.local/bin
  fi
  case "$to" in
    /*) ;;
    *) to=$PWD/$to ;;
  esac

  build
  install_to "$to"
  next_steps "$to"
}

build() {
  repo=$(CDPATH='' cd -- "$(dirname -- "$script")" && pwd)
  [ -f "$repo/Cargo.toml" ] || fail "run this from a checkout of gvm-rs: there is no $repo/Cargo.toml"
  command -v cargo >/dev/null ||
    fail "cargo is missing: gvm-rs is built with Rust 1.89 or newer (https://rustup.rs shows how to get it)"
  target=${CARGO_TARGET_DIR:-$repo/target}
  echo "building gvm-rs (a minute or two)"
  # In the checkout, so that its toolchain file and cargo configuration count.
  (cd -- "$repo" && cargo build --release --locked --target-dir "$target")
  built=$target/release/gvm-rs
}

# Beside the final name first, then one rename: whoever runs gvm-rs meanwhile has the old one or the new one.
install_to() {
  mkdir -p "$1"
  [ ! -d "$1/gvm-rs" ] || fail "$1/gvm-rs is a directory"
  draft=$1/.gvm-rs.$$
  trap 'rm -f "$draft"' EXIT
  trap 'exit 130' INT TERM HUP
  cp "$built" "$draft"
  chmod 755 "$draft"
  "$draft" --version >/dev/null || fail "the new gvm-rs does not run in $1"
  mv -f "$draft" "$1/gvm-rs"
  trap - EXIT
}

next_steps() {
  echo "installed: $1/gvm-rs"
  case ":${PATH:-}:" in
    *":$1:"*) command=gvm-rs ;;
    *)
      command=$(quoted "$1/gvm-rs")
      echo "note: $1 is not on PATH; put it there, or type the whole name for now"
      ;;
  esac
  cat <<TEXT

next, at the end of the file your shell reads:
  bash  ~/.bashrc                   eval "\$($command init bash)"
  zsh   ~/.zshrc                    eval "\$($command init zsh)"
  fish  ~/.config/fish/config.fish  $command init fish | source
then, in a new shell:
  $command use latest && go version
TEXT
}

# A word that any shell reads back as it is.
quoted() {
  case "$1" in
    *[!A-Za-z0-9_./-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf '%s' "$1" ;;
  esac
}

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

main "$@"
