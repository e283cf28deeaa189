"""merkle.md: the tree of RFC 6962 over SHA-256, its proofs, subtrees and tile paths."""

from core import MAXIMUM, Refused, sha256

EMPTY_ROOT = sha256(b"")


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def split(size):
    """The largest power of two below `size` (size >= 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def root_of(entries):
    """`MTH(D)`, by a stack of complete subtrees."""
    return roots_of(entries, {len(entries)})[len(entries)]


def roots_of(entries, sizes):
    """The roots of those first parts of the entries whose sizes are asked for: size -> root."""
    stack, roots = [], {}  # (height, hash) of complete subtrees
    for size in range(len(entries) + 1):
        if size in sizes:
            roots[size] = _root(stack)
        if size < len(entries):
            height, current = 0, leaf_hash(entries[size])
            while stack and stack[-1][0] == height:
                current = node_hash(stack.pop()[1], current)
                height += 1
            stack.append((height, current))
    return roots


def _root(stack):
    if not stack:
        return EMPTY_ROOT
    current = stack[-1][1]
    for _, left in reversed(stack[:-1]):
        current = node_hash(left, current)
    return current


# Inclusion


def inclusion_length(index, size):
    """Hashes in `PATH(index, D[size])`."""
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def verify_inclusion(leaf, index, size, root, proof, culprit=None):
    if size > MAXIMUM or index > MAXIMUM or index >= size:
        raise Refused("INDEX-RANGE", culprit, f"index {index} in a tree of size {size}")
    if len(proof) != inclusion_length(index, size):
        raise Refused("PROOF-LENGTH", culprit, f"expected {inclusion_length(index, size)} hashes, got {len(proof)}")
    # RFC 9162 section 2.1.3.2
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or r != root:
        raise Refused("INVALID-INCLUSION", culprit, "the proof gives another root")


# Consistency


def consistency_length(old, new):
    """Hashes in `PROOF(old, D[new])`, 0 < old <= new."""
    return subtree_length(0, old, new)


def verify_consistency(old, old_root, new, new_root, proof, culprit=None):
    if old > MAXIMUM or new > MAXIMUM or old > new:
        raise Refused("INDEX-RANGE", culprit, f"from size {old} to size {new}")
    expected = 0 if old in (0, new) else consistency_length(old, new)
    if len(proof) != expected:
        raise Refused("PROOF-LENGTH", culprit, f"expected {expected} hashes, got {len(proof)}")
    if old == 0:
        same = old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    elif old == new:
        same = old_root == new_root
    else:
        same = _consistent(old, old_root, new, new_root, proof)
    if not same:
        raise Refused("INVALID-CONSISTENCY", culprit, "the proof gives another root")


def _consistent(first, first_hash, second, second_hash, proof):
    # RFC 9162 section 2.1.4.2
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_hash)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_hash and sr == second_hash


# Subtrees. The recursion of the spec is at most 63 deep, one level a halving.


def is_subtree(start, end):
    return start < end and start % (1 << (end - start - 1).bit_length()) == 0


def subtree_length(start, end, size, known=True):
    """Hashes in `SUBTREE_SUBPROOF(start, end, D_size, known)`."""
    if start == 0 and end == size:
        return 0 if known else 1
    k = split(size)
    if end <= k:
        return subtree_length(start, end, k, known) + 1
    if k <= start:
        return subtree_length(start - k, end - k, size - k, known) + 1
    return subtree_length(0, end - k, size - k, False) + 1


def _fold(start, end, size, known, hashes):
    """(hash of the subtree, hash of the tree); `known` is the claimed subtree hash while the part is all of it."""
    if start == 0 and end == size:
        found = next(hashes) if known is None else known
        return found, found
    k = split(size)
    if end <= k:
        part, tree = _fold(start, end, k, known, hashes)
        return part, node_hash(tree, next(hashes))
    if k <= start:
        part, tree = _fold(start - k, end - k, size - k, known, hashes)
        return part, node_hash(next(hashes), tree)
    part, tree = _fold(0, end - k, size - k, None, hashes)
    left = next(hashes)
    return node_hash(left, part), node_hash(left, tree)


def verify_subtree(start, end, size, subtree, root, proof, culprit=None):
    if end > MAXIMUM or size > MAXIMUM or end > size or not is_subtree(start, end):
        raise Refused("INDEX-RANGE", culprit, f"[{start}, {end}) in a tree of size {size}")
    expected = subtree_length(start, end, size)
    if len(proof) != expected:
        raise Refused("PROOF-LENGTH", culprit, f"expected {expected} hashes, got {len(proof)}")
    if _fold(start, end, size, subtree, iter(proof)) != (subtree, root):
        raise Refused("INVALID-CONSISTENCY", culprit, "the proof gives another hash")


# Prefix roots


def rebuild_prefix(old, new, root, proof, culprit=None):
    """The root of the first `old` leaves of a tree, from `PREFIX(old, D[new])`."""
    if not 1 <= old <= new <= MAXIMUM:
        raise Refused("INDEX-RANGE", culprit, f"the first {old} of {new}")
    expected = subtree_length(0, old, new, False)
    if len(proof) != expected:
        raise Refused("PROOF-LENGTH", culprit, f"expected {expected} hashes, got {len(proof)}")
    part, tree = _fold(0, old, new, None, iter(proof))
    if tree != root:
        raise Refused("INVALID-CONSISTENCY", culprit, "the hashes give another root")
    return part


# Tiles


def tile_path(level, index, width):
    if level > 63 or index > MAXIMUM or not 1 <= width <= 256:
        raise Refused("INDEX-RANGE", None, f"tile level {level}, index {index}, width {width}")
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{path}" + (f".p/{width}" if width < 256 else "")
