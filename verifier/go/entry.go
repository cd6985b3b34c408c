// The bytes of an entry, as both programs here read them: each folder has this file.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
)

func must(ok bool, what ...any) {
	if !ok {
		fmt.Printf("TAMPERED %q\n", fmt.Sprint(what...))
		os.Exit(1)
	}
}

func try[T any](value T, err error) T { must(err == nil, err); return value }

// Encoders of Go write these as numbers; a backslash before them is one of the text.
var escapes = strings.NewReplacer(`\\`, `\\`, `\u0008`, `\b`, `\u000c`, `\f`, `\u2028`, "\u2028", `\u2029`, "\u2029")

// entry takes the bytes of an entry apart: the lines of its leaf, the last of which is its body, in the one way to write it.
func entry(leaf string) []string {
	lines, body, out := strings.Split(leaf, "\n"), map[string]any{}, strings.Builder{}
	known(len(lines) != 6 || !strings.HasPrefix(lines[0], "audit-entry/v") || lines[0] == "audit-entry/v1", lines[0])
	must(len(lines) == 6 && lines[0] == "audit-entry/v1", "this is no entry")
	must(len(lines[5]) <= 16*1024 && json.Unmarshal([]byte(lines[5]), &body) == nil && plain(body, 0), "this is no body")
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(body) == nil && escapes.Replace(out.String()) == lines[5]+"\n", "this body is not canonical")
	for name, value := range map[string]any{"v": body["v"], "rules": body["rules"]} {
		number, is := value.(float64)
		known(!is || number <= 1, name, number)
		must(number == 1 || name == "rules" && value == nil, "this body is not one of version 1")
	}
	return lines
}

// plain is what a body may hold, objects and lists eight deep: no number that another program could write otherwise.
func plain(value any, depth int) bool {
	switch value := value.(type) {
	case float64:
		return value == math.Trunc(value) && math.Abs(value) < 1<<53 && (value != 0 || !math.Signbit(value))
	case []any:
		for _, item := range value {
			if !plain(item, depth+1) {
				return false
			}
		}
		return depth < 8
	case map[string]any:
		for name, item := range value {
			if strings.IndexFunc(name, func(c rune) bool { return c < ' ' || c > '~' }) >= 0 || !plain(item, depth+1) {
				return false
			}
		}
		return depth < 8
	}
	return true
}

// known: of what a later version wrote nothing can be said.
func known(is bool, what ...any) {
	if !is {
		fmt.Printf("UNKNOWN %q: this program does not know it\n", fmt.Sprint(what...))
		os.Exit(1)
	}
}
