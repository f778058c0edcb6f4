# shellcheck shell=sh disable=SC2154
# Puts gvm-rs's one directory first on PATH, and the directory of installed tools last where it is not on
# it; for sh, dash, bash and zsh.
# `gvm-rs init` prints assignments in front of this: __gvm_rs_status (what `$?` was), __gvm_rs_bin,
# __gvm_rs_home (empty: the default root) and __gvm_rs_tools (where `go install` puts programs unless GOBIN
# or GOPATH say otherwise; empty: leave that alone). It starts no process, may be read any number of times,
# says nothing, and never sets GOROOT: an exported GOROOT would outlive the next switch.
__gvm_rs_init() {
  unset -f __gvm_rs_init
  __gvm_rs_path=":${PATH:-}:"
  while :; do
    case "$__gvm_rs_path" in
      *":$__gvm_rs_bin:"*)
        __gvm_rs_path="${__gvm_rs_path%%":$__gvm_rs_bin:"*}:${__gvm_rs_path#*":$__gvm_rs_bin:"}"
        ;;
      *) break ;;
    esac
  done
  __gvm_rs_path="${__gvm_rs_path#:}"
  __gvm_rs_path="${__gvm_rs_path%:}"
  # An empty element would mean the current directory.
  PATH="$__gvm_rs_bin${__gvm_rs_path:+:$__gvm_rs_path}"
  if [ -n "$__gvm_rs_tools" ]; then
    if [ -n "${GOBIN:-}" ]; then
      __gvm_rs_tools="$GOBIN"
    elif [ -n "${GOPATH:-}" ]; then
      __gvm_rs_tools="${GOPATH%%:*}/bin"
    fi
    case "$__gvm_rs_tools" in
      # What is no single directory, or another one wherever one is.
      *:* | [!/]*) ;;
      *)
        case ":$PATH:" in
          *":$__gvm_rs_tools:"*) ;;
          *) PATH="$PATH:$__gvm_rs_tools" ;;
        esac
        ;;
    esac
  fi
  export PATH
  if [ -n "$__gvm_rs_home" ]; then
    export GVM_RS_HOME="$__gvm_rs_home"
  fi
  unset __gvm_rs_bin __gvm_rs_home __gvm_rs_tools __gvm_rs_path __gvm_rs_status
  return "$1"
}
# What was before stays in `$?`, unless `set -e` would take it for a failure of this.
case $- in
  *e*) __gvm_rs_init 0 ;;
  *) __gvm_rs_init "$__gvm_rs_status" ;;
esac
