# Completes gvm-rs in elvish: `eval (gvm-rs completions elvish | slurp)` in rc.elv. At every Tab the program itself is
# asked what can be typed: loading this starts nothing, and it is never out of date.
use str

set edit:completion:arg-completer[gvm-rs] = {|@words|
  var before = $words[1..-1]
  try {
    (external gvm-rs) __complete $words[-1] $@before 2>/dev/null | from-lines | each {|line|
      if (str:has-prefix $line ':command ') {
        var rest = $words[(+ 1 (str:trim-prefix $line ':command '))..]
        if (== 1 (count $rest)) {
          edit:complete-sudo sudo $@rest
        } else {
          edit:complete-filename $@rest
        }
      } elif (str:has-prefix $line ':') {
        edit:complete-filename $words[-1]
      } else {
        var word about = (str:split &max=2 "\t" $line)
        edit:complex-candidate $word &display=$word' '$about
      }
    }
  } catch {
    nop
  }
}
