# shellcheck shell=bash
# Completes gvm-rs in bash 3.2 and newer. At every Tab the program itself is asked what can be typed: loading this
# starts nothing, and it is never out of date. Only the gvm-rs on PATH is run, whatever program was typed.
_gvm_rs() {
  local line at before
  before=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
  # bash makes a word of its own of the = in --flag=value.
  [[ ${COMP_WORDS[COMP_CWORD]} != = ]] || before+=("=")
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default 2>/dev/null || : ;;
      :directories) compopt -o dirnames 2>/dev/null || : ;;
      :command\ *)
        at=$((${line#:command } + 1))
        if declare -F _command_offset >/dev/null; then
          _command_offset "$at"
        elif [[ $COMP_CWORD -eq $at ]]; then
          while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -c -- "$2")
        else
          compopt -o default 2>/dev/null || :
        fi
        ;;
      *) COMPREPLY+=("${line%%$'\t'*}") ;;
    esac
  done < <(command gvm-rs __complete "${2-}" ${before[@]+"${before[@]}"} 2>/dev/null)
  # Newest first, as it came; before bash 4.4 there is no such option.
  compopt -o nosort 2>/dev/null || :
}
complete -F _gvm_rs gvm-rs
