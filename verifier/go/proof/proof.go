// Checks a folder that proves one entry (proof DIR VKEY) with golang.org/x/mod alone. Exit code: 0 verified, 1 not, 2 could not run.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func read(name string) string { return string(try(os.ReadFile(os.Args[1] + "/" + name))) }

type parsed struct {
	lines []string
	body  struct {
		Action, Source string
		Commit         map[string]*string
		Heads          struct {
			Count int64
			Root  string
		}
	}
}

func parse(leaf string) (e parsed) {
	e.lines = entry(leaf)
	must(json.Unmarshal([]byte(e.lines[5]), &e.body) == nil, "this is no body")
	return e
}

// included checks that a leaf is number index of a tree. The proof has a title, the index and hashes, a line each.
func included(leaf, title, proof string, size int64, root tlog.Hash) string {
	lines := strings.Split(strings.TrimSuffix(proof, "\n"), "\n")
	must(len(lines) > 1 && lines[0] == title, "this is no", title)
	index := try(strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64))
	var hashes tlog.RecordProof
	for _, line := range lines[2:] {
		hashes = append(hashes, try(tlog.ParseHash(line)))
	}
	must(index >= 0 && index < size && tlog.CheckRecord(hashes, size, root, index, tlog.RecordHash([]byte(leaf))) == nil, "not under the root")
	return strconv.FormatInt(index, 10)
}

func main() {
	if len(os.Args) != 3 {
		os.Exit(2)
	}
	leaf := read("entry.leaf")
	proven, last := parse(leaf), leaf
	signed, text, _ := strings.Cut(read("registry.tlog-proof"), "\n\n")
	verifier, err := note.NewVerifier(os.Args[2])
	if err != nil {
		os.Exit(2)
	}
	checkpoint := strings.Split(try(note.Open([]byte(text), note.VerifierList(verifier))).Text, "\n")
	must(len(checkpoint) == 4 && checkpoint[0] == verifier.Name(), "the checkpoint is one of", checkpoint[0])
	if _, err := os.Stat(os.Args[1] + "/head.leaf"); err == nil {
		last = read("registry.leaf")
		told, line := parse(last), read("head.leaf")
		head := strings.Split(line, " ")
		must(len(head) == 3 && head[0] == proven.lines[1] && path.Dir(head[0]) == path.Dir(checkpoint[0]), "another chain")
		// Whoever seals can write the like into a tenant's chain, whose key its reader trusts too.
		must(path.Base(checkpoint[0]) == "registry", "this chain is no registry")
		must(told.body.Action == "heads" && told.body.Source == "control", "this entry tells no heads")
		var root tlog.Hash
		must(len(told.body.Heads.Root) == 64 && try(hex.Decode(root[:], []byte(told.body.Heads.Root))) == 32, "no root")
		size := try(strconv.ParseInt(head[1], 10, 64))
		must(included(leaf, "audit-proof/v1", read("entry.proof"), size, try(tlog.ParseHash(head[2]))) == proven.lines[2], "another number")
		included(line, "audit-proof/v1", read("head.proof"), told.body.Heads.Count, root)
	}
	size := try(strconv.ParseInt(checkpoint[1], 10, 64))
	index := included(last, "c2sp.org/tlog-proof@v1", signed, size, try(tlog.ParseHash(checkpoint[2])))
	must(parse(last).lines[1] == checkpoint[0] && parse(last).lines[2] == index, "another entry of the registry")
	for _, section := range []string{"actor", "data"} {
		salt, err := os.ReadFile(os.Args[1] + "/" + section + ".salt")
		if _, none := os.Stat(os.Args[1] + "/" + section + ".bytes"); err != nil && none != nil {
			continue
		}
		sum := sha256.Sum256([]byte("audit-section/v1\n" + section + "\n" + string(salt) + "\n" + read(section+".bytes")))
		commit := proven.body.Commit[section]
		must(len(salt) == 32 && commit != nil && *commit == fmt.Sprintf("%x", sum), "another section", section)
	}
	fmt.Println("VERIFIED")
}
