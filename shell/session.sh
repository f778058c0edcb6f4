# shellcheck shell=sh disable=SC2154
# Makes `gvm-rs shell VERSION` change the shell it is typed in; for sh, dash, bash and zsh, after init.sh.
# `gvm-rs init` prints two assignments in front of this: __gvm_rs_status (what `$?` was) and __gvm_rs_root.
# Only `shell` is done here, and every other word goes to the program. What the program prints is taken for
# the name of a toolchain, never for code. Two exported variables hold what was put first on PATH, by
# `gvm-rs shell` (GVM_RS_SHELL) and by the directory hook (GVM_RS_PROJECT). It starts no process when read.
__gvm_rs_put() {
  PATH="$1${PATH:+:$PATH}"
  export PATH
}

# Only the first of several: the others were there before.
__gvm_rs_drop() {
  case ":${PATH:-}:" in
    *":$1:"*)
      __gvm_rs_path=":$PATH:"
      __gvm_rs_path="${__gvm_rs_path%%":$1:"*}:${__gvm_rs_path#*":$1:"}"
      __gvm_rs_path="${__gvm_rs_path#:}"
      PATH="${__gvm_rs_path%:}"
      export PATH
      unset __gvm_rs_path
      ;;
  esac
}

__gvm_rs_leave() {
  if [ -n "${GVM_RS_PROJECT:-}" ]; then
    __gvm_rs_drop "$GVM_RS_PROJECT"
  fi
  unset GVM_RS_PROJECT
}

__gvm_rs_unset() {
  if [ -n "${GVM_RS_SHELL:-}" ]; then
    __gvm_rs_drop "$GVM_RS_SHELL"
  fi
  unset GVM_RS_SHELL
}

# What comes before `shell` may be flags, as long as none of them has a value.
__gvm_rs_wish() {
  while case "${1:-}" in -*) ;; *) false ;; esac do
    shift
  done
  case "$#:${1:-} ${2:-}" in
    "2:shell --unset") __gvm_rs_wished='unset' ;;
    1:* | *:"shell -h" | *:"shell --help" | *:"shell --name") __gvm_rs_wished= ;;
    *:"shell "*) __gvm_rs_wished='choose' ;;
    *) __gvm_rs_wished= ;;
  esac
}

__gvm_rs_command() {
  __gvm_rs_wish "$@"
  case "$__gvm_rs_wished" in
    unset) __gvm_rs_unset ;;
    choose)
      __gvm_rs_found="$(command gvm-rs "$@" --name)" || return
      # A flag may have asked for something else.
      if [ ! -x "$__gvm_rs_root/versions/$__gvm_rs_found/bin/go" ]; then
        printf '%s\n' "$__gvm_rs_found"
        return
      fi
      __gvm_rs_leave
      __gvm_rs_unset
      export GVM_RS_SHELL="$__gvm_rs_root/versions/$__gvm_rs_found/bin"
      __gvm_rs_put "$GVM_RS_SHELL"
      unset __gvm_rs_found
      ;;
    *) command gvm-rs "$@" ;;
  esac
}

# Where a function may not have such a name, an alias may.
# shellcheck disable=SC3028
case "${BASH_VERSION:-}${ZSH_VERSION:-}:${SHELLOPTS:-}:" in
  :* | *:posix:*) alias gvm-rs=__gvm_rs_command ;;
  *) eval 'gvm-rs() { __gvm_rs_command "$@"; }' ;;
esac

# A shell inside another one: what was chosen by hand stays first, what a directory asked for is asked anew.
__gvm_rs_begin() {
  unset -f __gvm_rs_begin
  unset __gvm_rs_status
  __gvm_rs_leave
  if [ -n "${GVM_RS_SHELL:-}" ]; then
    __gvm_rs_drop "$GVM_RS_SHELL"
    if [ -x "$GVM_RS_SHELL/go" ]; then
      __gvm_rs_put "$GVM_RS_SHELL"
    else
      unset GVM_RS_SHELL
    fi
  fi
  return "$1"
}
__gvm_rs_begin "$__gvm_rs_status" && :
