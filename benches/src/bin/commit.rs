//! Committing a batch of reports: the whole of it, its parts, and the least that its hashes and one signature cost.
//!
//! Usage: `commit [reports.jsonl] [rounds]`, the shipped incidents and 5 unless told; the reports are repeated with new
//! ids until there are about four thousand. `TMPDIR` chooses the file system, which one receipt a report makes felt.

use std::{hint::black_box, io::Write as _, path::Path, time::Duration};

use detente_benches::{
    corpus::Corpus,
    measure::{Contender, Failure, Row, interleaved, table, timed},
    party::TemporaryParty,
    process::{peak_memory, processor_time},
};
use detente_checkpoint::SigningKey;
use detente_core::{Digest, LogId};
use detente_disclosure::{Document, Envelope, Profile, RealKind, Seed, SlotNumber, SlotValues};
use detente_party::CommitOptions;
use detente_statement::Signer;
use ed25519_dalek::Signer as _;
use rs_merkle::{Hasher, MerkleTree};
use sha2::block_api::compress256;

/// Reports in one batch, about.
const BATCH: usize = 4096;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).peekable();
    let file = arguments.next_if(|text| text.parse::<u32>().is_err());
    let rounds: u32 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let corpus = file.map_or_else(Corpus::shipped, |path| Corpus::read(Path::new(&path)))?;
    let count = u32::try_from(BATCH.div_ceil(corpus.len()) * corpus.len())?;
    let mut out = std::io::stdout().lock();

    // Before anything else of this program takes memory.
    commit(&corpus, count)?;
    let (small, large) = (peak_memory()?, {
        commit(&corpus, 8 * count)?;
        peak_memory()?
    });

    let values = slots(&corpus, count)?;
    let blocks = values.iter().map(blocks).sum::<usize>();
    let mut processor = Vec::new();
    let rows = interleaved(rounds, &mut contenders(&corpus, count, &values, blocks, &mut processor))?;
    let title = format!("commit, {count} reports of {} bytes, {rounds} rounds", corpus.mean_bytes());
    writeln!(out, "{}", table(&title, "report", &rows)?)?;

    let median = |place: usize| rows.get(place).map_or(f64::NAN, Row::median) / 1000.0;
    processor.sort_by(f64::total_cmp);
    let core =
        processor.get(processor.len() / 2).map_or(f64::NAN, |seconds| seconds * 1e6 / f64::from(count));
    let (whole, hashes, signature) = (median(WHOLE), median(HASHES), median(SIGNATURE));
    let floor = hashes + signature;
    let mean = blocks as f64 / f64::from(count);
    writeln!(
        out,
        "floor      {floor:.1} us a report: {mean:.0} compressions {hashes:.1}, one signature {signature:.1}"
    )?;
    writeln!(
        out,
        "commit     {whole:.1} us a report, {:.0} reports/s; {:.2} x floor",
        1e6 / whole,
        whole / floor
    )?;
    writeln!(
        out,
        "one core   {core:.1} us a report, {:.0} reports/s; {:.2} x floor",
        1e6 / core,
        core / floor
    )?;
    writeln!(out, "memory     {small} KiB at most for {count} reports, {large} KiB for {}", 8 * count)?;
    Ok(())
}

const WHOLE: usize = 0;
const HASHES: usize = 4;
const SIGNATURE: usize = 5;

