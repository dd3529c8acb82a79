// Makes the schemas that kubeconform reads of the descriptions of Kubernetes' API: main.go FOLDER-OF-OPENAPI NEW-FOLDER. They are
// strict: an object has no property but those that are described.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What is read of a description; all else goes on as it is.
type description struct {
	Components struct {
		Schemas map[string]map[string]any `json:"schemas"`
	} `json:"components"`
}

func main() {
	if len(os.Args) != 3 {
		fail("two folders are needed: that of the descriptions and that of the schemas")
	}
	files, err := filepath.Glob(filepath.Join(os.Args[1], "*_openapi.json"))
	if err != nil || len(files) == 0 {
		fail(fmt.Sprintf("there are no descriptions in `%s`", os.Args[1]))
	}
	for _, file := range files {
		if err := convert(file, os.Args[2]); err != nil {
			fail(err)
		}
	}
}

// Writes the schemas of a description, and for each kind of object in it a file that leads there.
func convert(file, folder string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var api description
	if err := json.Unmarshal(text, &api); err != nil {
		return err
	}
	for name, schema := range api.Components.Schemas {
		if _, closed := schema["additionalProperties"]; !closed && schema["properties"] != nil {
			schema["additionalProperties"] = false
		}
		target := fmt.Sprintf("%s#/components/schemas/%s", filepath.Base(file), name)
		for _, kind := range kinds(schema) {
			if err := write(folder, kind, map[string]string{"$ref": target}); err != nil {
				return err
			}
		}
	}
	return write(folder, filepath.Base(file), api)
}

// The names under which kubeconform looks for a schema: `deployment-apps-v1.json`.
func kinds(schema map[string]any) []string {
	described, _ := schema["x-kubernetes-group-version-kind"].([]any)
	var names []string
	for _, each := range described {
		kind, _ := each.(map[string]any)
		group, _, _ := strings.Cut(fmt.Sprint(kind["group"]), ".")
		name := fmt.Sprintf("%s-%s-%s.json", kind["kind"], group, kind["version"])
		names = append(names, strings.ToLower(strings.Replace(name, "--", "-", 1)))
	}
	return names
}

func write(folder, name string, content any) error {
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name), text, 0o644)
}

func fail(reason any) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(1)
}
