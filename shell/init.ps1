# Puts gvm-rs's one directory first on PATH, and the directory of installed tools last where it is not on
# it; for PowerShell. `gvm-rs init powershell` prints the three values behind this.
# It starts no process, may be read any number of times, says nothing, and never sets GOROOT.
& {
    param([string]$Bin, [string]$Root, [string]$Tools)
    $others = @($env:PATH -split ':' | Where-Object { $_ -cne '' -and $_ -cne $Bin })
    $path = @($Bin) + $others
    if ($Root -cne '') {
        $env:GVM_RS_HOME = $Root
    }
    if ($Tools -cne '') {
        if ($env:GOBIN) {
            $Tools = $env:GOBIN
        } elseif ($env:GOPATH) {
            $Tools = ($env:GOPATH -split ':')[0] + '/bin'
        }
        if ($Tools.StartsWith('/') -and -not $Tools.Contains(':') -and $path -cnotcontains $Tools) {
            $path += $Tools
        }
    }
    $env:PATH = $path -join ':'
}
