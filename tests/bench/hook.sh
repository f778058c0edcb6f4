#!/usr/bin/env bash
# Measures what the directory hook costs at a prompt, in bash, zsh and fish: the processor time of one call, and
# the processes that it starts.
#
#     bash tests/bench/hook.sh [GVM_RS]     the program to measure; by default target/release/gvm-rs
#
# The directories are eight levels deep: one with no project above it, one below a .go-version, one below a go.mod of
# 5 kB, and a pair of projects between which every call is a switch. The store is made by hand. It asserts nothing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=$(realpath "${1:-target/release/gvm-rs}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch/home TERM=dumb ROUNDS=1000
unset GVM_RS_HOME GVM_RS_SHELL GVM_RS_PROJECT XDG_CONFIG_HOME
root=$HOME/.gvm-rs

make_store() {
  mkdir -p "$scratch/bin" "$root/bin" "$root/generations/1"
  cp "$program" "$scratch/bin/gvm-rs"
  echo 1 >"$root/layout"
  for version in 1.21.13 1.22.5 1.27.3; do
    mkdir -p "$root/versions/go$version/bin"
    cp /bin/true "$root/versions/go$version/bin/go"
  done
  ln -s ../../versions/go1.22.5 "$root/generations/1/go"
  ln -s generations/1 "$root/current"
  export PATH=$scratch/bin:/usr/bin:/bin
}

make_projects() {
  local deep=a/b/c/d
  mkdir -p "$scratch"/{none,pin,module,other}/$deep
  echo 1.21.13 >"$scratch/pin/.go-version"
  echo 1.27.3 >"$scratch/other/.go-version"
  {
    printf 'module example.com/m\n\ngo 1.22\n\nrequire (\n'
    for number in $(seq 120); do
      printf '\tgithub.com/example/module%d v1.2.%d // indirect\n' "$number" "$number"
    done
    printf ')\n'
  } >"$scratch/module/go.mod"
}

# What each shell does ROUNDS times; `measure NAME` names the line.
write_scripts() {
  cat >"$scratch/sh.sh" <<'SH'
nothing() { :; }
repeat_it() { __i=0; while [ $__i -lt "$ROUNDS" ]; do $1; __i=$((__i + 1)); done; }
back_and_forth() { cd "$SCRATCH/pin/a/b/c/d"; __gvm_rs_hook; cd "$SCRATCH/other/a/b/c/d"; __gvm_rs_hook; }
measure nothing
for place in none pin module; do cd "$SCRATCH/$place/a/b/c/d"; __gvm_rs_hook; measure $place; done
measure switches
SH
  cat >"$scratch/bash.sh" <<'SH'
. "$SCRATCH/init"
TIMEFORMAT='%U %S %R'
measure() { printf 'bash %s ' "$1"; case $1 in nothing) time repeat_it nothing ;; switches) time repeat_it back_and_forth ;; *) time repeat_it __gvm_rs_hook ;; esac; }
. "$SCRATCH/sh.sh"
SH
  cat >"$scratch/zsh.sh" <<'SH'
. "$SCRATCH/init"
add-zsh-hook -d chpwd __gvm_rs_hook
setopt shwordsplit
TIMEFMT='%U %S %E'
measure() { printf 'zsh %s ' "$1"; case $1 in nothing) time (repeat_it nothing) ;; switches) time (repeat_it back_and_forth) ;; *) time (repeat_it __gvm_rs_hook) ;; esac; }
. "$SCRATCH/sh.sh"
SH
  cat >"$scratch/fish.sh" <<'SH'
. $SCRATCH/init
function nothing; end
function back_and_forth; builtin cd $SCRATCH/pin/a/b/c/d; builtin cd $SCRATCH/other/a/b/c/d; end
function repeat_it; for i in (seq $ROUNDS); $argv; end; end
function measure
    # The processor time of the shell and what it started, in hundredths of a second.
    read -l -a before </proc/$fish_pid/stat
    set -l began (date +%s%N)
    repeat_it $argv[2]
    set -l ended (date +%s%N)
    read -l -a after </proc/$fish_pid/stat
    set -l user (math "($after[14] + $after[16] - $before[14] - $before[16]) / 100")
    set -l system (math "($after[15] + $after[17] - $before[15] - $before[17]) / 100")
    printf 'fish %s %.3f %.3f %.3f\n' $argv[1] $user $system (math "($ended - $began) / 1000000000")
end
measure nothing nothing
for place in none pin module; cd $SCRATCH/$place/a/b/c/d; __gvm_rs_hook; measure $place __gvm_rs_hook; end
measure switches back_and_forth
SH
}

# processes SHELL: how many the hook starts at a prompt in a project, and for a switch.
processes() {
  local trace=$scratch/trace count=()
  for rounds in 0 10; do
    for place in pin switches; do
      ROUNDS=$rounds SCRATCH=$scratch PLACE=$place strace -f -qq -o "$trace" -e trace=clone,clone3,fork,vfork \
        "${shell_command[@]}" "$(counted "$1")" >/dev/null 2>&1 </dev/null || true
      count+=("$(grep -v CLONE_THREAD "$trace" | grep -cE 'clone3?\(|fork\(' || true)")
    done
  done
  printf '%s: %s processes for 10 prompts in a project, %s for 20 switches\n' "$1" \
    "$((count[2] - count[0]))" "$((count[3] - count[1]))"
}

# shellcheck disable=SC2016
counted() {
  case $1 in
    fish) echo '. $SCRATCH/init; cd $SCRATCH/pin; __gvm_rs_hook; set i 0; while test $i -lt $ROUNDS; set i (math $i + 1); if test $PLACE = pin; __gvm_rs_hook; else; cd $SCRATCH/other; cd $SCRATCH/pin; end; end' ;;
    *) echo '. "$SCRATCH/init"; cd "$SCRATCH/pin"; __gvm_rs_hook; i=0; while [ $i -lt $ROUNDS ]; do if [ $PLACE = pin ]; then __gvm_rs_hook; else cd "$SCRATCH/other"; __gvm_rs_hook; cd "$SCRATCH/pin"; __gvm_rs_hook; fi; i=$((i + 1)); done' ;;
  esac
}

make_store
make_projects
write_scripts
for shell in bash zsh fish; do
  case $shell in
    bash) shell_command=(bash --norc -ic) ;;
    zsh) shell_command=(zsh -f -ic) ;;
    fish) shell_command=(fish --no-config -ic) ;;
  esac
  gvm-rs init "$shell" --hook >"$scratch/init"
  echo "-- $shell: user, system and elapsed time of $ROUNDS calls (milliseconds of it: microseconds a call)"
  SCRATCH=$scratch "${shell_command[@]}" ". $scratch/$shell.sh" 2>&1 </dev/null | grep "^$shell "
  processes "$shell"
done
