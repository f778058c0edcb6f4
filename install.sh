#!/bin/sh
trap 'echo "install.sh: not all of it arrived; download it again" >&2; exit 1' EXIT
# Installs gvm-rs, built from this checkout or downloaded; replaces an older one in a single step.
#
#     sh install.sh [--to DIR] [--from URL] [--setup | --no-setup]
#
#   --to DIR      where to; default $GVM_RS_BIN_DIR, else ~/.local/bin
#   --from URL    a directory of releases: https://, file:// or a path; default $GVM_RS_RELEASE_URL; none: builds with cargo
#   --setup       runs `gvm-rs setup --yes` afterwards; otherwise it is offered where there is a terminal
#   --no-setup    leaves the shells' files alone
#
# A directory of releases holds a program for each platform, named as Go names platforms (gvm-rs-linux-amd64,
# gvm-rs-darwin-arm64), and SHA256SUMS, as sha256sum writes it.
set -eu

script=$0

main() {
  to=${GVM_RS_BIN_DIR:-} release=${GVM_RS_RELEASE_URL:-} setup=offer
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --to | --from)
        [ "$#" -ge 2 ] || fail "$1 needs a value"
        if [ "$1" = --to ]; then to=$2; else release=$2; fi
        shift
        ;;
      --to=*) to=${1#--to=} ;;
      --from=*) release=${1#--from=} ;;
      --setup) setup=yes ;;
      --no-setup) setup=no ;;
      -h | --help)
        echo "usage: sh install.sh [--to DIR] [--from URL] [--setup | --no-setup]"
        echo "  --to: default \$GVM_RS_BIN_DIR, else ~/.local/bin; --from: default \$GVM_RS_RELEASE_URL, else builds"
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

  if [ -n "$release" ]; then
    check_release
  else
    build
  fi
  install_to "$to"
  finish "$to"
}

build() {
  repo=$(CDPATH='' cd -- "$(dirname -- "$script")" && pwd)
  # Read from a pipe this script is called `sh`, and where it is run may be the checkout of anything.
  if [ ! -f "$repo/install.sh" ] || [ ! -f "$repo/Cargo.toml" ]; then
    fail "name the releases with --from URL, or run this from a checkout of gvm-rs"
  fi
  command -v cargo >/dev/null ||
    fail "cargo is missing: gvm-rs is built with Rust 1.89 or newer (https://rustup.rs shows how to get it)"
  target=${CARGO_TARGET_DIR:-$repo/target}
  echo "building gvm-rs (a minute or two)"
  # In the checkout, so that its toolchain file and cargo configuration count.
  (cd -- "$repo" && cargo build --release --locked --target-dir "$target")
  built=$target/release/gvm-rs
}

