//! The vault: one SQLite file whose rows are sealed (`specs/party.md` "Vault").

mod rows;
mod sealer;
mod unknown;

use std::path::{Path, PathBuf};

use detente_core::{Digest, Label, LeafIndex, LogId};
use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, config::DbConfig, params,
};
use zeroize::Zeroizing;

use crate::folder::{PRIVATE, create_new};
use crate::keyring::{EventIndex, Keyring};
use crate::record::Record;
use crate::secret::{Secret, random};
use crate::steps::{PartyStep, Steps, VaultChange};
use crate::{PartyError, Unlock};

pub(crate) use rows::{NewVault, PlainRow, Settled, Table};
use sealer::{RawRow, index, number, raw_row, row_number};
pub(crate) use sealer::{SealedRow, Sealer};
pub(crate) use unknown::{Epoch, RecoveredRow};

const FORMAT: &str = "detente-vault-v1";

const SCHEMA: &str = "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE secrets (number INTEGER PRIMARY KEY, sealed BLOB NOT NULL);
    CREATE TABLE keyring (number INTEGER PRIMARY KEY, sealed BLOB NOT NULL);
    CREATE TABLE counter (one INTEGER PRIMARY KEY CHECK (one = 1), next INTEGER NOT NULL);
    CREATE TABLE entries (number INTEGER PRIMARY KEY, lookup BLOB, sealed BLOB NOT NULL);
    CREATE TABLE pending (number INTEGER PRIMARY KEY);
    CREATE TABLE forgotten (number INTEGER NOT NULL, sealed BLOB NOT NULL);
    CREATE TABLE epochs (number INTEGER PRIMARY KEY, sealed BLOB NOT NULL);
    CREATE TABLE unknown (number INTEGER PRIMARY KEY, sealed BLOB NOT NULL);
    CREATE INDEX entries_by_lookup ON entries (lookup);
    INSERT INTO counter VALUES (1, 0);
";

/// A named secret row of the vault.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SecretName {
    Master,
    CheckpointKey,
    Epoch,
    /// The id of the party's log: no secret, and sealed all the same.
    Log,
    /// An author or sealing key, by its number in the keyring.
    Key(u64),
}

impl SecretName {
    pub(crate) const fn number(self) -> u64 {
        match self {
            Self::Master => 1,
            Self::CheckpointKey => 4,
            Self::Epoch => 5,
            Self::Log => 6,
            Self::Key(number) => number,
        }
    }
}

/// Rows of the table `keyring`.
const KEYRING: u64 = 1;
const EVENT_INDEX: u64 = 2;

/// An open vault.
pub(crate) struct Vault {
    connection: Connection,
    sealer: Sealer,
    steps: VaultSteps,
}

/// Where the transactions of a vault are announced.
#[derive(Clone, Default)]
struct VaultSteps {
    path: PathBuf,
    steps: Steps,
}

impl VaultSteps {
    fn begin(&self, change: VaultChange) -> Result<(), PartyError> {
        self.steps.before_vault(&self.path, PartyStep::VaultBegin(change))
    }

    fn commit(&self, change: VaultChange) -> Result<(), PartyError> {
        self.steps.before_vault(&self.path, PartyStep::VaultCommit(change))
    }
}

/// A sealed row about one entry.
pub(crate) struct Row {
    pub(crate) index: LeafIndex,
    pub(crate) record: Zeroizing<Vec<u8>>,
}

impl Vault {
    pub(crate) fn create(path: &Path, unlock: &Unlock, steps: &Steps) -> Result<Self, PartyError> {
        let steps = VaultSteps { path: path.to_owned(), steps: steps.clone() };
        steps.steps.before_vault(path, PartyStep::CreateFile(path))?;
        // The file is made by us first, so that SQLite finds one that nobody else can read.
        create_new(path, PRIVATE).map_err(PartyError::unavailable(path))?;
        let mut connection = connect(path)?;
        let sealer = Sealer::new(&Secret::random()?);
        steps.begin(VaultChange::Format)?;
        let transaction = connection.transaction()?;
        transaction.execute_batch(SCHEMA)?;
        transaction.execute("INSERT INTO meta VALUES ('format', ?1)", [FORMAT.as_bytes()])?;
        wrap(&transaction, &sealer, unlock)?;
        put_keyring_row(&transaction, &sealer, KEYRING, &Keyring::first().to_bytes())?;
        put_keyring_row(&transaction, &sealer, EVENT_INDEX, &EventIndex::default().to_bytes())?;
        steps.commit(VaultChange::Format)?;
        transaction.commit()?;
        Ok(Self { connection, sealer, steps })
    }

