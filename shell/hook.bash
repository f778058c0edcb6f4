# shellcheck shell=bash disable=SC2154
# The directory hook for bash, with session.sh: what a project asks for comes first on PATH while one is in it.
# `gvm-rs init` prints an assignment to __gvm_rs_root in front of this. At each prompt
# it looks with builtins alone whether the answer can be another one, and only then asks the program, which
# prints the name of a toolchain, that of the current one and what to say, and never installs. Directories are
# named relatively, so that no name is read.
__gvm_rs_look() {
  local at=.
  __gvm_rs_state=
  # Where a directory is gone there is nothing above it, however long the name grows.
  until [[ $at -ef / || ${#at} -gt 300 ]]; do
    __gvm_rs_look_at "$at"
    at+=/..
  done
  __gvm_rs_look_at /
  if [[ ${GOWORK-} == /* && -f $GOWORK ]]; then
    __gvm_rs_look_into "$GOWORK"
  fi
  if [[ -n $__gvm_rs_state ]]; then
    __gvm_rs_look_at_store
  fi
}

__gvm_rs_look_at() {
  if [[ -f $1/.go-version || -f $1/.tool-versions || -f $1/mise.toml || -f $1/.mise.toml || -f $1/go.work || -f $1/go.mod ]]; then
    local name
    for name in .go-version .tool-versions mise.toml .mise.toml go.work go.mod; do
      [[ ! -f $1/$name ]] || __gvm_rs_look_into "$1/$name"
    done
  fi
}

__gvm_rs_look_into() {
  local text='' LC_ALL=C
  # The program follows no links, and takes no longer file for one of pins.
  [[ -L $1 ]] || IFS= read -r -d '' -n 65536 text <"$1" 2>/dev/null || :
  __gvm_rs_state+="${1##*/} $text"$'\n'
}

__gvm_rs_look_at_store() {
  local tree noglob='' failglob=''
  __gvm_rs_state+="${GOWORK-} "
  [[ ! -e $__gvm_rs_root/current/go ]] || __gvm_rs_state+="current "
  if [[ $- == *f* ]]; then
    noglob=1
    set +f
  fi
  if shopt -q failglob; then
    failglob=1
    shopt -u failglob
  fi
  for tree in "$__gvm_rs_root"/versions/go*; do
    __gvm_rs_state+="$tree "
  done
  [[ -z $failglob ]] || shopt -s failglob
  [[ -z $noglob ]] || set -f
}

__gvm_rs_ask() {
  local found go current says
  # Where the program is gone the shell is as without it; bash may still remember where it was.
  hash -d gvm-rs 2>/dev/null || :
  if ! type -P gvm-rs >/dev/null; then
    __gvm_rs_leave
    return 0
  fi
  found="$(exec gvm-rs hook)" || found=
  if [[ $found != *$'\n'end ]]; then
    __gvm_rs_leave
    return 0
  fi
  go="${found%%$'\n'*}"
  found="${found#*$'\n'}"
  current="${found%%$'\n'*}"
  found="${found#*$'\n'}"
  says="${found%%$'\n'*}"
  __gvm_rs_current="$current"
  if [[ -n $go ]]; then
    go="$__gvm_rs_root/versions/$go/bin"
  fi
  if [[ $go != "${GVM_RS_PROJECT-}" ]]; then
    __gvm_rs_leave
    if [[ -n $go ]]; then
      __gvm_rs_put "$go"
      export GVM_RS_PROJECT="$go"
    fi
  fi
  if [[ -n $says && ${__gvm_rs_told-} != *"$says"$'\n'* ]]; then
    __gvm_rs_told="${__gvm_rs_told-}$says"$'\n'
    printf 'gvm-rs: %s\n' "$says" >&2
  fi
}

__gvm_rs_hook() {
  local status=$?
  if [[ -n ${GVM_RS_SHELL-} ]]; then
    # What was chosen by hand comes before what a directory asks for.
    __gvm_rs_seen=
  else
    __gvm_rs_look
    if [[ -z $__gvm_rs_state ]]; then
      __gvm_rs_leave
      __gvm_rs_seen=
    elif [[ $__gvm_rs_state != "${__gvm_rs_seen-}" ]] ||
      [[ -n ${__gvm_rs_current-} && ! $__gvm_rs_root/current/go -ef $__gvm_rs_root/versions/$__gvm_rs_current ]]; then
      __gvm_rs_seen="$__gvm_rs_state"
      __gvm_rs_ask
    fi
  fi
  # With `set -e` a status would end the shell.
  case $- in *e*) return 0 ;; esac
  return "$status"
}

case "$-:${PROMPT_COMMAND[*]-}" in
  *i*:*__gvm_rs_hook*) ;;
  *i*:*)
    if [[ ${BASH_VERSINFO[0]}${BASH_VERSINFO[1]} -ge 51 ]]; then
      PROMPT_COMMAND+=(__gvm_rs_hook)
    else
      # shellcheck disable=SC2128,SC2178
      PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND"$'\n'"}__gvm_rs_hook"
    fi
    ;;
esac
