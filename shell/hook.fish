# The directory hook for fish, with session.fish: what a project asks for comes first on PATH while one is in it.
# `gvm-rs init fish` prints an assignment to __gvm_rs_root in front of this. At each prompt and each change of
# directory it looks with builtins alone whether the answer can be another one, and only then asks the program,
# which prints the name of a toolchain, that of the current one and what to say, and never installs. Directories
# are named relatively, so that no name is read.
function __gvm_rs_look
    # Whatever is longer is not looked into; the program has limits of its own.
    set --local fish_read_limit 65536
    set --global __gvm_rs_state ''
    if test "$PWD" != "$__gvm_rs_pwd"
        set --global __gvm_rs_pwd "$PWD"
        # As many levels as there are, or more: above the topmost directory is itself.
        set --local at .
        set --global __gvm_rs_candidates
        for level in (string split / -- (pwd -P))
            set --append __gvm_rs_candidates $at/{.go-version,.tool-versions,mise.toml,.mise.toml,go.work,go.mod}
            set at $at/..
        end
    end
    for file in (path filter --type file -- $__gvm_rs_candidates (string match '/*' -- "$GOWORK"))
        set --local text ''
        # The program follows no links.
        test -L $file; or read --null text <$file 2>/dev/null
        set __gvm_rs_state "$__gvm_rs_state"(string replace --regex '.*/' '' $file)" $text;"
    end
    if test -n "$__gvm_rs_state"
        test -e "$__gvm_rs_root/current/go"; and set __gvm_rs_state "$__gvm_rs_state current"
        set --local trees $__gvm_rs_root/versions/go*
        set __gvm_rs_state "$__gvm_rs_state $trees $GOWORK"
    end
end

function __gvm_rs_ask
    # Where the program is gone the shell is as without it.
    if not command --query gvm-rs
        __gvm_rs_leave
        return
    end
    set --local found (command gvm-rs hook)
    if test "$found[4]" != end
        __gvm_rs_leave
        return
    end
    set --global __gvm_rs_current $found[2]
    set --local go
    if test -n "$found[1]"
        set go $__gvm_rs_root/versions/$found[1]/bin
    end
    if test "$go" != "$GVM_RS_PROJECT"
        __gvm_rs_leave
        if test -n "$go"
            __gvm_rs_put $go
            set --global --export GVM_RS_PROJECT $go
        end
    end
    if test -n "$found[3]"; and not contains -- $found[3] $__gvm_rs_told
        set --global --append __gvm_rs_told $found[3]
        echo "gvm-rs: $found[3]" >&2
    end
end

function __gvm_rs_hook --on-event fish_prompt --on-variable PWD
    if set --query GVM_RS_SHELL
        # What was chosen by hand comes before what a directory asks for.
        set --global __gvm_rs_seen ''
        return
    end
    __gvm_rs_look
    if test -z "$__gvm_rs_state"
        __gvm_rs_leave
        set --global __gvm_rs_seen ''
    else if test "$__gvm_rs_state" != "$__gvm_rs_seen"
        or begin
            test -n "$__gvm_rs_current"; and not test $__gvm_rs_root/current/go -ef $__gvm_rs_root/versions/$__gvm_rs_current
        end
        set --global __gvm_rs_seen $__gvm_rs_state
        __gvm_rs_ask
    end
end

# fish before 3.5 has no `path`.
status is-interactive; and builtin --query path
or functions --erase __gvm_rs_hook
