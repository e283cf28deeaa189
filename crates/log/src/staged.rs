//! One file that holds a whole batch until its tiles and bundles are known to be on disk (`specs/log.md` "Staged
//! file").

use std::{
    fs::File,
    io::{self, BufReader, Read},
};

use detente_merkle::tile::Tile;
use sha2::{Digest as _, Sha256};

use crate::{
    LogError, Store,
    layout::{BUNDLE_LIMIT, HASH_BYTES, STAGED_PATH_LIMIT, STAGING, STATE, TILE_LIMIT},
    state::State,
    storage::{Folders, parent},
};

/// A tile or bundle of a batch.
#[derive(Debug)]
pub(crate) struct StagedFile {
    path: String,
    content: Vec<u8>,
}

/// A batch whose files have their names, and are perhaps not flushed.
#[derive(Debug)]
pub(crate) struct Placed {
    /// The staged file that holds them all.
    pub(crate) staged: String,
    /// Their names.
    pub(crate) files: Vec<String>,
}

impl StagedFile {
    pub(crate) const fn new(path: String, content: Vec<u8>) -> Self {
        Self { path, content }
    }
}

/// Step 1: the batch in one file, and the state that will name it, flushed, where no reader looks.
///
/// All is written before anything is flushed: a file system that keeps a journal then has most of it to do once.
pub(crate) fn write(store: &Store, state: State, files: &[StagedFile]) -> Result<(), LogError> {
    let name = state.staging();
    let framed = |file: &StagedFile| 16 + file.path.len() as u64 + file.content.len() as u64;
    let length = 8 + files.iter().map(framed).sum::<u64>() + HASH_BYTES as u64;
    store.create_folders(STAGING, &mut Folders::new())?;
    store.write_with(&name, length, |out| {
        let mut hasher = Sha256::new();
        let mut put = |bytes: &[u8]| {
            hasher.update(bytes);
            out.write_all(bytes)
        };
        put(&(files.len() as u64).to_le_bytes())?;
        for file in files {
            for part in [file.path.as_bytes(), &file.content] {
                put(&(part.len() as u64).to_le_bytes())?;
                put(part)?;
            }
        }
        let digest = hasher.finalize();
        out.write_all(&digest)
    })?;
    let next = store.prepare(STATE, state.to_string().as_bytes())?;
    store.flush(&name)?;
    store.flush(&next)?;
    store.flush_folders(&Folders::from([STAGING.to_owned()]))
}

/// Step 4: gives every file of a committed batch its name. Doing it again changes nothing.
pub(crate) fn place(store: &Store, state: State, files: Vec<StagedFile>) -> Result<Placed, LogError> {
    let mut placed = Placed { staged: state.staging(), files: Vec::with_capacity(files.len()) };
    for file in files {
        place_one(store, file, &mut placed)?;
    }
    Ok(placed)
}

/// The same from the staged file, one file in memory at a time. Nothing is placed out of a file that is not whole.
pub(crate) fn place_again(store: &Store, state: State) -> Result<Placed, LogError> {
    let name = state.staging();
    let path = store.path(&name);
    let read = || -> io::Result<Result<Placed, LogError>> {
        let length = path.metadata()?.len();
        let content = length.checked_sub(HASH_BYTES as u64).ok_or(io::ErrorKind::UnexpectedEof)?;
        require_whole(&mut BufReader::new(File::open(&path)?), content)?;
        let mut reader = BufReader::new(File::open(&path)?).take(content);
        let mut placed = Placed { staged: name.clone(), files: Vec::new() };
        for _ in 0..read_number(&mut reader)? {
            let file = read_file(&mut reader)?;
            if let Err(error) = place_one(store, file, &mut placed) {
                return Ok(Err(error));
            }
        }
        if reader.limit() == 0 { Ok(Ok(placed)) } else { Err(io::ErrorKind::InvalidData.into()) }
    };
    match read() {
        Ok(placed) => placed,
        Err(error)
            if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData)
                || path.is_dir() =>
        {
            let expected = "a whole batch with its digest, since it was flushed before it was committed";
            Err(LogError::MalformedFile { path: name, expected })
        }
        Err(source) => Err(LogError::Unavailable { path, source }),
    }
}

/// Removes a batch that was never committed.
pub(crate) fn discard(store: &Store, state: State) -> Result<(), LogError> {
    store.remove(&state.staging()).and(store.forget_prepared(STATE))
}

fn place_one(store: &Store, file: StagedFile, placed: &mut Placed) -> Result<(), LogError> {
    // Folders are not flushed either: the batch is done again as long as its staged file is there.
    store.create_folders(parent(&file.path), &mut Folders::new())?;
    store.place(&file.path, &file.content)?;
    placed.files.push(file.path);
    Ok(())
}

fn require_whole(reader: &mut impl Read, length: u64) -> io::Result<()> {
    let mut hasher = Sha256::new();
    let mut left = length;
    let mut buffer = vec![0; 1 << 16];
    while left > 0 {
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let piece = buffer.get_mut(..most).unwrap_or_default();
        reader.read_exact(piece)?;
        hasher.update(piece);
        left -= most as u64;
    }
    let mut digest = [0; HASH_BYTES];
    reader.read_exact(&mut digest)?;
    if hasher.finalize().as_slice() == digest { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn read_file(reader: &mut impl Read) -> io::Result<StagedFile> {
    let path = String::from_utf8(read_bytes(reader, STAGED_PATH_LIMIT)?)
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    let limit = match (Tile::parse_entries(&path), Tile::parse(&path)) {
        (Ok(_), _) => BUNDLE_LIMIT,
        (_, Ok(_)) => TILE_LIMIT,
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    Ok(StagedFile { content: read_bytes(reader, limit)?, path })
}

fn read_number(reader: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    reader.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn read_bytes(reader: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let length = read_number(reader)?;
    if length > limit {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| io::ErrorKind::InvalidData)?];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}