    /// The same vault, its transactions announced.
    pub(crate) fn announced(self, path: &Path, steps: &Steps) -> Self {
        Self { steps: VaultSteps { path: path.to_owned(), steps: steps.clone() }, ..self }
    }

    pub(crate) fn open(path: &Path, unlock: &Unlock) -> Result<Self, PartyError> {
        if !path.is_file() {
            return Err(PartyError::NoVault { path: path.to_owned() });
        }
        let connection = connect(path)?;
        let meta = |name: &str| -> Result<Vec<u8>, PartyError> {
            Ok(connection.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))?)
        };
        if meta("format")? != FORMAT.as_bytes() {
            return Err(PartyError::VaultFormat { path: path.to_owned() });
        }
        let expected = match meta("unlock")?.as_slice() {
            b"file" => "an unlock file",
            b"passphrase" => "a passphrase",
            _ => return Err(PartyError::VaultFormat { path: path.to_owned() }),
        };
        if meta("unlock")? != unlock.word().as_bytes() {
            return Err(PartyError::OtherMeans { path: path.to_owned(), expected });
        }
        let salt = meta("salt")?;
        let wrapping = Sealer::new(&unlock.secret(&salt)?.derive(Label::PARTY_WRAP, &[&salt]));
        let wrong = || match unlock.word() {
            "passphrase" => PartyError::WrongPassphrase { path: path.to_owned() },
            _ => PartyError::WrongUnlock { path: path.to_owned() },
        };
        let data_key = wrapping.open("wrap", 0, &meta("wrap")?).map_err(|_| wrong())?;
        let data_key = Secret::from_slice(&data_key).ok_or_else(wrong)?;
        Ok(Self { connection, sealer: Sealer::new(&data_key), steps: VaultSteps::default() })
    }

    /// Lets other means open the vault from now on. Copies from before are still opened by the means of then.
    pub(crate) fn rewrap(&mut self, unlock: &Unlock) -> Result<(), PartyError> {
        self.steps.begin(VaultChange::Means)?;
        let transaction = self.connection.transaction()?;
        wrap(&transaction, &self.sealer, unlock)?;
        self.steps.commit(VaultChange::Means)?;
        transaction.commit()?;
        Ok(())
    }

    pub(crate) fn put_secret(&self, name: SecretName, secret: &Secret) -> Result<(), PartyError> {
        self.steps.commit(VaultChange::Secret)?;
        put_secret(&self.connection, &self.sealer, name.number(), secret)
    }

    pub(crate) fn secret(&self, name: SecretName) -> Result<Secret, PartyError> {
        let number = name.number();
        let broken = || PartyError::VaultRow { table: "secrets", number };
        let sealed: Vec<u8> = self
            .connection
            .query_row("SELECT sealed FROM secrets WHERE number = ?1", [row_number(number)?], |row| {
                row.get(0)
            })
            .optional()?
            .ok_or_else(broken)?;
        let opened = self.sealer.open("secrets", number, &sealed)?;
        Secret::from_slice(&opened).ok_or_else(broken)
    }

    /// The log that the vault was made with.
    pub(crate) fn log(&self) -> Result<LogId, PartyError> {
        Ok(LogId::new(Digest::from_bytes(*self.secret(SecretName::Log)?.expose())))
    }

    /// Which keys the vault holds and which are in use.
    pub(crate) fn keyring(&self) -> Result<Keyring, PartyError> {
        Keyring::parse(&self.keyring_row(KEYRING)?)
            .ok_or(PartyError::VaultRow { table: "keyring", number: KEYRING })
    }

    /// Replaces the keyring, and stores the secret of a new key with it, or neither.
    pub(crate) fn put_keyring(
        &mut self,
        ring: &Keyring,
        new: Option<(u64, &Secret)>,
    ) -> Result<(), PartyError> {
        self.steps.begin(VaultChange::Keyring)?;
        let transaction = self.connection.transaction()?;
        if let Some((number, secret)) = new {
            put_secret(&transaction, &self.sealer, number, secret)?;
        }
        put_keyring_row(&transaction, &self.sealer, KEYRING, &ring.to_bytes())?;
        self.steps.commit(VaultChange::Keyring)?;
        transaction.commit()?;
        Ok(())
    }

    /// Which entries of the log are key events.
    pub(crate) fn event_index(&self) -> Result<EventIndex, PartyError> {
        EventIndex::parse(&self.keyring_row(EVENT_INDEX)?)
            .ok_or(PartyError::VaultRow { table: "keyring", number: EVENT_INDEX })
    }

    pub(crate) fn put_event_index(&self, index: &EventIndex) -> Result<(), PartyError> {
        self.steps.commit(VaultChange::Events)?;
        put_keyring_row(&self.connection, &self.sealer, EVENT_INDEX, &index.to_bytes())
    }

    fn keyring_row(&self, number: u64) -> Result<Zeroizing<Vec<u8>>, PartyError> {
        let sealed: Vec<u8> = self.connection.query_row(
            "SELECT sealed FROM keyring WHERE number = ?1",
            [row_number(number)?],
            |row| row.get(0),
        )?;
        self.sealer.open("keyring", number, &sealed)
    }

    /// A batch, and the key for its rows, which other threads may use meanwhile.
    pub(crate) fn begin(&mut self) -> Result<(&Sealer, Batch<'_>), PartyError> {
        // Reading the counter under a write lock keeps it from being given twice; it is written once, with the batch.
        self.steps.begin(VaultChange::Batch)?;
        let epoch = Digest::from_bytes(*self.secret(SecretName::Epoch)?.expose());
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let counter: i64 = transaction.query_row("SELECT next FROM counter", [], |row| row.get(0))?;
        // The table is not authenticated, and the rows are.
        let counter = counter.max(next_after_newest(&transaction, &self.sealer, epoch)?);
        Ok((&self.sealer, Batch { transaction, sealer: &self.sealer, steps: &self.steps, counter }))
    }

    pub(crate) fn row(&self, index: LeafIndex) -> Result<Option<Row>, PartyError> {
        let found = self
            .connection
            .query_row("SELECT number, sealed FROM entries WHERE number = ?1", [number(index)?], raw_row)
            .optional()?;
        found.map(|raw| self.open_row(raw)).transpose()
    }

    /// The rows that are marked pending, in order. Marks stand apart from the rows, so that setting one does not write
    /// a document a second time, and finding them does not read all.
    pub(crate) fn pending(&self) -> Result<Vec<LeafIndex>, PartyError> {
        let mut statement = self.connection.prepare("SELECT number FROM pending ORDER BY number")?;
        let numbers = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        numbers.into_iter().map(index).collect()
    }

    /// The rows of one incident id, in order.
    pub(crate) fn indices_of(&self, id: &str) -> Result<Vec<LeafIndex>, PartyError> {
        let lookup = self.sealer.lookup(id);
        let mut statement =
            self.connection.prepare("SELECT number FROM entries WHERE lookup = ?1 ORDER BY number")?;
        let numbers =
            statement.query_map([lookup.as_slice()], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        numbers.into_iter().map(index).collect()
    }

    /// The highest index that the vault knows to be in the log: of a row that is marked committed, or of an unknown entry.
    pub(crate) fn newest_settled(&self) -> Result<Option<LeafIndex>, PartyError> {
        let newest: Option<i64> = self
            .connection
            .query_row(
                "SELECT number FROM entries WHERE number NOT IN pending ORDER BY number DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        let unknown: Option<i64> =
            self.connection.query_row("SELECT max(number) FROM unknown", [], |row| row.get(0))?;
        newest.max(unknown).map(index).transpose()
    }

    pub(crate) fn settle(
        &mut self,
        committed: &[LeafIndex],
        forgotten: &[LeafIndex],
    ) -> Result<(), PartyError> {
        if committed.is_empty() && forgotten.is_empty() {
            return Ok(());
        }
        self.steps.begin(VaultChange::Settled)?;
        let transaction = self.connection.transaction()?;
        settle_rows(&transaction, committed, forgotten)?;
        self.steps.commit(VaultChange::Settled)?;
        transaction.commit()?;
        Ok(())
    }

    /// Marks every pending row as committed.
    pub(crate) fn settle_all(&mut self) -> Result<(), PartyError> {
        self.steps.commit(VaultChange::Settled)?;
        self.connection.execute("DELETE FROM pending", [])?;
        Ok(())
    }

    fn open_row(&self, raw: RawRow) -> Result<Row, PartyError> {
        self.sealer.open_row(raw)
    }
}

/// Rows of one batch; nothing of it stays unless it is committed.
pub(crate) struct Batch<'a> {
    transaction: Transaction<'a>,
    sealer: &'a Sealer,
    steps: &'a VaultSteps,
    /// The next counter.
    counter: i64,
}

