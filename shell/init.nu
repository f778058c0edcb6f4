# Puts gvm-rs's one directory first on PATH, and the directory of installed tools last where it is not on
# it; for nushell. `gvm-rs init nu` prints the three values behind this.
# It starts no process, may be read any number of times, says nothing, and never sets GOROOT.
do --env {|bin: string, home: string, tools: string|
    let path = ($env.PATH? | default [])
    let path = if ($path | describe) == "string" { $path | split row (char esep) } else { $path }
    $env.PATH = ($path | where {|dir| $dir != $bin } | prepend $bin)
    if $home != "" {
        $env.GVM_RS_HOME = $home
    }
    if $tools != "" {
        let gobin = ($env.GOBIN? | default "")
        let gopath = ($env.GOPATH? | default "")
        let tools = if $gobin != "" {
            $gobin
        } else if $gopath != "" {
            ($gopath | split row (char esep) | first) + "/bin"
        } else {
            $tools
        }
        let is_usable = ($tools | str starts-with "/") and not ($tools | str contains ":")
        if $is_usable and $tools not-in $env.PATH {
            $env.PATH = ($env.PATH | append $tools)
        }
    }
}
