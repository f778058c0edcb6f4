# Completes gvm-rs in fish. At every Tab the program itself is asked what can be typed: loading this starts nothing,
# and it is never out of date.
function __gvm_rs_complete
    command --query gvm-rs; or return
    set -l current (commandline --current-token --cut-at-cursor)
    set -l before (commandline --tokenize --current-process --cut-at-cursor)
    set --erase before[1]
    for line in (command gvm-rs __complete "$current" $before 2>/dev/null)
        switch $line
            case :files :directories
                # In --flag=value it is the value that names a file.
                set -l flag (string match --regex -- '^--[^=]+=' $current)
                set -l names __fish_complete_directories
                test $line = :files; and set names __fish_complete_path
                for name in ($names (string replace -- "$flag" '' "$current"))
                    printf '%s\n' "$flag$name"
                end
            case ':command *'
                set -l at (string replace -- ':command ' '' $line)
                set -l words (string escape -- $before[(math $at + 1)..])
                complete --do-complete (string join -- ' ' $words "$current")
            case '*'
                printf '%s\n' $line
        end
    end
end
complete --command gvm-rs --no-files --keep-order --arguments '(__gvm_rs_complete)'
