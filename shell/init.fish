# Puts gvm-rs's one directory first on PATH, and the directory of installed tools last where it is not on
# it; for fish.
# `gvm-rs init fish` prints local variables in front of this: __gvm_rs_status (what `$status` was),
# __gvm_rs_bin, __gvm_rs_home (empty: the default root) and __gvm_rs_tools (where `go install` puts programs
# unless GOBIN or GOPATH say otherwise; empty: leave that alone). It starts no process, may be read any
# number of times, says nothing, and never sets GOROOT: an exported GOROOT would outlive the next switch.
function __gvm_rs_init --argument-names bin home tools before
    functions --erase __gvm_rs_init
    while set -l at (contains --index -- $bin $PATH)
        set --erase PATH[$at]
    end
    set --global --export PATH $bin $PATH
    if test -n "$tools"
        if test -n "$GOBIN"
            set tools "$GOBIN"
        else if test -n "$GOPATH"
            set tools $GOPATH[1]/bin
        end
        # Neither what is no single directory, nor another one wherever one is.
        if string match --quiet -- '/*' $tools; and not string match --quiet -- '*:*' $tools
            contains -- $tools $PATH; or set --global --export PATH $PATH $tools
        end
    end
    if test -n "$home"
        set --global --export GVM_RS_HOME $home
    end
    return $before
end
__gvm_rs_init $__gvm_rs_bin $__gvm_rs_home $__gvm_rs_tools $__gvm_rs_status