impl Batch<'_> {
    /// Takes a counter. It is spent for good when the batch is committed, which is before anything made with it is
    /// public; a batch that is dropped has shown nobody what it made.
    pub(crate) fn spend_counter(&mut self) -> Result<u64, PartyError> {
        let spent = self.counter;
        self.counter = spent.checked_add(1).ok_or(PartyError::CountersSpent)?;
        u64::try_from(spent).map_err(|_| PartyError::CountersSpent)
    }

    pub(crate) fn insert(&self, index: LeafIndex, row: &SealedRow) -> Result<(), PartyError> {
        let number = number(index)?;
        self.transaction
            .prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3)")?
            .execute(params![number, row.lookup, row.sealed])?;
        self.transaction.prepare_cached("INSERT INTO pending VALUES (?1)")?.execute([number])?;
        Ok(())
    }

    pub(crate) fn newest(&self, id: &str) -> Result<Option<Row>, PartyError> {
        find_newest(&self.transaction, self.sealer, id)
    }

    pub(crate) fn commit(self) -> Result<(), PartyError> {
        self.transaction.execute("UPDATE counter SET next = ?1", [self.counter])?;
        self.steps.commit(VaultChange::Batch)?;
        self.transaction.commit()?;
        Ok(())
    }
}

fn find_newest(connection: &Connection, sealer: &Sealer, id: &str) -> Result<Option<Row>, PartyError> {
    let lookup = sealer.lookup(id);
    let found = connection
        .prepare_cached("SELECT number, sealed FROM entries WHERE lookup = ?1 ORDER BY number DESC LIMIT 1")?
        .query_row([lookup.as_slice()], raw_row)
        .optional()?;
    found.map(|raw| sealer.open_row(raw)).transpose()
}

