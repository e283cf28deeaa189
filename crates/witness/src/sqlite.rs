//! A store in one SQLite file.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use detente_checkpoint::NoteKey;
use detente_core::{Code, Digest, Origin, TreeSize, UnixSeconds};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::{
    Applied, BatchStore, Evidence, EvidenceKind, Kept, MAX_EVIDENCE, MAX_REFUSALS, Refusal, Seen, SeenKey,
    StoreStep, WitnessError, WitnessStore,
};

const FORMAT: &str = "detente-witness-store-v1";

const SCHEMA: &str = "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE newest (
        origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, time INTEGER NOT NULL, note BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE evidence (
        number INTEGER PRIMARY KEY, origin TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL,
        root BLOB NOT NULL, time INTEGER NOT NULL, request BLOB NOT NULL, newest BLOB,
        UNIQUE (origin, kind, size, root)
    );
";

/// Made when a store is opened that is older than refusals.
const REFUSALS: &str = "
    CREATE TABLE IF NOT EXISTS refusal (
        number INTEGER PRIMARY KEY, origin TEXT NOT NULL, request BLOB NOT NULL, code TEXT NOT NULL,
        old INTEGER NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, newest INTEGER NOT NULL,
        time INTEGER NOT NULL, UNIQUE (origin, request)
    );
";

/// How long a second process waits for the first one's step.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store in one file, which belongs to one key. Several processes may have it open.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Mutex<Connection>,
}

impl SqliteStore {
    /// Makes the store of a witness key, mode 0600. A file that is there is never touched.
    ///
    /// # Errors
    /// [`WitnessError::Unavailable`], also when the file exists; [`WitnessError::Store`].
    pub fn create(path: &Path, witness: &NoteKey) -> Result<Self, WitnessError> {
        // The file is made by us first, so that SQLite finds one that nobody else can read.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        options.open(path).map_err(WitnessError::unavailable(path))?;
        let mut connection = connect(path).map_err(WitnessError::store)?;
        fill(&mut connection, witness).map_err(WitnessError::store)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Opens the store of a witness key. It never makes one: a witness that forgot what it signed must not sign.
    ///
    /// # Errors
    /// [`WitnessError::NoStore`]; [`WitnessError::OtherStore`] for another format or another key's;
    /// [`WitnessError::Store`].
    pub fn open(path: &Path, witness: &NoteKey) -> Result<Self, WitnessError> {
        if !path.is_file() {
            return Err(WitnessError::NoStore { path: path.to_owned() });
        }
        let connection = connect(path).map_err(WitnessError::store)?;
        let (format, key) = owner(&connection).map_err(WitnessError::store)?;
        if format.as_deref() != Some(FORMAT) || key.as_deref() != Some(witness.to_string().as_str()) {
            let (path, witness): (PathBuf, String) = (path.to_owned(), witness.to_string());
            return Err(WitnessError::OtherStore { path, witness });
        }
        connection.execute_batch(REFUSALS).map_err(WitnessError::store)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// All that `act` does, or nothing, durably.
    fn transact<T>(
        &self,
        act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, WitnessError> {
        let mut connection = self.connection();
        let whole = || -> rusqlite::Result<T> {
            let transaction = immediate(&mut connection)?;
            let done = act(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        whole().map_err(WitnessError::store)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // Whoever panicked dropped its transaction, which undid it.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WitnessStore for SqliteStore {
    fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError> {
        let found = self
            .connection()
            .prepare_cached("SELECT size, root, time, note FROM newest WHERE origin = ?1")
            .and_then(|mut query| {
                query
                    .query_row([origin.as_str()], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, Vec<u8>>(3)?))
                    })
                    .optional()
            })
            .map_err(WitnessError::store)?;
        let Some((size, root, time, note)) = found else { return Ok(None) };
        let key =
            seen_key(size, root, time).ok_or_else(|| WitnessError::StoreRow { origin: origin.clone() })?;
        Seen::restore(origin, key, &note).map(Some)
    }

    fn compare_and_set(
        &self,
        origin: &Origin,
        expected: Option<&SeenKey>,
        next: &Seen,
    ) -> Result<bool, WitnessError> {
        self.transact(|transaction| replace(transaction, origin, expected, next))
    }

    fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
        self.transact(|transaction| keep(transaction, origin, evidence))
    }

    fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
        let connection = self.connection();
        let rows = evidence(&connection, origin).map_err(WitnessError::store)?;
        let found: Option<Vec<_>> = rows.into_iter().map(EvidenceRow::restore).collect();
        found.ok_or_else(|| WitnessError::StoreRow { origin: origin.clone() })
    }

    fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError> {
        self.transact(|transaction| refuse(transaction, origin, refusal))
    }

    fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
        let connection = self.connection();
        let rows = refusals(&connection, origin).map_err(WitnessError::store)?;
        let found: Option<Vec<_>> = rows.into_iter().map(RefusalRow::restore).collect();
        found.ok_or_else(|| WitnessError::StoreRow { origin: origin.clone() })
    }
}

