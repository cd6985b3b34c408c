// Checks golden vectors (verify DIR) and the published directory of a chain (verify DIR VKEY) with golang.org/x/mod alone: code
// that has nothing of this project, and by which Go checks its own modules. Exit code: 0 verified, 1 not, 2 could not run.
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tree reads the hashes of a tree of these leaves.
func tree(leaves [][]byte) tlog.HashReader {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (list []tlog.Hash, err error) {
		for _, i := range indexes {
			list = append(list, stored[i])
		}
		return list, nil
	})
	for i, leaf := range leaves {
		stored = append(stored, try(tlog.StoredHashes(int64(i), leaf, reader))...)
	}
	return reader
}

// published are the files of a log of these leaves, by their paths: those of tlog without the height.
func published(leaves [][]byte) map[string][]byte {
	s, out := tree(leaves), map[string][]byte{}
	for _, t := range tlog.NewTiles(8, 0, int64(len(leaves))) {
		if n := int64(len(leaves)) >> (8 * t.L); t.W != 256 && (t.N != n>>8 || int64(t.W) != n&255) {
			continue // a partial tile of a smaller log
		}
		path := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
		out[path] = try(tlog.ReadTileData(t, s))
		bundle := strings.Replace(path, "tile/0/", "tile/entries/", 1)
		for i := t.N * 256; t.L == 0 && i < t.N*256+int64(t.W); i++ {
			out[bundle] = append(binary.BigEndian.AppendUint16(out[bundle], uint16(len(leaves[i]))), leaves[i]...)
		}
	}
	return out
}

func open(text string, vkeys ...string) *note.Note {
	var known []note.Verifier
	for _, vkey := range vkeys {
		known = append(known, try(note.NewVerifier(vkey)))
	}
	return try(note.Open([]byte(text), note.VerifierList(known...)))
}

func read(path string) string { return string(try(os.ReadFile(path))) }

type vector struct {
	Text, Note, Vkey, Origin, Root string
	Size                           int64
	Roots, Vkeys, Signers          []string
	Notes, Checkpoints, Logs       []vector
	Every                          any
}

func vectors(dir string) {
	var v vector
	for _, name := range []string{"notes", "checkpoints", "proofs", "tiles"} {
		must(json.Unmarshal([]byte(read(dir+"/"+name+".json")), &v) == nil, name)
	}
	for _, c := range v.Notes {
		n := open(c.Note, c.Vkeys...)
		must(n.Text == c.Text && len(n.Sigs) == len(c.Signers), "note", c.Note)
	}
	for _, c := range v.Checkpoints {
		text := open(c.Note, c.Vkey).Text
		root := try(tlog.ParseHash(strings.Split(text, "\n")[2]))
		must(text == fmt.Sprintf("%s\n%d\n%v\n", c.Origin, c.Size, root) && fmt.Sprintf("%x", root[:]) == c.Root, "checkpoint", c.Note)
	}
	leaves, roots := [][]byte{}, []tlog.Hash{sha256.Sum256(nil)} // of the empty tree tlog has another root
	for i := 0; i < 70_000; i++ {
		leaves = append(leaves, []byte("leaf "+strconv.Itoa(i)))
	}
	hashes, records, trees := tree(leaves[:300]), sha256.New(), sha256.New()
	for n := int64(1); n <= 300; n++ {
		roots = append(roots, try(tlog.TreeHash(n, hashes)))
		must(fmt.Sprintf("%x", roots[n][:]) == v.Roots[n], "root of", n)
		for i := int64(0); i < n; i++ {
			record, since := try(tlog.ProveRecord(n, i, hashes)), try(tlog.ProveTree(n, i+1, hashes))
			must(tlog.CheckRecord(record, n, roots[n], i, tlog.RecordHash(leaves[i])) == nil, "leaf", i, "of", n)
			must(tlog.CheckTree(since, n, roots[n], i+1, roots[i+1]) == nil, "from", i+1, "to", n)
			binary.Write(records, binary.BigEndian, record)
			binary.Write(trees, binary.BigEndian, since)
		}
	}
	must(fmt.Sprintf("map[consistency:%x inclusion:%x]", trees.Sum(nil), records.Sum(nil)) == fmt.Sprint(v.Every), "every proof")
	for _, c := range v.Logs {
		var lines []string
		for path, data := range published(leaves[:c.Size]) {
			lines = append(lines, path+"\n"+string(data))
		}
		sort.Strings(lines)
		must(fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, "")))) == c.Every, "log of", c.Size)
	}
}

func log(dir, vkey string) {
	text, leaves := open(read(dir+"/checkpoint"), vkey).Text, [][]byte{}
	for size := try(strconv.Atoi(strings.Split(text, "\n")[1])); len(leaves) < size; {
		t := tlog.Tile{H: 8, L: -1, N: int64(len(leaves) / 256), W: 256}
		if size < len(leaves)+256 {
			t.W = size - len(leaves)
		}
		bundle := []byte(read(dir + "/" + strings.Replace(t.Path(), "tile/8/data/", "tile/entries/", 1)))
		for more := true; more; more = len(bundle) > 0 {
			end := 2 + int(binary.BigEndian.Uint16(append(bundle, 0, 0)))
			must(end <= len(bundle), "bundle", t.N)
			leaves, bundle = append(leaves, bundle[2:end]), bundle[end:]
		}
	}
	for path, data := range published(leaves) {
		must(read(dir+"/"+path) == string(data), path)
	}
	prev, origin := strings.Repeat("0", 64), strings.Split(vkey, "+")[0]
	for i, leaf := range leaves {
		lines, hash := entry(string(leaf)), tlog.RecordHash(leaf)
		must(lines[1] == origin && lines[2] == strconv.Itoa(i) && lines[4] == prev, "entry", i)
		prev = fmt.Sprintf("%x", hash[:])
	}
	root := try(tlog.TreeHash(int64(len(leaves)), tree(leaves)))
	must(text == fmt.Sprintf("%s\n%d\n%v\n", origin, len(leaves), root), "root")
}

func main() {
	if len(os.Args) == 3 {
		log(os.Args[1], os.Args[2])
	} else if len(os.Args) == 2 {
		vectors(os.Args[1])
	} else {
		os.Exit(2)
	}
	fmt.Println("VERIFIED")
}
