//! The lives of one log: started, loaded, killed, looked at, and started again.

use std::{
    fmt, fs,
    io::{BufRead as _, BufReader},
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use detente_log::{LogWriter, Options, Sequencer};

use crate::{
    CHILD,
    child::Orders,
    party::{Party, Telling},
    random::Random,
    record::Record,
};

/// Every so many rounds everything is checked.
const FULL_CHECK: usize = 20;
/// In every so many lives the start is killed, before anything is acknowledged.
const START_UP_EVERY: usize = 5;
/// How often `checkpoint` is read by somebody else, as readers do.
const POLL: Duration = Duration::from_millis(3);
/// After this the process is not slow but stuck.
const STUCK: Duration = Duration::from_secs(60);
/// How many statements are submitted once more at the end.
const AGAIN: usize = 300;

/// What happened, over all lives.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) under_load: usize,
    in_start_up: usize,
    with_guard: usize,
    without_index: usize,
    /// Starts that found a committed state without its note, or staged files.
    unpublished: usize,
    staged: usize,
    states: usize,
    polled: usize,
    full_checks: usize,
    pub(crate) acknowledged: usize,
    repeated: usize,
}

impl Counts {
    pub(crate) const fn kills(&self) -> usize {
        self.under_load + self.in_start_up
    }

    pub(crate) const fn add(&mut self, other: &Self) {
        self.under_load += other.under_load;
        self.in_start_up += other.in_start_up;
        self.with_guard += other.with_guard;
        self.without_index += other.without_index;
        self.unpublished += other.unpublished;
        self.staged += other.staged;
        self.states += other.states;
        self.polled += other.polled;
        self.full_checks += other.full_checks;
        self.acknowledged += other.acknowledged;
        self.repeated += other.repeated;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} kills: {} under load, {} in start-up; {} with a guard; of the starts after them {} without an index, \
             {} with staged files, {} with a state that was not published; {} statements acknowledged, {} more than \
             once; {} states signed, one root each; {} looks at the checkpoint, {} full checks",
            self.kills(),
            self.under_load,
            self.in_start_up,
            self.with_guard,
            self.without_index,
            self.staged,
            self.unpublished,
            self.acknowledged,
            self.repeated,
            self.states,
            self.polled,
            self.full_checks,
        )
    }
}

pub(crate) struct Lives<'a> {
    record: Record<'a>,
    party: &'a Party,
    folder: PathBuf,
    guard: PathBuf,
    statements: PathBuf,
    random: Random,
    /// How long the last start took until the first receipt.
    start_up: Duration,
    counts: Counts,
}

impl<'a> Lives<'a> {
    /// A log in `folder`; everything else that a life needs lies in `scratch`.
    pub(crate) fn new(party: &'a Party, scratch: &Path, folder: &Path, number: usize, seed: u64) -> Self {
        let guards = scratch.join(format!("guards-{number}"));
        fs::create_dir(&guards).unwrap();
        Self {
            record: Record::new(party),
            party,
            folder: folder.join(format!("log-{number}")),
            guard: guards.join("guard"),
            statements: scratch.join("statements"),
            random: Random::new(seed),
            start_up: Duration::from_millis(30),
            counts: Counts::default(),
        }
    }

    /// So many kills, then a last life that ends in order.
    pub(crate) fn run(mut self, rounds: usize, done: &AtomicUsize) -> Counts {
        for _ in 0..rounds {
            self.round();
            if (done.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(FULL_CHECK) {
                self.record.look_at_everything(&self.folder);
                self.counts.full_checks += 1;
            }
        }
        self.end();
        self.counts.states = self.record.states();
        self.counts.acknowledged = self.record.places().len();
        self.counts.repeated = self.record.repeated;
        self.counts
    }

    fn round(&mut self) {
        self.count_what_is_left();
        if self.random.one_in(6) && fs::remove_dir_all(self.folder.join("index")).is_ok() {
            self.counts.without_index += 1;
        }
        let guarded = self.random.one_in(2);
        self.counts.with_guard += usize::from(guarded);
        let in_start_up = self.counts.kills() % START_UP_EVERY == START_UP_EVERY - 2;
        let mut process = self.spawn(guarded);
        let start = Instant::now();
        let lines = self.listen(&mut process);
        let (mut heard, mut polled) = (Vec::new(), Vec::new());
        let mut until = in_start_up.then(|| {
            let micros = self.random.between(0, self.start_up.as_micros() as u64);
            start + Duration::from_micros(micros)
        });
        while until.is_none_or(|until| Instant::now() < until) {
            self.poll(&mut heard, &mut polled, &lines);
            if until.is_none() && heard.iter().any(|line| line.starts_with("receipt")) {
                self.start_up = start.elapsed();
                until = Some(Instant::now() + Duration::from_millis(self.random.between(5, 400)));
            }
            assert!(start.elapsed() < STUCK, "no receipt in {} s", STUCK.as_secs());
            assert_eq!(process.try_wait().unwrap(), None, "it ended by itself");
        }
        process.kill().unwrap();
        let status = process.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "{status}");
        // What the pipe still holds was said before the kill.
        heard.extend(lines.iter());
        match heard.iter().any(|line| line.starts_with("receipt")) {
            true => self.counts.under_load += 1,
            false => self.counts.in_start_up += 1,
        }
        heard.iter().for_each(|line| self.record.hear(line));
        polled.iter().for_each(|note: &Vec<u8>| self.record.see(note));
        self.counts.polled += polled.len();
        self.record.look(&self.folder);
    }