impl BatchStore for SqliteStore {
    fn apply(&self, steps: &[StoreStep]) -> Result<Vec<Applied>, WitnessError> {
        self.transact(|transaction| {
            let apply = |step: &StoreStep| match step {
                StoreStep::CompareAndSet { origin, expected, next } => {
                    replace(transaction, origin, expected.as_ref(), next).map(Applied::Set)
                }
                StoreStep::KeepEvidence { origin, evidence } => {
                    keep(transaction, origin, evidence).map(Applied::Kept)
                }
                StoreStep::KeepRefusal { origin, refusal } => {
                    refuse(transaction, origin, refusal).map(|()| Applied::Refused)
                }
            };
            steps.iter().map(apply).collect()
        })
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // A step that a power cut undoes after its cosignature went out lets the witness sign another tree. EXTRA flushes the
    // folder too, after the journal's removal, which is what commits.
    connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;")?;
    Ok(connection)
}

fn fill(connection: &mut Connection, witness: &NoteKey) -> rusqlite::Result<()> {
    let transaction = immediate(connection)?;
    transaction.execute_batch(SCHEMA)?;
    transaction.execute_batch(REFUSALS)?;
    for (name, value) in [("format", FORMAT), ("witness", &witness.to_string())] {
        transaction.execute("INSERT INTO meta VALUES (?1, ?2)", [name, value])?;
    }
    transaction.commit()
}

/// Format and vkey; neither when the file is another database, or a store whose creation did not finish.
fn owner(connection: &Connection) -> rusqlite::Result<(Option<String>, Option<String>)> {
    let tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'meta'";
    if connection.query_row(tables, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok((None, None));
    }
    let value = |name: &str| {
        connection.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()
    };
    Ok((value("format")?, value("witness")?))
}

/// Takes the write lock at once: a read that is upgraded later could have been overtaken.
fn immediate(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn replace(
    transaction: &Transaction<'_>,
    origin: &Origin,
    expected: Option<&SeenKey>,
    next: &Seen,
) -> rusqlite::Result<bool> {
    let key = next.key();
    let (origin, size, root) = (origin.as_str(), integer(key.size.get()), key.root.as_bytes().as_slice());
    let (time, note) = (integer(key.time.get()), next.note().as_bytes());
    let changed = match expected {
        None => transaction
            .prepare_cached("INSERT INTO newest VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")?
            .execute(params![origin, size, root, time, note])?,
        Some(expected) => transaction
            .prepare_cached(
                "UPDATE newest SET size = ?2, root = ?3, time = ?4, note = ?5
                 WHERE origin = ?1 AND size = ?6 AND root = ?7 AND time = ?8",
            )?
            .execute(params![
                origin,
                size,
                root,
                time,
                note,
                integer(expected.size.get()),
                expected.root.as_bytes().as_slice(),
                integer(expected.time.get())
            ])?,
    };
    Ok(changed == 1)
}

fn keep(transaction: &Transaction<'_>, origin: &Origin, evidence: &Evidence) -> rusqlite::Result<Kept> {
    let (origin, kind) = (origin.as_str(), evidence.kind.as_str());
    let (size, root) = (integer(evidence.size.get()), evidence.root.as_bytes().as_slice());
    let count = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        transaction.query_row(sql, values, |row| row.get::<_, i64>(0))
    };
    let known = count(
        "SELECT count(*) FROM evidence WHERE origin = ?1 AND kind = ?2 AND size = ?3 AND root = ?4",
        &[&origin, &kind, &size, &root],
    )?;
    if known != 0 {
        return Ok(Kept::Known);
    }
    if count("SELECT count(*) FROM evidence WHERE origin = ?1 AND kind = ?2", &[&origin, &kind])?
        >= MAX_EVIDENCE as i64
    {
        return Ok(Kept::Full);
    }
    transaction.execute(
        "INSERT INTO evidence (origin, kind, size, root, time, request, newest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![origin, kind, size, root, integer(evidence.time.get()), evidence.request, evidence.newest],
    )?;
    Ok(Kept::New)
}

fn refuse(transaction: &Transaction<'_>, origin: &Origin, refusal: &Refusal) -> rusqlite::Result<()> {
    let Refusal { request, code, old, size, root, newest, time } = refusal;
    let (origin, request) = (origin.as_str(), request.as_bytes().as_slice());
    transaction
        .execute("DELETE FROM refusal WHERE origin = ?1 AND request = ?2", params![origin, request])?;
    transaction.execute(
        "INSERT INTO refusal (origin, request, code, old, size, root, newest, time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            origin,
            request,
            code.as_str(),
            integer(old.get()),
            integer(size.get()),
            root.as_bytes().as_slice(),
            integer(newest.get()),
            integer(time.get())
        ],
    )?;
    transaction.execute(
        "DELETE FROM refusal WHERE origin = ?1 AND number NOT IN
         (SELECT number FROM refusal WHERE origin = ?1 ORDER BY number DESC LIMIT ?2)",
        params![origin, MAX_REFUSALS as i64],
    )?;
    Ok(())
}

