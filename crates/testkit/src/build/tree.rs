//! The tree of RFC 6962 and its proofs, written down as the recursive definitions of section 2.1 read.

use super::bytes::{Hash, hex, sha256};

/// `SHA-256(0x00 ‖ entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry])
}

/// `SHA-256(0x01 ‖ left ‖ right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The largest power of two below `n`, which is at least 2.
pub fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// MTH of leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
            node_hash(&root(left), &root(right))
        }
    }
}

/// `PATH(index, D[n])`.
pub fn inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return vec![];
    }
    let k = split(leaves.len() as u64) as usize;
    let (left, right) = leaves.split_at(k);
    let (mut path, sibling) = if index < k {
        (inclusion(index, left), root(right))
    } else {
        (inclusion(index - k, right), root(left))
    };
    path.push(sibling);
    path
}

/// The root that a leaf and a path of the right length give, by the same recursion; for trees too large to build.
pub fn fold_inclusion(index: u64, size: u64, leaf: &Hash, path: &[Hash]) -> Hash {
    if size <= 1 {
        return *leaf;
    }
    let (last, rest) = path.split_last().expect("a path of the right length");
    let k = split(size);
    if index < k {
        node_hash(&fold_inclusion(index, k, leaf, rest), last)
    } else {
        node_hash(last, &fold_inclusion(index - k, size - k, leaf, rest))
    }
}

/// The number of hashes in `PATH(index, D[size])`.
pub fn inclusion_length(index: u64, size: u64) -> usize {
    if size <= 1 {
        return 0;
    }
    let k = split(size);
    1 + if index < k { inclusion_length(index, k) } else { inclusion_length(index - k, size - k) }
}

/// `PROOF(m, D[n])`, with `0 < m <= n`.
pub fn consistency(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    subtree(0, m, leaves)
}

/// `SUBTREE_PROOF(start, end, D_n)`.
pub fn subtree(start: usize, end: usize, leaves: &[Hash]) -> Vec<Hash> {
    subproof(start, end, leaves, true)
}

fn subproof(start: usize, end: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    let n = leaves.len();
    if start == 0 && end == n {
        return if known { vec![] } else { vec![root(leaves)] };
    }
    let k = split(n as u64) as usize;
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) = if end <= k {
        (subproof(start, end, left, known), root(right))
    } else if k <= start {
        (subproof(start - k, end - k, right, known), root(left))
    } else {
        (subproof(0, end - k, right, false), root(left))
    };
    proof.push(sibling);
    proof
}

/// The number of hashes in `SUBTREE_PROOF(start, end, D_n)`.
pub fn subtree_length(start: u64, end: u64, n: u64) -> usize {
    fn count(start: u64, end: u64, n: u64, known: bool) -> usize {
        if start == 0 && end == n {
            return usize::from(!known);
        }
        let k = split(n);
        1 + if end <= k {
            count(start, end, k, known)
        } else if k <= start {
            count(start - k, end - k, n - k, known)
        } else {
            count(0, end - k, n - k, false)
        }
    }
    count(start, end, n, true)
}

/// `PREFIX(m, D[n])`, with `0 < m <= n`.
pub fn prefix(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    subproof(0, m, leaves, false)
}

/// The number of hashes in `PREFIX(m, D[n])`.
pub fn prefix_length(m: u64, n: u64) -> usize {
    if m == n {
        return 1;
    }
    let k = split(n);
    1 + if m <= k { prefix_length(m, k) } else { prefix_length(m - k, n - k) }
}

/// The roots of sizes `m` and `n` that hashes of the right number give, by the same recursion; for trees too large to
/// build.
pub fn fold_prefix(m: u64, n: u64, hashes: &[Hash]) -> (Hash, Hash) {
    let (last, rest) = hashes.split_last().expect("a list of the right length");
    if m == n {
        return (*last, *last);
    }
    let k = split(n);
    if m <= k {
        let (part, left) = fold_prefix(m, k, rest);
        (part, node_hash(&left, last))
    } else {
        let (part, right) = fold_prefix(m - k, n - k, rest);
        (node_hash(last, &part), node_hash(last, &right))
    }
}

/// Leaf hashes of `n` entries of one byte, `00`, `01`, … (two bytes, big-endian, above 256).
pub fn counting_leaves(n: usize) -> Vec<Hash> {
    (0..n).map(|at| leaf_hash(&counting_entry(at))).collect()
}

/// Entry number `at` of [`counting_leaves`].
pub fn counting_entry(at: usize) -> Vec<u8> {
    if at < 256 { vec![at as u8] } else { vec![(at >> 8) as u8, at as u8] }
}

/// Hashes as hexadecimal texts.
pub fn hex_list(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::bytes::{base64, unhex};

    #[test]
    fn roots_that_others_published() {
        assert_eq!(base64(root(&counting_leaves(13))), "317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=");
        let inputs = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let leaves: Vec<_> = inputs.iter().map(|input| leaf_hash(&unhex(input))).collect();
        assert_eq!(hex(&root(&leaves)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    #[test]
    fn paths_fold_back_to_the_root() {
        for size in 1..40 {
            let leaves = counting_leaves(size);
            for (index, leaf) in leaves.iter().enumerate() {
                let path = inclusion(index, &leaves);
                assert_eq!(path.len(), inclusion_length(index as u64, size as u64));
                assert_eq!(fold_inclusion(index as u64, size as u64, leaf, &path), root(&leaves));
            }
        }
    }
    #[test]
    fn prefixes_fold_to_both_roots() {
        for size in 1..40 {
            let leaves = counting_leaves(size);
            for first in 1..=size {
                let hashes = prefix(first, &leaves);
                assert_eq!(hashes.len(), prefix_length(first as u64, size as u64));
                let both = (root(&leaves[..first]), root(&leaves));
                assert_eq!(fold_prefix(first as u64, size as u64, &hashes), both);
            }
        }
    }
}
