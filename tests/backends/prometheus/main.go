// Checks with Prometheus' own code what promtool does not read: the expressions of dashboards (.json), and metrics that stand in a
// page (.md). It fails at the first file that it refuses.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/prometheus/promql/parser"
)

var expressions = parser.NewParser(parser.Options{})

var checks = map[string]func(string) (int, []error){
	".json": dashboard,
	".md":   metrics,
}

func main() {
	if len(os.Args) == 1 {
		fail("no files to check")
	}
	for _, file := range os.Args[1:] {
		check, known := checks[filepath.Ext(file)]
		if !known {
			fail(file + ": nobody knows what to check there")
		}
		count, errors := check(file)
		if len(errors) > 0 {
			fail(file, errors)
		}
		if count == 0 {
			fail(file + ": there is nothing in it to check")
		}
		fmt.Printf("%s: %d good\n", file, count)
	}
}

// Grafana puts a range in the place of its variable.
var variables = strings.NewReplacer("$__rate_interval", "5m", "$job", "a", "$instance", "b")

func dashboard(file string) (int, []error) {
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(read(file)), &dashboard); err != nil {
		return 0, []error{err}
	}
	count := 0
	var errors []error
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			if _, err := expressions.ParseExpr(variables.Replace(target.Expr)); err != nil {
				errors = append(errors, fmt.Errorf("%s: %w", panel.Title, err))
			}
			count++
		}
	}
	return count, errors
}

// The blocks of a page that begin as metrics do.
func metrics(file string) (int, []error) {
	count := 0
	var errors []error
	for at, block := range strings.Split(read(file), "```") {
		_, text, _ := strings.Cut(block, "\n")
		if at%2 == 0 || !strings.HasPrefix(text, "# HELP") {
			continue
		}
		problems, err := promlint.New(strings.NewReader(text)).Lint()
		if err != nil {
			errors = append(errors, err)
		}
		for _, problem := range problems {
			errors = append(errors, fmt.Errorf("%s: %s", problem.Metric, problem.Text))
		}
		count += strings.Count(text, "# TYPE")
	}
	return count, errors
}

func read(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		fail(err)
	}
	return string(text)
}

func fail(reasons ...any) {
	fmt.Fprintln(os.Stderr, reasons...)
	os.Exit(1)
}
