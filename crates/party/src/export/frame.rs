//! The file of an export: a head, then sealed parts, each of which knows its number and whether it is the last
//! (`specs/party.md` "Export and import").

use std::io::{BufRead, Read as _, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use detente_core::Label;
use zeroize::Zeroizing;

use crate::secret::random;
use crate::{PartyError, Unlock};

const FORMAT: &[u8] = b"detente-vault-export-v1\n";

/// The most bytes of a part, nonce and authentication tag counted.
pub(super) const PART_LIMIT: usize = 16_777_216;

const NONCE: usize = 24;

/// What a part has beside its plain bytes: nonce and authentication tag.
pub(super) const OVERHEAD: usize = NONCE + 16;

/// The file's bytes before the first part: `format ‖ means u8 ‖ salt [32]`.
struct Head {
    means: u8,
    salt: [u8; 32],
}

impl Head {
    const LENGTH: usize = FORMAT.len() + 1 + 32;

    fn to_bytes(&self) -> Vec<u8> {
        [FORMAT, &[self.means], &self.salt].concat()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (means, salt) = bytes.strip_prefix(FORMAT)?.split_first()?;
        Some(Self { means: *means, salt: salt.try_into().ok()? })
    }

    /// The word of the means, as a vault says it, and in a sentence.
    const fn means(&self) -> Option<(&'static str, &'static str)> {
        match self.means {
            1 => Some(("file", "an unlock file")),
            2 => Some(("passphrase", "a passphrase")),
            _ => None,
        }
    }
}

/// Seals and opens parts in order, under one key.
struct Parts {
    cipher: XChaCha20Poly1305,
    head: Vec<u8>,
    next: u64,
}

impl Parts {
    fn new(head: &Head, unlock: &Unlock) -> Result<Self, PartyError> {
        let key = unlock.secret(&head.salt)?.derive(Label::PARTY_EXPORT, &[&head.salt]);
        Ok(Self { cipher: XChaCha20Poly1305::new(key.expose().into()), head: head.to_bytes(), next: 0 })
    }

    /// `head ‖ number u64 ‖ last u8`.
    fn associated_data(&self, is_last: bool) -> Vec<u8> {
        [self.head.as_slice(), &self.next.to_le_bytes(), &[u8::from(is_last)]].concat()
    }
}

/// Writes an export.
pub(super) struct PartWriter<W> {
    out: W,
    path: PathBuf,
    parts: Parts,
}

impl<W: Write> PartWriter<W> {
    /// Writes the head.
    pub(super) fn begin(mut out: W, path: &Path, unlock: &Unlock) -> Result<Self, PartyError> {
        let head = Head { means: if unlock.word() == "file" { 1 } else { 2 }, salt: random()? };
        let parts = Parts::new(&head, unlock)?;
        out.write_all(&parts.head).map_err(PartyError::unavailable(path))?;
        Ok(Self { out, path: path.to_owned(), parts })
    }

    /// Writes a part that is not the last; at most [`PART_LIMIT`] less [`OVERHEAD`] bytes.
    pub(super) fn part(&mut self, plain: &[u8]) -> Result<(), PartyError> {
        self.seal(plain, false)
    }

    /// Writes the last part, which is empty, and gives back what was written to.
    pub(super) fn finish(mut self) -> Result<W, PartyError> {
        self.seal(&[], true)?;
        Ok(self.out)
    }

    fn seal(&mut self, plain: &[u8], is_last: bool) -> Result<(), PartyError> {
        let nonce: [u8; NONCE] = random()?;
        let data = self.parts.associated_data(is_last);
        let payload = Payload { msg: plain, aad: &data };
        let too_long = || PartyError::MalformedExport {
            path: self.path.clone(),
            part: self.parts.next,
            expected: "at most 16777216 bytes",
        };
        let sealed = self.parts.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| too_long())?;
        let length = NONCE + sealed.len();
        let stated = u32::try_from(length).ok().filter(|_| length <= PART_LIMIT).ok_or_else(too_long)?;
        self.parts.next += 1;
        [stated.to_le_bytes().as_slice(), &nonce, &sealed]
            .into_iter()
            .try_for_each(|bytes| self.out.write_all(bytes))
            .map_err(PartyError::unavailable(&self.path))
    }
}

/// Reads an export. What it gives is authentic; that nothing is missing is known when it has given the last part.
pub(crate) struct PartReader<R> {
    source: R,
    path: PathBuf,
    parts: Parts,
    /// The secret in a sentence, for when it is another.
    expected: &'static str,
    /// The number of the part that was begun last.
    current: u64,
    is_over: bool,
}

impl<R: BufRead> PartReader<R> {
    /// Reads the head.
    pub(crate) fn begin(mut source: R, path: &Path, unlock: &Unlock) -> Result<Self, PartyError> {
        let malformed = |expected| PartyError::MalformedExport { path: path.to_owned(), part: 0, expected };
        let mut head = Vec::with_capacity(Head::LENGTH);
        (&mut source)
            .take(Head::LENGTH as u64)
            .read_to_end(&mut head)
            .map_err(PartyError::unavailable(path))?;
        let head = Head::parse(&head).ok_or_else(|| malformed("the head of a vault's export before it"))?;
        let (word, expected) = head.means().ok_or_else(|| malformed("means 1 or 2 before it"))?;
        if word != unlock.word() {
            return Err(PartyError::OtherExportMeans { path: path.to_owned(), expected });
        }
        let expected = if word == "file" { "the unlock file" } else { "the passphrase" };
        let parts = Parts::new(&head, unlock)?;
        Ok(Self { source, path: path.to_owned(), parts, expected, current: 0, is_over: false })
    }

