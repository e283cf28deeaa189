// Reads a whole log folder with golang.org/x/mod and with no code of ours, and says what of it holds.
//
//	main LOG VKEY
//
// Everything in LOG that a reader may be served is checked: the newest note, every note of an earlier size, every entry
// bundle, every hash tile, also the partial ones of earlier sizes. Exit 0 and one line of counts, or exit 1 and the
// first thing that is wrong, with its file.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Every leaf up to this size gets a proof of its own; in larger logs one in so many does, and the last.
const provedUpTo, sampled = 1024, 701

// The tile height of tlog-tiles. x/mod writes it into its paths, tlog-tiles does not.
const height = 8

type reader struct {
	log      string
	known    note.Verifiers
	origin   string
	tiles    map[string]bool
	bundles  int
	notes    int
	included int
	grown    int
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: main LOG VKEY")
		os.Exit(2)
	}
	verifier, err := note.NewVerifier(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "vkey:", err)
		os.Exit(1)
	}
	r := &reader{log: os.Args[1], known: note.VerifierList(verifier), origin: verifier.Name(), tiles: map[string]bool{}}
	if err := r.check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (r *reader) check() error {
	head, err := r.head("checkpoint")
	if err != nil {
		return err
	}
	// Two ways to the same hashes: from tiles, and from the entries. The tiles alone would not do: x/mod before 0.40 does
	// not authenticate every tile that it reads (CVE-2026-56865). So each proof is verified for the entry's own hash, and
	// each tile is compared with what the entries give.
	served := tlog.TileHashReader(head, r)
	rebuilt, err := r.rebuild(head.N)
	if err != nil {
		return err
	}
	if root, err := tlog.TreeHash(head.N, rebuilt); err != nil || root != head.Hash {
		return fmt.Errorf("checkpoint: root %v, the entries give %v (%v)", head.Hash, root, err)
	}
	if err := r.include(head, served, rebuilt); err != nil {
		return err
	}
	if err := r.grow(head, served, rebuilt); err != nil {
		return err
	}
	if err := r.everyTile(head.N, rebuilt); err != nil {
		return err
	}
	fmt.Printf("%d entries: %d bundles, %d tiles, %d notes, %d inclusion proofs, %d consistency proofs\n",
		head.N, r.bundles, len(r.tiles), r.notes, r.included, r.grown)
	return nil
}

// The tree head of a note, its signature verified.
func (r *reader) head(path string) (tlog.Tree, error) {
	var tree tlog.Tree
	whole, err := os.ReadFile(filepath.Join(r.log, path))
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(whole, r.known)
	if err != nil {
		return tree, fmt.Errorf("%s: %w", path, err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != r.origin || lines[3] != "" {
		return tree, fmt.Errorf("%s: not three lines that begin with %s", path, r.origin)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, fmt.Errorf("%s: %w", path, err)
	}
	if tree.Hash, err = tlog.ParseHash(lines[2]); err != nil {
		return tree, fmt.Errorf("%s: %w", path, err)
	}
	r.notes++
	return tree, nil
}

// Every hash of the tree, from the entry bundles alone.
func (r *reader) rebuild(size int64) (tlog.HashReader, error) {
	var stored []tlog.Hash
	all := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			if index >= int64(len(stored)) {
				return nil, fmt.Errorf("hash %d is not in the tree", index)
			}
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for start := int64(0); start < size; start += 1 << height {
		tile := tlog.Tile{H: height, L: -1, N: start >> height, W: width(size - start)}
		entries, err := r.bundle(tile)
		if err != nil {
			return nil, err
		}
		for i, entry := range entries {
			hashes, err := tlog.StoredHashes(start+int64(i), entry, all)
			if err != nil {
				return nil, err
			}
			stored = append(stored, hashes...)
		}
		r.bundles++
	}
	return all, nil
}

func width(left int64) int {
	if left > 1<<height {
		return 1 << height
	}
	return int(left)
}

// The entries of a bundle: u16 length and bytes, as many as its width, and nothing after them.
func (r *reader) bundle(tile tlog.Tile) ([][]byte, error) {
	path, data, err := r.read(tile)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for rest := data; len(rest) > 0; {
		if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
			return nil, fmt.Errorf("%s: ends within an entry", path)
		}
		end := 2 + int(binary.BigEndian.Uint16(rest))
		entries = append(entries, rest[2:end])
		rest = rest[end:]
	}
	// A full bundle may stand in for a partial one; then it begins with the same entries.
	full := !strings.Contains(path, ".p/")
	if len(entries) < tile.W || (len(entries) > tile.W && !(full && len(entries) == 1<<height)) {
		return nil, fmt.Errorf("%s: %d entries, expected %d", path, len(entries), tile.W)
	}
	return entries[:tile.W], nil
}

// An inclusion proof for leaves, made from authenticated tiles, for the hash of the entry itself.
func (r *reader) include(head tlog.Tree, served, rebuilt tlog.HashReader) error {
	for i := int64(0); i < head.N; i++ {
		if head.N > provedUpTo && i%sampled != 0 && i != head.N-1 {
			continue
		}
		proof, err := tlog.ProveRecord(head.N, i, served)
		if err != nil {
			return fmt.Errorf("proof of entry %d: %w", i, err)
		}
		leaf, err := rebuilt.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, head.N, head.Hash, i, leaf[0]); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		r.included++
	}
	return nil
}