# Everything that can be known to be missing, before anything is begun.
check_release() {
  case "$release" in
    https://?*) protocol=https ;;
    http://127.0.0.1[:/]* | http://localhost[:/]* | http://\[::1\][:/]*) protocol=http ;;
    file:///*) protocol='' release=${release#file://} ;;
    *://*) fail "cannot download from $(shown): it has to be https://, file:// or a path" ;;
    /*) protocol='' ;;
    *) protocol='' release=$PWD/$release ;;
  esac
  if [ -n "$protocol" ] && ! has curl && ! has wget; then
    fail "curl or wget is needed to download gvm-rs"
  fi
  has sha256sum || has shasum || has openssl ||
    fail "sha256sum, shasum or openssl is needed to check what is downloaded"
  name=gvm-rs-$(platform)
}

# As Go names it: linux-amd64.
platform() {
  system=$(uname -s | tr '[:upper:]' '[:lower:]')
  machine=$(uname -m)
  case "$machine" in
    x86_64) machine=amd64 ;;
    aarch64) machine=arm64 ;;
    i?86) machine=386 ;;
    armv6* | armv7* | armv8l) machine=armv6l ;;
    loongarch64) machine=loong64 ;;
  esac
  printf '%s-%s' "$system" "$machine"
}

# Beside the final name first, then one rename: whoever runs gvm-rs meanwhile has the old one or the new one.
install_to() {
  # What is made is for everybody to read and for nobody else to write, whatever the mask of whoever installs.
  umask 022
  mkdir -p "$1"
  [ ! -d "$1/gvm-rs" ] || fail "$1/gvm-rs is a directory"
  draft=$1/.gvm-rs.$$
  mkdir "$draft" || fail "cannot write to $1"
  trap 'rm -rf "$draft"' EXIT
  trap 'exit 130' INT TERM HUP
  if [ -n "$release" ]; then
    download
  else
    cp "$built" "$draft/gvm-rs"
  fi
  chmod 755 "$draft/gvm-rs"
  version=$("$draft/gvm-rs" --version) || fail "the new gvm-rs does not run in $1"
  case "$version" in
    "gvm-rs "*) ;;
    *) fail "what came is not gvm-rs" ;;
  esac
  # Without it a power cut could leave an empty file under the name; not every sync takes a file.
  sync "$draft/gvm-rs" 2>/dev/null || :
  mv -f "$draft/gvm-rs" "$1/gvm-rs"
  rm -rf "$draft"
  trap - EXIT
}

download() {
  echo "downloading $name from $(shown)"
  fetch SHA256SUMS 1048576 || fail "cannot read SHA256SUMS from $(shown)"
  expected=$(listed) || fail "$(shown) has no $name: there is no release for this platform"
  fetch "$name" 100000000 || fail "cannot download $name from $(shown)"
  found=$(sha256 "$draft/$name")
  [ "$found" = "$expected" ] || fail "$name is not the release: its sha256 is $found, and $expected is right"
  mv "$draft/$name" "$draft/gvm-rs"
}

# fetch FILE BYTES: from the releases into the draft, unless it is longer. curl is asked first: unlike wget it follows no
# redirect to plain http, and can tell.
fetch() {
  query=''
  case "$release" in
    *\?*) query="?${release#*\?}" ;;
  esac
  place=${release%%\?*}
  place=${place%/}/$1
  if [ -z "$protocol" ]; then
    cp "${release%/}/$1" "$draft/$1"
  elif has curl; then
    curl -fsSL --proto "=$protocol" --proto-redir "=$protocol" --connect-timeout 20 --speed-limit 1000 \
      --speed-time 60 --retry 3 --max-filesize "$2" -o "$draft/$1" "$place$query"
  else
    wget -q -T 60 -O "$draft/$1" "$place$query"
  fi
}

# The sha256 that SHA256SUMS has for the program.
listed() {
  while read -r sum file; do
    if [ "${file#\*}" = "$name" ]; then
      case "${#sum}$sum" in
        64*[!0-9a-f]*) return 1 ;;
        64*) printf '%s' "$sum" && return ;;
        *) return 1 ;;
      esac
    fi
  done <"$draft/SHA256SUMS"
  return 1
}

sha256() {
  if has sha256sum; then
    sum=$(sha256sum <"$1")
  elif has shasum; then
    sum=$(shasum -a 256 <"$1")
  else
    sum=$(openssl dgst -sha256 -r <"$1")
  fi
  printf '%s' "${sum%% *}"
}

finish() {
  echo "installed: $1/gvm-rs ($version)"
  case ":${PATH:-}:" in
    *":$1:"*) command=gvm-rs ;;
    *)
      command=$(quoted "$1/gvm-rs")
      echo "note: $1 is not on PATH; put it there, or type the whole name for now"
      ;;
  esac
  if set_up "$1/gvm-rs"; then
    printf '\nnext, in a new shell:\n  %s use latest && go version\n' "$command"
  else
    next_steps
  fi
}

# It shows what it would write, and asks.
set_up() {
  if [ "$setup" = no ] || ! "$1" setup --help >/dev/null 2>&1; then
    return 1
  elif [ "$setup" = yes ]; then
    "$1" setup --yes || fail "gvm-rs is installed, and \`gvm-rs setup\` failed"
  elif [ -t 1 ] && (: </dev/tty) 2>/dev/null; then
    # Standard input may be this script.
    "$1" setup </dev/tty
  else
    return 1
  fi
}

next_steps() {
  cat <<TEXT

next, at the end of the file your shell reads:
  bash  ~/.bashrc                   eval "\$($command init bash)"
  zsh   ~/.zshrc                    eval "\$($command init zsh)"
  fish  ~/.config/fish/config.fish  $command init fish | source
then, in a new shell:
  $command use latest && go version
TEXT
}

# The address without a password or token.
shown() {
  case "$release" in
    *://*@*) printf '%s://%s' "${release%%://*}" "${release##*@}" ;;
    *) printf '%s' "$release" ;;
  esac | sed 's/?.*/?.../'
}

has() {
  command -v "$1" >/dev/null 2>&1
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

# A download that was cut off ends before the brace: it is no whole command, runs nothing, and fails by the trap above.
{
  trap - EXIT
  main "$@"
  exit
}