    /// The next part's plain bytes; none after the last part.
    pub(crate) fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, PartyError> {
        if self.is_over {
            return Ok(None);
        }
        self.current = self.parts.next;
        let sealed = self.sealed()?;
        let rest = self.source.fill_buf().map_err(PartyError::unavailable(&self.path))?;
        let is_last = rest.is_empty();
        let cut = || self.malformed("a part that is whole");
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>().ok_or_else(cut)?;
        let data = self.parts.associated_data(is_last);
        let payload = Payload { msg: ciphertext, aad: &data };
        let plain = self.parts.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| self.closed())?;
        let plain = Zeroizing::new(plain);
        if is_last != plain.is_empty() {
            return Err(self.malformed("an empty part at the end and nowhere else"));
        }
        self.parts.next += 1;
        self.is_over = is_last;
        Ok((!is_last).then_some(plain))
    }

    /// A fault of the part that was read last.
    pub(crate) fn malformed(&self, expected: &'static str) -> PartyError {
        PartyError::MalformedExport { path: self.path.clone(), part: self.current, expected }
    }

    /// With the first part nobody can tell another secret from a changed file.
    fn closed(&self) -> PartyError {
        if self.current > 0 {
            return self.malformed("the part that was written there, and the last one at the end");
        }
        PartyError::WrongExportSecret { path: self.path.clone(), expected: self.expected }
    }

    fn sealed(&mut self) -> Result<Vec<u8>, PartyError> {
        let length = self.exactly(4)?;
        let length = <[u8; 4]>::try_from(length.as_slice()).map_or(0, u32::from_le_bytes) as usize;
        if !(OVERHEAD..=PART_LIMIT).contains(&length) {
            return Err(self.malformed("a length of 40 to 16777216 bytes"));
        }
        self.exactly(length)
    }

    /// Never allocates more than the file has, whatever length it states.
    fn exactly(&mut self, length: usize) -> Result<Vec<u8>, PartyError> {
        let mut bytes = Vec::new();
        let read = (&mut self.source).take(length as u64).read_to_end(&mut bytes);
        read.map_err(PartyError::unavailable(&self.path))?;
        if bytes.len() < length {
            return Err(self.malformed("a part that is whole"));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Unlock {
        let folder = tempfile::tempdir().unwrap();
        Unlock::create(&folder.path().join("key")).unwrap()
    }

    fn written(unlock: &Unlock, plains: &[&[u8]]) -> Vec<u8> {
        let mut parts = PartWriter::begin(Vec::new(), Path::new("x"), unlock).unwrap();
        plains.iter().for_each(|plain| parts.part(plain).unwrap());
        parts.finish().unwrap()
    }

    fn read(unlock: &Unlock, bytes: &[u8]) -> Result<Vec<Vec<u8>>, PartyError> {
        let mut parts = PartReader::begin(bytes, Path::new("x"), unlock)?;
        let mut read = Vec::new();
        while let Some(plain) = parts.next()? {
            read.push(plain.to_vec());
        }
        assert!(parts.next()?.is_none());
        Ok(read)
    }

    #[test]
    fn every_other_byte_and_every_other_length_is_refused() {
        let unlock = secret();
        let whole = written(&unlock, &[b"one", b"two", b"three"]);
        assert_eq!(whole.len(), 57 + 3 * 44 + 3 + 3 + 5 + 44);
        assert_eq!(read(&unlock, &whole).unwrap(), [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
        for position in 0..whole.len() {
            for bit in [0, 7] {
                let mut changed = whole.clone();
                changed[position] ^= 1 << bit;
                assert!(read(&unlock, &changed).is_err(), "byte {position}, bit {bit}");
            }
            assert!(read(&unlock, &whole[..position]).is_err(), "{position} bytes");
        }
        for more in 1..100 {
            assert!(
                read(&unlock, &[whole.as_slice(), &vec![0; more]].concat()).is_err(),
                "{more} bytes more"
            );
        }
        assert!(read(&secret(), &whole).is_err());
    }

    #[test]
    fn only_the_last_part_is_empty() {
        let unlock = secret();
        assert_eq!(read(&unlock, &written(&unlock, &[])).unwrap(), [] as [Vec<u8>; 0]);
        assert!(read(&unlock, &written(&unlock, &[b"one", b"", b"two"])).is_err());
    }

    #[test]
    fn the_longest_part_is_written_and_a_longer_one_is_not() {
        let unlock = secret();
        let longest = vec![7; PART_LIMIT - OVERHEAD];
        let read = read(&unlock, &written(&unlock, &[&longest])).unwrap();
        assert!(read.len() == 1 && read[0] == longest);
        let mut parts = PartWriter::begin(Vec::new(), Path::new("x"), &unlock).unwrap();
        assert!(parts.part(&[longest, vec![7]].concat()).is_err());
    }

    /// A source that counts what is asked of it.
    struct Endless(u64);

    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 += buffer.len() as u64;
            buffer.fill(0xff);
            Ok(buffer.len())
        }
    }

    #[test]
    fn a_length_above_the_limit_is_refused_before_it_is_read() {
        let unlock = secret();
        let head = written(&unlock, &[])[..Head::LENGTH].to_vec();
        let source = std::io::Read::chain(head.as_slice(), Endless(0));
        let mut parts = PartReader::begin(std::io::BufReader::new(source), Path::new("x"), &unlock).unwrap();
        assert!(matches!(parts.next().unwrap_err(), PartyError::MalformedExport { part: 0, .. }));
        let (_, endless) = parts.source.into_inner().into_inner();
        assert!(endless.0 < 100_000, "{} bytes were read", endless.0);
    }
}