/// One above the counter of the newest record, 0 when that is of another epoch.
fn next_after_newest(connection: &Connection, sealer: &Sealer, epoch: Digest) -> Result<i64, PartyError> {
    let newest = connection
        .query_row("SELECT number, sealed FROM entries ORDER BY number DESC LIMIT 1", [], raw_row)
        .optional()?;
    let Some(row) = newest.map(|raw| sealer.open_row(raw)).transpose()? else { return Ok(0) };
    let place = Record::parse(&row.record, row.index.get())?.place;
    if place.epoch != epoch {
        return Ok(0);
    }
    let next = place.counter.checked_add(1).ok_or(PartyError::CountersSpent)?;
    i64::try_from(next).map_err(|_| PartyError::CountersSpent)
}

fn connect(path: &Path) -> Result<Connection, PartyError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // Else every look-up with another id is planned anew, which costs more than the look-up.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // A counter that a crash un-spends would use one seed twice, so every commit reaches the disk; EXTRA, because with
    // FULL a power loss can bring the deleted journal back, and it would roll the commit back.
    connection.execute_batch(
        "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON;",
    )?;
    Ok(connection)
}

/// Seals the data key under an unlock secret, with a new salt.
fn wrap(connection: &Connection, rows: &Sealer, unlock: &Unlock) -> Result<(), PartyError> {
    let salt: [u8; 32] = random()?;
    let wrapping = Sealer::new(&unlock.secret(&salt)?.derive(Label::PARTY_WRAP, &[&salt]));
    let wrapped = wrapping.seal("wrap", 0, rows.key.expose())?;
    let rows: [(&str, &[u8]); 3] =
        [("salt", &salt), ("unlock", unlock.word().as_bytes()), ("wrap", &wrapped)];
    for (name, value) in rows {
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", params![name, value])?;
    }
    Ok(())
}

/// Takes the marks off pending rows, and moves those aside that the log does not hold.
fn settle_rows(
    connection: &Connection,
    committed: &[LeafIndex],
    forgotten: &[LeafIndex],
) -> Result<(), PartyError> {
    for index in forgotten {
        // Kept aside, not deleted: should the log turn out to be an old copy, this is all that opens the entry.
        connection.execute(
            "INSERT INTO forgotten SELECT number, sealed FROM entries WHERE number = ?1",
            [number(*index)?],
        )?;
        connection.execute("DELETE FROM entries WHERE number = ?1", [number(*index)?])?;
    }
    for index in committed.iter().chain(forgotten) {
        connection.execute("DELETE FROM pending WHERE number = ?1", [number(*index)?])?;
    }
    Ok(())
}

fn put_secret(
    connection: &Connection,
    sealer: &Sealer,
    number: u64,
    secret: &Secret,
) -> Result<(), PartyError> {
    let sealed = sealer.seal("secrets", number, secret.expose())?;
    connection.execute("INSERT INTO secrets VALUES (?1, ?2)", params![row_number(number)?, sealed])?;
    Ok(())
}

fn put_keyring_row(
    connection: &Connection,
    sealer: &Sealer,
    number: u64,
    plain: &[u8],
) -> Result<(), PartyError> {
    let sealed = sealer.seal("keyring", number, plain)?;
    connection
        .execute("INSERT OR REPLACE INTO keyring VALUES (?1, ?2)", params![row_number(number)?, sealed])?;
    Ok(())
}
