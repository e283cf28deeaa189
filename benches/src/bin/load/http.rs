//! The real server in a process of its own, on a loopback address, and clients that keep their connection.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
};

use detente_benches::{measure::Failure, statements::Party};
use detente_log::{Guards, LogWriter, Options};
use detente_server::{Around, Limits, Writing, journal, serve_log};

use crate::{arguments::Arguments, target::Target};

/// Serves a log in `folder` until standard input ends: what [`Served`] starts. The address goes to standard output.
///
/// All clients have one address here, so the limit for one address is as high as that of connections.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) fn serve(arguments: &Arguments) -> Result<(), Failure> {
    let folder = arguments.folder().ok_or("expected folder=PATH")?;
    let writers = usize::try_from(arguments.number("writers", 1)?)?;
    let party = Party::new()?;
    let mut writer = LogWriter::create(&folder, party.origin())?;
    writer.append(&[party.genesis()], &party.signer())?;
    writer.close()?;
    let writing = Writing {
        origin: party.origin().clone(),
        key: party.log_key(),
        log: None,
        guards: Guards::none(),
        options: arguments.options(writers)?,
        policy: None,
    };
    let mut around = Around::new(SocketAddr::from(([127, 0, 0, 1], 0)));
    around.limits = Limits {
        connections: writers + 8,
        connections_each: writers + 8,
        at_work: writers + 8,
        ..Limits::default()
    };
    journal::to_stderr();
    let running = serve_log(folder, Some(writing), None, &around)?;
    println!("{}", running.address());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(running.stop()?)
}

/// A server that goes away with this value.
pub(crate) struct Served {
    child: Child,
    address: SocketAddr,
}

impl Served {
    pub(crate) fn start(folder: &Path, writers: u64, options: Options) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .arg(format!("folder={}", folder.display()))
            .arg(format!("writers={writers}"))
            .arg(format!("max_batch={}", options.max_batch))
            .arg(format!("max_wait_ms={}", options.max_wait.as_millis()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Its log lines are written, as they would be, and read by nobody.
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        let out = child.stdout.take().ok_or("no standard output")?;
        BufReader::new(out).read_line(&mut line)?;
        let address = line.trim().parse().map_err(|_| "the server did not start");
        let this = Self { address: address.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0))), child };
        address?;
        Ok(this)
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends it in order.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // After `stop` there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Target for Served {
    type Session = BufReader<TcpStream>;

    fn session(&self) -> Result<Self::Session, Failure> {
        let socket = TcpStream::connect(self.address)?;
        socket.set_nodelay(true)?;
        Ok(BufReader::new(socket))
    }

    fn submit(&self, session: &mut Self::Session, entry: &[u8]) -> Result<u64, String> {
        let mut request = format!(
            "POST /add HTTP/1.1\r\nHost: {}\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
            self.address,
            entry.len()
        )
        .into_bytes();
        request.extend_from_slice(entry);
        session.get_mut().write_all(&request).map_err(|error| error.to_string())?;
        let answer = read_answer(session).map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&answer.1);
        if answer.0 != 200 {
            return Err(format!("expected 200, got {}: {text}", answer.0));
        }
        let index = text.lines().find_map(|line| line.strip_prefix("index "));
        index.and_then(|index| index.parse().ok()).ok_or_else(|| format!("expected a receipt, got {text}"))
    }
}

/// Status and body of an answer whose length is announced, as ours are.
fn read_answer(session: &mut BufReader<TcpStream>) -> std::io::Result<(u16, Vec<u8>)> {
    let malformed = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let (mut status, mut length, mut line) = (None, 0, String::new());
    loop {
        line.clear();
        if session.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match (status, line.trim_end()) {
            (None, first) => {
                status = Some(first.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(malformed)?);
            }
            (Some(status), "") => {
                let mut body = vec![0; length];
                session.read_exact(&mut body)?;
                return Ok((status, body));
            }
            (Some(_), header) => {
                if let Some((name, value)) = header.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse().map_err(|_| malformed())?;
                }
            }
        }
    }
}
