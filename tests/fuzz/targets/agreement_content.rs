//! Contents and manifests: what is accepted is written in the very same bytes, and opens its own commitment.
#![no_main]

use detente_agreement::{UnverifiedContent, UnverifiedManifest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(read) = UnverifiedContent::parse(data) {
        let (log, kind, commitment) =
            (read.unverified_log(), read.unverified_kind(), read.unverified_commitment());
        let content = read.open(log, kind, commitment).expect("its own commitment");
        assert_eq!(content.to_file().as_slice(), data);
    }
    if let Ok(read) = UnverifiedManifest::parse(data) {
        let (log, commitment) = (read.unverified_log(), read.unverified_commitment());
        let counts = read.unverified_counts();
        assert!(!counts.is_empty() && counts.is_sorted_by(|left, right| left.0 < right.0));
        assert!(read.clone().open(log, commitment, &[]).is_err(), "a manifest has items");
        let manifest = read.open(log, commitment, &counts).expect("its own commitment and numbers");
        assert_eq!(manifest.to_file().as_slice(), data);
    }
});