fn contenders<'a>(
    corpus: &'a Corpus,
    count: u32,
    values: &'a [SlotValues<'static>],
    blocks: usize,
    processor: &'a mut Vec<f64>,
) -> Vec<Contender<'a>> {
    let contender =
        |name, run: Box<dyn FnMut() -> Result<Duration, Failure> + 'a>| Contender { name, units: count, run };
    let key = SigningKey::from_seed(&[7; 32]);
    let bare = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let leaves: Vec<[u8; 32]> = (0..256_u32).map(|i| node(&[i as u8; 32], &[7; 32])).collect();
    vec![
        contender(
            "commit: read, seal, store, publish, receipts",
            Box::new(move || {
                let (wall, cores) = commit(corpus, count)?;
                processor.push(cores.as_secs_f64());
                Ok(wall)
            }),
        ),
        contender(
            "of it: read and cut into slots",
            Box::new(move || {
                let (time, read) = timed(|| slots(corpus, count));
                read.map(|_| time)
            }),
        ),
        contender(
            "of it: seal",
            Box::new(move || {
                let seal =
                    |values: &SlotValues<'_>| values.seal(LogId::ZERO, &Seed::from_bytes([7; 32])).sealed();
                Ok(timed(|| values.iter().map(seal).for_each(|sealed| _ = black_box(sealed))).0)
            }),
        ),
        contender(
            "of it: the entry, signed",
            Box::new(move || {
                let signer = Signer::new(LogId::ZERO, &key);
                let (time, signed) =
                    timed(|| (0..count).try_for_each(|_| signer.sealed(black_box(Digest::ZERO)).map(drop)));
                Ok(signed.map(|()| time)?)
            }),
        ),
        contender(
            "sha2 0.11, the compressions of sealing alone",
            Box::new(move || {
                let mut state = [0; 8];
                let (time, ()) =
                    timed(|| (0..blocks).for_each(|_| compress256(&mut state, black_box(&[[7; 64]]))));
                black_box(state);
                Ok(time)
            }),
        ),
        contender(
            "ed25519-dalek 3, one signature alone",
            Box::new(move || {
                let message = [7; 146];
                Ok(timed(|| (0..count).for_each(|_| _ = black_box(bare.sign(black_box(&message))))).0)
            }),
        ),
        contender(
            "rs_merkle 1.5.0, the slot tree of given leaves",
            Box::new(move || {
                let build = |_| _ = black_box(MerkleTree::<Node>::from_leaves(black_box(&leaves)).root());
                Ok(timed(|| (0..count).for_each(build)).0)
            }),
        ),
    ]
}

/// Time by the clock, and of all processor cores together.
fn commit(corpus: &Corpus, count: u32) -> Result<(Duration, Duration), Failure> {
    let mut party = TemporaryParty::new()?;
    let before = processor_time();
    let (time, report) =
        timed(|| party.party.commit(&CommitOptions::default(), |each| corpus.feed(count, each)));
    let after = processor_time();
    if report?.reports.len() != count as usize {
        return Err("a report is missing".into());
    }
    Ok((time, after - before))
}

fn slots(corpus: &Corpus, count: u32) -> Result<Vec<SlotValues<'static>>, Failure> {
    let mut all = Vec::new();
    let envelope = Envelope::new(RealKind::IncidentReport);
    corpus.feed(count, &mut |_, report| {
        let mut values = Document::from_value(report)?.to_slots(Profile::veris_1())?;
        values.set_envelope(&envelope)?;
        all.push(values);
        Ok(())
    })?;
    Ok(all)
}

/// Compressions of SHA-256 that sealing cannot do without, with every shared first block done once.
fn blocks(values: &SlotValues<'_>) -> usize {
    let width = values.profile().width() as usize;
    // HMAC: two for the key, two a salt. A node has two.
    let salts = 2 + 2 * width;
    let nodes = 2 * (width - 1);
    // A leaf: one block before the salt for all; the value begins 37 bytes into the second. Nine end a message.
    let leaf = |slot| values.get(slot).map_or(1, |value| (37 + value.to_canonical().len() + 9).div_ceil(64));
    let leaves = 1 + (0..width as u16).map(|slot| leaf(SlotNumber::new(slot))).sum::<usize>();
    // Label, log id, profile digest, width and root.
    let wrap = (36 + 32 + 32 + 4 + 32_usize + 9).div_ceil(64);
    salts + leaves + nodes + wrap
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut block = [0; 64];
    let (first, second) = block.split_at_mut(32);
    first.copy_from_slice(left);
    second.copy_from_slice(right);
    let mut state = [7; 8];
    compress256(&mut state, &[block, [7; 64]]);
    let mut bytes = [0; 32];
    for (place, word) in bytes.chunks_exact_mut(4).zip(state) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}

/// A node of two compressions, as ours is.
#[derive(Clone)]
struct Node;

impl Hasher for Node {
    type Hash = [u8; 32];

    fn hash(data: &[u8]) -> [u8; 32] {
        data.as_chunks::<32>().0.first().copied().unwrap_or_default()
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        right.map_or(*left, |right| node(left, right))
    }
}
