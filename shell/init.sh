# shellcheck shell=sh disable=SC2154
# Puts gvm-rs's one directory first on PATH; for sh, dash, bash and zsh.
# `gvm-rs init` prints two assignments, __gvm_rs_bin and __gvm_rs_home (empty: the default root),
# in front of this. It starts no process, may be read any number of times, and never sets GOROOT:
# an exported GOROOT would outlive the next switch.
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
export PATH="$__gvm_rs_bin${__gvm_rs_path:+:$__gvm_rs_path}"
if [ -n "${__gvm_rs_home:-}" ]; then
  export GVM_RS_HOME="$__gvm_rs_home"
fi
unset __gvm_rs_bin __gvm_rs_home __gvm_rs_path
