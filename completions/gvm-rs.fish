# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_gvm_rs_global_optspecs
    string join \n q/quiet v/verbose offline home= lock-timeout= h/help V/version
end

function __fish_gvm_rs_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_gvm_rs_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_gvm_rs_using_subcommand
    set -l cmd (__fish_gvm_rs_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -s V -l version -d 'Print version'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "install" -d 'Installs releases, several at once'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "i" -d 'Installs releases, several at once'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "use" -d 'Makes a toolchain the default, and installs it first if need be'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "default" -d 'Makes a toolchain the default, and installs it first if need be'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "global" -d 'Makes a toolchain the default, and installs it first if need be'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "set" -d 'Makes a toolchain the default, and installs it first if need be'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "upgrade" -d 'Installs and switches to the newest patch of the current line, and undoes that where it does not work'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "update" -d 'Installs and switches to the newest patch of the current line, and undoes that where it does not work'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "up" -d 'Installs and switches to the newest patch of the current line, and undoes that where it does not work'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "rollback" -d 'Goes back to the toolchain before, or to a generation or version'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "undo" -d 'Undoes the last removal or switch'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "history" -d 'Shows every switch, oldest first'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "list" -d 'Lists the installed toolchains'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "ls" -d 'Lists the installed toolchains'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "versions" -d 'Lists the installed toolchains'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "ls-remote" -d 'Lists the releases there are'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "list-remote" -d 'Lists the releases there are'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "search" -d 'Lists the releases there are'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "current" -d 'Shows the current toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "which" -d 'Shows the path of a program of the current toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "where" -d 'Shows the directory of a toolchain, its GOROOT'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "prefix" -d 'Shows the directory of a toolchain, its GOROOT'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "exec" -d 'Runs a command under another toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "run" -d 'Runs a command under another toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "x" -d 'Runs a command under another toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "try" -d 'Runs a command under a toolchain that need not be installed, and leaves nothing of it behind'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "matrix" -d 'Runs a command under several toolchains, one after the other, and prints a table'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "bisect" -d 'Finds the first release under which a command fails'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "env" -d 'Shows the settings in force, or prints shell code that puts Go on PATH'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "uninstall" -d 'Removes toolchains, named exactly; `undo` brings them back'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "rm" -d 'Removes toolchains, named exactly; `undo` brings them back'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "remove" -d 'Removes toolchains, named exactly; `undo` brings them back'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "prune" -d 'Removes superseded patch releases, or empties the trash'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "gc" -d 'Removes superseded patch releases, or empties the trash'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "verify" -d 'Looks for damage: every file against what was installed, and the store itself'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "repair" -d 'Puts right what `verify` finds'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "cache" -d 'Shows or empties the download cache'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "outdated" -d 'Lists the lines of which there is a newer release'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "init" -d 'Prints shell code that puts Go on PATH: eval "$(gvm-rs init bash)"'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "completions" -d 'Prints a completion script'
complete -c gvm-rs -n "__fish_gvm_rs_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -s j -l downloads -d 'How many downloads run at once' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l os -d 'Unpacks for another operating system, into foreign/' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l arch -d 'Unpacks for another architecture, into foreign/' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l proof -d 'What a toolchain has to show first: `build` is that it builds programs, too [default: version]' -r -f -a "version\t''
build\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l use -d 'Switches to the first one once it is installed'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l keep-archives -d 'Keeps the archives in the cache'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l no-prove -d 'Accepts that a toolchain for another platform cannot be tried here'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand install" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -s j -l downloads -d 'How many downloads run at once' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l os -d 'Unpacks for another operating system, into foreign/' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l arch -d 'Unpacks for another architecture, into foreign/' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l proof -d 'What a toolchain has to show first: `build` is that it builds programs, too [default: version]' -r -f -a "version\t''
build\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l use -d 'Switches to the first one once it is installed'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l keep-archives -d 'Keeps the archives in the cache'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l no-prove -d 'Accepts that a toolchain for another platform cannot be tried here'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand i" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l proof -d 'What a toolchain has to show that never was current: `build` is that it builds programs, too [default: build]' -r -f -a "version\t''
build\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l check -d 'A command that has to succeed here under the new toolchain before `go` becomes it; may be repeated' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand use" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l proof -d 'What a toolchain has to show that never was current: `build` is that it builds programs, too [default: build]' -r -f -a "version\t''
build\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l check -d 'A command that has to succeed here under the new toolchain before `go` becomes it; may be repeated' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand default" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l proof -d 'What a toolchain has to show that never was current: `build` is that it builds programs, too [default: build]' -r -f -a "version\t''
build\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l check -d 'A command that has to succeed here under the new toolchain before `go` becomes it; may be repeated' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand global" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l proof -d 'What a toolchain has to show that never was current: `build` is that it builds programs, too [default: build]' -r -f -a "version\t''
build\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l check -d 'A command that has to succeed here under the new toolchain before `go` becomes it; may be repeated' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand set" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l proof -d 'What a toolchain has to show that never was current: `build` is that it builds programs, too [default: build]' -r -f -a "version\t''
build\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l check -d 'A command that has to succeed here under the new toolchain before `go` becomes it; may be repeated' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l to-minor -d 'Goes to the newest stable release, of whatever line'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l all -d 'Installs the newest patch of every installed line, and switches to that of the current one'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l rebuild-tools -d 'Builds the tools in GOBIN again that an older Go built'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -s n -l dry-run -d 'Shows what would be done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand upgrade" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l proof -d 'What a toolchain has to show that never was current: `build` is that it builds programs, too [default: build]' -r -f -a "version\t''
build\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l check -d 'A command that has to succeed here under the new toolchain before `go` becomes it; may be repeated' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l to-minor -d 'Goes to the newest stable release, of whatever line'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l all -d 'Installs the newest patch of every installed line, and switches to that of the current one'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l rebuild-tools -d 'Builds the tools in GOBIN again that an older Go built'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -s n -l dry-run -d 'Shows what would be done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand update" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l proof -d 'What a toolchain has to show that never was current: `build` is that it builds programs, too [default: build]' -r -f -a "version\t''
build\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l check -d 'A command that has to succeed here under the new toolchain before `go` becomes it; may be repeated' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l to-minor -d 'Goes to the newest stable release, of whatever line'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l all -d 'Installs the newest patch of every installed line, and switches to that of the current one'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l rebuild-tools -d 'Builds the tools in GOBIN again that an older Go built'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -s n -l dry-run -d 'Shows what would be done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand up" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rollback" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rollback" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rollback" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rollback" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rollback" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rollback" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rollback" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand undo" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand undo" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand undo" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand undo" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand undo" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand undo" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand undo" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand history" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand history" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand history" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand history" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand history" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand history" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand history" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand versions" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand versions" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand versions" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand versions" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand versions" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand versions" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand versions" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l all -d 'Shows betas and release candidates too'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l rc -d 'Shows only release candidates and betas'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l stable -d 'Shows only stable releases, which is the default'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand ls-remote" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l all -d 'Shows betas and release candidates too'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l rc -d 'Shows only release candidates and betas'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l stable -d 'Shows only stable releases, which is the default'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand list-remote" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l all -d 'Shows betas and release candidates too'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l rc -d 'Shows only release candidates and betas'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l stable -d 'Shows only stable releases, which is the default'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand search" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand current" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand current" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand current" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand current" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand current" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand current" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand current" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand which" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand which" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand which" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand which" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand which" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand which" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand which" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand where" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand where" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand where" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand where" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand where" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand where" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand where" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prefix" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prefix" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prefix" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prefix" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prefix" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prefix" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prefix" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -l install -d 'Installs the version first if need be'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand exec" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -l install -d 'Installs the version first if need be'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand run" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -l install -d 'Installs the version first if need be'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand x" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand try" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -s j -l jobs -d 'How many run at once, in the same directory' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l every -d 'Takes every release that a line or a range admits'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l fail-fast -d 'Begins nothing more after the first failure'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l output -d 'Shows the output of every run, not only of failed ones'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand matrix" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l good -d 'A version under which the command works' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l bad -d 'A version under which it fails; an older one than the good one finds the first that works again' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l rc -d 'Looks at betas and release candidates too'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l keep -d 'Installs what is fetched'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l output -d 'Shows the output of every run, not only that of the first that fails'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand bisect" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand env" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand env" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand env" -l shell -d 'Prints code for this shell that puts Go on PATH' -r -f -a "bash\t''
zsh\t''
fish\t''
sh\t''
nu\t''
elvish\t''
powershell\t''"
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand env" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand env" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand env" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand env" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand env" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand uninstall" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand uninstall" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand uninstall" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand uninstall" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand uninstall" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand uninstall" -l force -d 'Removes even what is needed and says what breaks, but never the current toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand uninstall" -l purge -d 'Deletes at once instead of keeping it in the trash, so that `undo` cannot bring it back'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand uninstall" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand uninstall" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rm" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rm" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rm" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rm" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rm" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rm" -l force -d 'Removes even what is needed and says what breaks, but never the current toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rm" -l purge -d 'Deletes at once instead of keeping it in the trash, so that `undo` cannot bring it back'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rm" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand rm" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand remove" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand remove" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand remove" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand remove" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand remove" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand remove" -l force -d 'Removes even what is needed and says what breaks, but never the current toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand remove" -l purge -d 'Deletes at once instead of keeping it in the trash, so that `undo` cannot bring it back'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand remove" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand remove" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -l keep -d 'How many of the newest releases of each line stay' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -l unused-since -d 'Removes only what was neither current nor installed since: 90d, 12w or 2026-01-31' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -l trash -d 'Deletes for good what was removed before, and nothing else'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -s n -l dry-run -d 'Shows what would be removed'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand prune" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -l keep -d 'How many of the newest releases of each line stay' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -l unused-since -d 'Removes only what was neither current nor installed since: 90d, 12w or 2026-01-31' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -l trash -d 'Deletes for good what was removed before, and nothing else'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -s n -l dry-run -d 'Shows what would be removed'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand gc" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand verify" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand verify" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand verify" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand verify" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand verify" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand verify" -l all -d 'Looks at every installed version, and at the store itself'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand verify" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand verify" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l all -d 'Repairs every installed version, and the store itself'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l keep-archives -d 'Keeps the archives in the cache'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand repair" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and not __fish_seen_subcommand_from ls clean help" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and not __fish_seen_subcommand_from ls clean help" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and not __fish_seen_subcommand_from ls clean help" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and not __fish_seen_subcommand_from ls clean help" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and not __fish_seen_subcommand_from ls clean help" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and not __fish_seen_subcommand_from ls clean help" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and not __fish_seen_subcommand_from ls clean help" -f -a "ls" -d 'Lists what is in the cache'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and not __fish_seen_subcommand_from ls clean help" -f -a "clean" -d 'Empties the cache'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and not __fish_seen_subcommand_from ls clean help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from ls" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from ls" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from ls" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from ls" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from clean" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from clean" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from clean" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from clean" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from clean" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from clean" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from clean" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "ls" -d 'Lists what is in the cache'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "clean" -d 'Empties the cache'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -l mirror -d 'Base URL of the archives: https://, file:// or a path [default: $GVM_RS_MIRROR or https://go.dev/dl]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -l index -d 'URL or file of an index in go.dev\'s JSON form, used and trusted in place of the official one [default: $GVM_RS_INDEX]' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -l json -d 'Prints JSON'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -l refresh -d 'Fetches the release index even if one was fetched within the hour'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -l insecure-mirror -d 'Accepts a mirror by plain http; hashes are checked all the same'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand outdated" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand init" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand init" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand init" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand init" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand init" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand init" -l no-gobin -d 'Leaves the directory alone that `go install` puts programs into'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand init" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand completions" -l home -d 'The directory that holds everything [default: $GVM_RS_HOME or ~/.gvm-rs]' -r -F
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand completions" -l lock-timeout -d 'Waits at most this many seconds for another gvm-rs (exit code 75)' -r
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand completions" -s q -l quiet -d 'Says nothing but results and errors'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand completions" -s v -l verbose -d 'Says more about what is done'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand completions" -l offline -d 'Never opens a connection; answers from what is on this machine'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand completions" -s h -l help -d 'Print help'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "install" -d 'Installs releases, several at once'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "use" -d 'Makes a toolchain the default, and installs it first if need be'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "upgrade" -d 'Installs and switches to the newest patch of the current line, and undoes that where it does not work'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "rollback" -d 'Goes back to the toolchain before, or to a generation or version'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "undo" -d 'Undoes the last removal or switch'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "history" -d 'Shows every switch, oldest first'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "list" -d 'Lists the installed toolchains'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "ls-remote" -d 'Lists the releases there are'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "current" -d 'Shows the current toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "which" -d 'Shows the path of a program of the current toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "where" -d 'Shows the directory of a toolchain, its GOROOT'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "exec" -d 'Runs a command under another toolchain'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "try" -d 'Runs a command under a toolchain that need not be installed, and leaves nothing of it behind'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "matrix" -d 'Runs a command under several toolchains, one after the other, and prints a table'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "bisect" -d 'Finds the first release under which a command fails'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "env" -d 'Shows the settings in force, or prints shell code that puts Go on PATH'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "uninstall" -d 'Removes toolchains, named exactly; `undo` brings them back'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "prune" -d 'Removes superseded patch releases, or empties the trash'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "verify" -d 'Looks for damage: every file against what was installed, and the store itself'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "repair" -d 'Puts right what `verify` finds'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "cache" -d 'Shows or empties the download cache'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "outdated" -d 'Lists the lines of which there is a newer release'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "init" -d 'Prints shell code that puts Go on PATH: eval "$(gvm-rs init bash)"'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "completions" -d 'Prints a completion script'
complete -c gvm-rs -n "__fish_gvm_rs_using_subcommand help; and not __fish_seen_subcommand_from install use upgrade rollback undo history list ls-remote current which where exec try matrix bisect env uninstall prune verify repair cache outdated init completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
