# Makes `gvm-rs shell VERSION` change the shell it is typed in; for fish, after init.fish.
# `gvm-rs init fish` prints two variables in front of this: __gvm_rs_status (what `$status` was) and
# __gvm_rs_root. Only `shell` is done here, and every other word goes to the program. What the program prints
# is taken for the name of a toolchain, never for code. Two exported variables hold what was put first on
# PATH, by `gvm-rs shell` (GVM_RS_SHELL) and by the directory hook (GVM_RS_PROJECT). It starts no process
# when read.
function __gvm_rs_put
    set --global --export PATH $argv[1] $PATH
end

# Only the first of several: the others were there before.
function __gvm_rs_drop
    if set -l at (contains --index -- $argv[1] $PATH)
        set --erase PATH[$at]
    end
end

function __gvm_rs_leave
    if set --query GVM_RS_PROJECT
        __gvm_rs_drop $GVM_RS_PROJECT
        set --erase GVM_RS_PROJECT
    end
end

function __gvm_rs_unset
    if set --query GVM_RS_SHELL
        __gvm_rs_drop $GVM_RS_SHELL
        set --erase GVM_RS_SHELL
    end
end

function gvm-rs
    # What comes before `shell` may be flags, as long as none of them has a value.
    set -l words $argv
    while string match --quiet -- '-*' "$words[1]"
        set --erase words[1]
    end
    if test "$words[1]" != shell; or test (count $words) -lt 2; or contains -- "$words[2]" -h --help --name
        command gvm-rs $argv
        return
    end
    if test "$words[2..]" = --unset
        __gvm_rs_unset
        return
    end
    set -l found (command gvm-rs $argv --name)
    or return
    # A flag may have asked for something else.
    if not test -x "$__gvm_rs_root/versions/$found/bin/go"
        printf '%s\n' $found
        return
    end
    __gvm_rs_leave
    __gvm_rs_unset
    set --global --export GVM_RS_SHELL $__gvm_rs_root/versions/$found/bin
    __gvm_rs_put $GVM_RS_SHELL
end

# A shell inside another one: what was chosen by hand stays first, what a directory asked for is asked anew.
function __gvm_rs_begin --argument-names before
    functions --erase __gvm_rs_begin
    __gvm_rs_leave
    if set --query GVM_RS_SHELL
        __gvm_rs_drop $GVM_RS_SHELL
        if test -x "$GVM_RS_SHELL/go"
            __gvm_rs_put $GVM_RS_SHELL
        else
            set --erase GVM_RS_SHELL
        end
    end
    return $before
end
__gvm_rs_begin $__gvm_rs_status