struct RefusalRow {
    request: Vec<u8>,
    code: String,
    old: i64,
    size: i64,
    root: Vec<u8>,
    newest: i64,
    time: i64,
}

impl RefusalRow {
    fn restore(self) -> Option<Refusal> {
        let SeenKey { size, root, time } = seen_key(self.size, self.root, self.time)?;
        let position = |value: i64| TreeSize::new(u64::try_from(value).ok()?).ok();
        Some(Refusal {
            request: Digest::from_slice(&self.request).ok()?,
            code: Code::ALL.iter().copied().find(|code| code.as_str() == self.code)?,
            old: position(self.old)?,
            size,
            root,
            newest: position(self.newest)?,
            time,
        })
    }
}

fn refusals(connection: &Connection, origin: &Origin) -> rusqlite::Result<Vec<RefusalRow>> {
    let mut query = connection.prepare_cached(
        "SELECT request, code, old, size, root, newest, time FROM refusal WHERE origin = ?1 ORDER BY number DESC",
    )?;
    let rows = query.query_map([origin.as_str()], |row| {
        Ok(RefusalRow {
            request: row.get(0)?,
            code: row.get(1)?,
            old: row.get(2)?,
            size: row.get(3)?,
            root: row.get(4)?,
            newest: row.get(5)?,
            time: row.get(6)?,
        })
    })?;
    rows.collect()
}

struct EvidenceRow {
    kind: String,
    size: i64,
    root: Vec<u8>,
    time: i64,
    request: Vec<u8>,
    newest: Option<Vec<u8>>,
}

impl EvidenceRow {
    fn restore(self) -> Option<Evidence> {
        let SeenKey { size, root, time } = seen_key(self.size, self.root, self.time)?;
        let kind = EvidenceKind::parse(&self.kind)?;
        Some(Evidence { kind, size, root, time, request: self.request, newest: self.newest })
    }
}

fn evidence(connection: &Connection, origin: &Origin) -> rusqlite::Result<Vec<EvidenceRow>> {
    let mut query = connection.prepare_cached(
        "SELECT kind, size, root, time, request, newest FROM evidence WHERE origin = ?1 ORDER BY number",
    )?;
    let rows = query.query_map([origin.as_str()], |row| {
        Ok(EvidenceRow {
            kind: row.get(0)?,
            size: row.get(1)?,
            root: row.get(2)?,
            time: row.get(3)?,
            request: row.get(4)?,
            newest: row.get(5)?,
        })
    })?;
    rows.collect()
}

fn seen_key(size: i64, root: Vec<u8>, time: i64) -> Option<SeenKey> {
    let size = TreeSize::new(u64::try_from(size).ok()?).ok()?;
    let time = UnixSeconds::new(u64::try_from(time).ok()?).ok()?;
    Some(SeenKey { size, root: Digest::from_slice(&root).ok()?, time })
}

/// Sizes and times are at most 2^63 - 1, so nothing is cut.
const fn integer(value: u64) -> i64 {
    value.cast_signed()
}
