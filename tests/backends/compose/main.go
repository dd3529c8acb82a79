// Loads compose files as `docker compose` does, with its own loader and schema, and fails at the first that it refuses.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if len(os.Args) == 1 {
		fail("no files to check")
	}
	for _, file := range os.Args[1:] {
		options, err := cli.NewProjectOptions([]string{file})
		if err != nil {
			fail(err)
		}
		project, err := options.LoadProject(context.Background())
		if err != nil {
			fail(err)
		}
		fmt.Printf("%s: %d services\n", file, len(project.Services))
	}
}

func fail(reason any) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(1)
}
