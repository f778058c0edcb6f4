// Says what Go's own go/version makes of the versions on its input, one on each line: first a line for each with
// whether it is valid and its language version, then a line for each with its order among all, as -, = and +.
package main

import (
	"bufio"
	"fmt"
	"go/version"
	"os"
)

func main() {
	var versions []string
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		versions = append(versions, "go"+input.Text())
	}
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	for _, v := range versions {
		fmt.Fprintf(output, "%t %s\n", version.IsValid(v), version.Lang(v))
	}
	for _, v := range versions {
		for _, other := range versions {
			output.WriteByte("-=+"[version.Compare(v, other)+1])
		}
		output.WriteByte('\n')
	}
}
