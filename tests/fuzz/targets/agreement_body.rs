//! Bodies of every kind of agreements: what is accepted is written in the very same bytes.
#![no_main]

use detente_agreement::Body;
use detente_core::{Code, LogId};
use detente_statement::Kind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((code, bytes)) = data.split_first() else { return };
    let kind = Kind::from_code(u32::from(*code));
    match Body::decode(kind, bytes) {
        Ok(body) => {
            let nonce = bytes[..16].try_into().expect("a body begins with its nonce");
            assert_eq!(body.encode(kind, nonce).expect("what was read can be written"), bytes);
            assert_ne!(body.named_log(), Some(LogId::ZERO));
            assert!(body.reference().is_none_or(|reference| reference.index.get() > 0));
        }
        Err(error) => assert!(matches!(error.code(), Code::MalformedStatement | Code::Misuse)),
    }
});