    fn count_what_is_left(&mut self) {
        let staged = fs::read_dir(self.folder.join("staging"));
        let whole = |name: &str| name.contains('-') && !name.ends_with(".new");
        let staged = staged.is_ok_and(|names| {
            names.flatten().any(|entry| whole(entry.file_name().to_str().unwrap_or_default()))
        });
        self.counts.staged += usize::from(staged);
        let state = fs::read_to_string(self.folder.join("state")).unwrap_or_default();
        let note = fs::read_to_string(self.folder.join("checkpoint")).unwrap_or_default();
        let (state, note) = (state.lines().next().unwrap_or("0"), note.lines().nth(1).unwrap_or("0"));
        self.counts.unpublished += usize::from(state != note);
    }

    fn spawn(&mut self, guarded: bool) -> Child {
        let guard = match (guarded, self.guard.exists()) {
            (true, true) => format!("keep:{}", self.guard.display()),
            (true, false) => format!("create:{}", self.guard.display()),
            (false, _) => String::new(),
        };
        let orders = Orders {
            folder: self.folder.to_str().unwrap(),
            statements: self.statements.to_str().unwrap(),
            guard,
            first: self.record.first_open(),
            seed: self.random.next(),
        };
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(CHILD).args(orders.arguments()).stdin(Stdio::null()).stdout(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Its lines as they come. The thread ends with the pipe.
    fn listen(&self, process: &mut Child) -> Receiver<String> {
        let (sender, lines) = channel();
        let mut pipe = BufReader::new(process.stdout.take().unwrap());
        thread::spawn(move || {
            let mut line = String::new();
            while pipe.read_line(&mut line).is_ok_and(|length| length > 0) {
                // The kill cut the rest off.
                let Some(whole) = line.strip_suffix('\n') else { return };
                if sender.send(whole.to_owned()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        lines
    }

    /// Takes what has come, and reads `checkpoint` as anybody may.
    fn poll(&self, heard: &mut Vec<String>, polled: &mut Vec<Vec<u8>>, lines: &Receiver<String>) {
        polled.extend(fs::read(self.folder.join("checkpoint")));
        thread::sleep(POLL);
        heard.extend(lines.try_iter());
    }

    /// Everything that has a receipt gives it again, and the log is whole.
    fn end(&mut self) {
        let (tell, told) = channel();
        let signer = Telling::signer(move |line: &str| tell.send(line.to_owned()).unwrap());
        let writer = LogWriter::open(&self.folder);
        let writer = match writer {
            Ok(writer) => writer,
            // Killed before it was made.
            Err(_) if self.record.places().is_empty() => return,
            Err(error) => panic!("{error}"),
        };
        let sequencer = Sequencer::start(writer, signer, Options::default()).unwrap();
        let places: Vec<(u64, u64)> =
            self.record.places().iter().map(|(number, index)| (*number, *index)).collect();
        for _ in 0..AGAIN.min(places.len()) {
            let (number, index) = places[self.random.between(0, places.len() as u64 - 1) as usize];
            let receipt = sequencer.submit(self.party.statement(number)).unwrap().wait().unwrap();
            assert_eq!(receipt.index().get(), index, "statement {number}");
            self.record.place(number, index);
        }
        sequencer.stop().unwrap();
        told.try_iter().for_each(|line| self.record.hear(&line));
        self.record.look_at_everything(&self.folder);
        self.counts.full_checks += 1;
    }
}
