# The directory hook for zsh, with session.sh: what a project asks for comes first on PATH while one is in it.
# `gvm-rs init` prints an assignment to __gvm_rs_root in front of this. At each prompt and each change of directory
# it looks with builtins alone whether the answer can be another one, and only then asks the program, which
# prints the name of a toolchain, that of the current one and what to say, and never installs. Directories are
# named relatively, so that no name is read.
__gvm_rs_look() {
  emulate -L zsh
  setopt noerrexit
  local at=. tree
  typeset -g __gvm_rs_state=
  # Where a directory is gone there is nothing above it, however long the name grows.
  until [[ $at -ef / || ${#at} -gt 300 ]]; do
    __gvm_rs_look_at $at
    at+=/..
  done
  __gvm_rs_look_at /
  if [[ ${GOWORK-} == /* && -f $GOWORK ]]; then
    __gvm_rs_look_into $GOWORK
  fi
  if [[ -n $__gvm_rs_state ]]; then
    __gvm_rs_state+="${GOWORK-} "
    [[ -e $__gvm_rs_root/current/go ]] && __gvm_rs_state+="current "
    for tree in $__gvm_rs_root/versions/go*(N); do
      __gvm_rs_state+="$tree "
    done
  fi
}

__gvm_rs_look_at() {
  if [[ -f $1/.go-version || -f $1/.tool-versions || -f $1/mise.toml || -f $1/.mise.toml || -f $1/go.work || -f $1/go.mod ]]; then
    local name
    for name in .go-version .tool-versions mise.toml .mise.toml go.work go.mod; do
      [[ ! -f $1/$name ]] || __gvm_rs_look_into $1/$name
    done
  fi
}

__gvm_rs_look_into() {
  local text=
  # The program follows no links, and takes no longer file for one of pins.
  [[ -L $1 ]] || IFS= read -r -k 65536 -u 0 text <$1 2>/dev/null
  __gvm_rs_state+="${1##*/} $text"$'\n'
}

__gvm_rs_ask() {
  emulate -L zsh
  setopt noerrexit
  local found go current says
  # Where the program is gone the shell is as without it.
  if ! whence -p gvm-rs >/dev/null; then
    __gvm_rs_leave
    return 0
  fi
  found="$(command gvm-rs hook)"
  if [[ $found != *$'\n'end ]]; then
    __gvm_rs_leave
    return 0
  fi
  go="${found%%$'\n'*}"
  found="${found#*$'\n'}"
  current="${found%%$'\n'*}"
  found="${found#*$'\n'}"
  says="${found%%$'\n'*}"
  typeset -g __gvm_rs_current="$current"
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
    typeset -g __gvm_rs_told="${__gvm_rs_told-}$says"$'\n'
    print -r -u 2 -- "gvm-rs: $says"
  fi
}

__gvm_rs_hook() {
  local gvm_rs_status=$?
  if [[ -n "${GVM_RS_SHELL-}" ]]; then
    # What was chosen by hand comes before what a directory asks for.
    typeset -g __gvm_rs_seen=
  else
    __gvm_rs_look
    if [[ -z "$__gvm_rs_state" ]]; then
      __gvm_rs_leave
      typeset -g __gvm_rs_seen=
    elif [[ "$__gvm_rs_state" != "${__gvm_rs_seen-}" ]] ||
      [[ -n "${__gvm_rs_current-}" && ! "$__gvm_rs_root/current/go" -ef "$__gvm_rs_root/versions/$__gvm_rs_current" ]]; then
      typeset -g __gvm_rs_seen="$__gvm_rs_state"
      __gvm_rs_ask
    fi
  fi
  # With `set -e` a status would end the shell.
  [[ -o errexit ]] && return 0
  return $gvm_rs_status
}

if [[ -o interactive ]]; then
  autoload -Uz add-zsh-hook
  add-zsh-hook precmd __gvm_rs_hook
  add-zsh-hook chpwd __gvm_rs_hook
fi
