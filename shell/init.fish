# Puts gvm-rs's one directory first on PATH; for fish.
# `gvm-rs init fish` prints two local variables, __gvm_rs_bin and __gvm_rs_home (empty: the default
# root), in front of this. It starts no process, may be read any number of times, and never sets
# GOROOT: an exported GOROOT would outlive the next switch.
while set -l __gvm_rs_at (contains --index -- $__gvm_rs_bin $PATH)
    set --erase PATH[$__gvm_rs_at]
end
set --global --export PATH $__gvm_rs_bin $PATH
if test -n "$__gvm_rs_home"
    set --global --export GVM_RS_HOME $__gvm_rs_home
end
set --erase __gvm_rs_bin __gvm_rs_home
