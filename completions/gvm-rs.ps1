# Completes gvm-rs in PowerShell: dot-source it in $PROFILE. At every Tab the program itself is asked what can be typed:
# loading this starts nothing, and it is never out of date.
Register-ArgumentCompleter -Native -CommandName gvm-rs -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
            Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    # A lone quote means nothing, and older PowerShells drop an empty argument.
    $current = if ($wordToComplete) { $wordToComplete } else { "'" }
    $program = Get-Command -CommandType Application -Name gvm-rs -ErrorAction SilentlyContinue | Select-Object -First 1
    if (-not $program) { return }
    & $program __complete $current @before 2>$null | Where-Object { -not $_.StartsWith(':') } | ForEach-Object {
        $word, $about = $_ -split "`t", 2
        if (-not $about) { $about = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
    }
}
