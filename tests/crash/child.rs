//! The process that is killed: a sequencer, writers that never rest, and a pipe that hears of everything first.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use detente_log::{Guards, LogError, LogWriter, Options, Sequencer, Store};
use detente_merkle::leaf_hash;

use crate::{
    party::{Telling, origin, read_statements},
    random::Random,
};

/// What the process is started with, in this order.
pub(crate) struct Orders<'a> {
    pub(crate) folder: &'a str,
    pub(crate) statements: &'a str,
    /// A guard's path, behind `create` or `keep` and a colon, or nothing.
    pub(crate) guard: String,
    /// The first number that nobody has a receipt of.
    pub(crate) first: u64,
    pub(crate) seed: u64,
}

impl<'a> Orders<'a> {
    pub(crate) fn arguments(&self) -> [String; 5] {
        let (folder, statements) = (self.folder.to_owned(), self.statements.to_owned());
        [folder, statements, self.guard.clone(), self.first.to_string(), self.seed.to_string()]
    }

    fn parse(arguments: &'a [String]) -> Self {
        let [folder, statements, guard, first, seed] = arguments else { panic!("{arguments:?}") };
        let (first, seed) = (first.parse().unwrap(), seed.parse().unwrap());
        Self { folder, statements, guard: guard.clone(), first, seed }
    }
}

/// Writers at once.
const WRITERS: u64 = 8;
/// Most statements that a writer waits for at once.
const BURST: u64 = 40;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let orders = Orders::parse(arguments);
    let (pipe, statements) = (Pipe::default(), read_statements(Path::new(orders.statements)));
    let writer = open(&orders).unwrap();
    let signer = Telling::signer({
        let pipe = pipe.clone();
        move |line| pipe.say(line)
    });
    let options = Options { max_wait: Duration::from_millis(2), max_batch: 200, ..Options::default() };
    let sequencer = Sequencer::start(writer, signer, options).unwrap();
    pipe.say("started");
    let next = AtomicU64::new(orders.first);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let load = Load { orders: &orders, statements: &statements, next: &next, sequencer: &sequencer };
            let pipe = &pipe;
            scope.spawn(move || load.write(pipe, Random::new(orders.seed ^ (writer << 32))));
        }
    });
    ExitCode::FAILURE
}

fn open(orders: &Orders<'_>) -> Result<LogWriter, LogError> {
    let guards = match orders.guard.split_once(':') {
        Some(("create", path)) => Guards::new([path]).create_missing(),
        Some((_, path)) => Guards::new([path]),
        None => Guards::none(),
    };
    let store = Store::new(orders.folder);
    match Path::new(orders.folder).join("state").exists() {
        true => LogWriter::open_with(store, guards),
        false => LogWriter::create_with(store, &origin(), guards),
    }
}

struct Load<'a> {
    orders: &'a Orders<'a>,
    statements: &'a [Vec<u8>],
    next: &'a AtomicU64,
    sequencer: &'a Sequencer,
}

impl Load<'_> {
    /// Until the kill.
    fn write(&self, pipe: &Pipe, mut random: Random) {
        let most = self.statements.len() as u64 - 1;
        loop {
            let burst = random.between(1, BURST);
            // What is in the log for long, or what nobody has a receipt of.
            let first = match random.one_in(8) && self.orders.first > 0 {
                true => random.between(0, self.orders.first - 1),
                false => self.next.fetch_add(burst, Ordering::SeqCst),
            };
            let numbers = (first..first + burst).map(|number| number.min(most));
            let tickets: Vec<_> = numbers
                .map(|number| {
                    let entry = &self.statements[number as usize];
                    // A log has to begin with its genesis before it takes anything else.
                    while self.sequencer.published().0.get() == 0 && number > 0 {
                        thread::yield_now();
                    }
                    (number, self.sequencer.submit(entry).unwrap())
                })
                .collect();
            for (number, ticket) in tickets {
                let receipt = ticket.wait().unwrap();
                let leaf = leaf_hash(receipt.entry()).digest();
                pipe.note(receipt.size().get(), receipt.note());
                pipe.say(&format!("receipt {number} {} {leaf} {}", receipt.index(), receipt.size()));
            }
        }
    }
}

/// Whole lines, each in one write: what the kill cuts off is the last one.
#[derive(Debug, Clone, Default)]
struct Pipe {
    noted: Arc<Mutex<BTreeSet<u64>>>,
}

impl Pipe {
    fn say(&self, line: &str) {
        io::stdout().lock().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// A note, once for each size; its line feeds become tabulators.
    fn note(&self, size: u64, note: &[u8]) {
        let mut noted = self.noted.lock().unwrap();
        if noted.insert(size) {
            self.say(&format!("note {}", std::str::from_utf8(note).unwrap().replace('\n', "\t")));
        }
    }
}