// Every earlier note is of a tree that the newest continues.
func (r *reader) grow(head tlog.Tree, served, rebuilt tlog.HashReader) error {
	files, err := os.ReadDir(filepath.Join(r.log, "history"))
	if err != nil {
		return err
	}
	for _, file := range files {
		path := "history/" + file.Name()
		old, err := r.head(path)
		if err != nil {
			return err
		}
		if strconv.FormatInt(old.N, 10) != file.Name() {
			return fmt.Errorf("%s: a note of size %d", path, old.N)
		}
		proof, err := tlog.ProveTree(head.N, old.N, served)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := tlog.CheckTree(proof, head.N, head.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		r.grown++
	}
	return nil
}

// Every file under tile/ is a tile of this tree, or of one that it continues, and no tile of this tree is missing.
func (r *reader) everyTile(size int64, rebuilt tlog.HashReader) error {
	// Not NewTiles, which names every partial width on the way.
	for level, left := 0, size; left > 0; level, left = level+1, left>>height {
		for n := int64(0); n<<height < left; n++ {
			if _, _, err := r.read(tlog.Tile{H: height, L: level, N: n, W: width(left - n<<height)}); err != nil {
				return err
			}
		}
	}
	return filepath.WalkDir(filepath.Join(r.log, "tile"), func(name string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() {
			return err
		}
		path, err := filepath.Rel(r.log, name)
		if err != nil {
			return err
		}
		tile, err := tlog.ParseTilePath(strings.Replace(strings.Replace(path, "tile/", "tile/8/", 1), "/entries/", "/data/", 1))
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if tile.L >= 0 {
			r.tiles[path] = true
			expected, err := tlog.ReadTileData(tile, rebuilt)
			if err != nil || !bytes.Equal(data, expected) {
				return fmt.Errorf("%s: not the tile of the entries (%v)", path, err)
			}
			return nil
		}
		entries, err := r.bundle(tile)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			leaf, err := rebuilt.ReadHashes([]int64{tlog.StoredHashIndex(0, tile.N<<height+int64(i))})
			if err != nil || leaf[0] != tlog.RecordHash(entry) {
				return fmt.Errorf("%s: entry %d is another one (%v)", path, i, err)
			}
		}
		return nil
	})
}

// A tile or bundle, or the full one that made a partial one unnecessary; and the path that was read.
func (r *reader) read(tile tlog.Tile) (string, []byte, error) {
	path := strings.Replace(strings.Replace(tile.Path(), "tile/8/", "tile/", 1), "/data/", "/entries/", 1)
	data, err := os.ReadFile(filepath.Join(r.log, path))
	if errors.Is(err, fs.ErrNotExist) {
		if at := strings.Index(path, ".p/"); at >= 0 {
			path = path[:at]
			data, err = os.ReadFile(filepath.Join(r.log, path))
		}
	}
	return path, data, err
}

// Height is the height of all tiles.
func (r *reader) Height() int { return height }

// ReadTiles reads tiles for TileHashReader, which authenticates them.
func (r *reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path, data, err := r.read(tile)
		if err != nil {
			return nil, err
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes, expected %d", path, len(data), tile.W*tlog.HashSize)
		}
		all[i] = data[:tile.W*tlog.HashSize]
	}
	return all, nil
}

// SaveTiles keeps nothing: every tile is read from the log again.
func (r *reader) SaveTiles([]tlog.Tile, [][]byte) {}
