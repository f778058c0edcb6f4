# Completes gvm-rs in nushell 0.108 and newer: `source` it, or a file in an autoload directory. At every Tab the program
# itself is asked what can be typed: loading this starts nothing, and it is never out of date.
def "nu-complete gvm-rs" [words: list<string>] {
  let answers = try {
    ^gvm-rs __complete ($words | last) ...($words | skip 1 | drop 1) | complete | get stdout | lines
  } catch { [] }
  if ($answers | any {|line| $line starts-with ":" }) { return null }
  $answers | split column "\t" value description
}

@complete "nu-complete gvm-rs"
export extern "gvm-rs" []
