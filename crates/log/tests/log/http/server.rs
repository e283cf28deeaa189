//! A web server of one folder, small enough to lie in any way.

use core::time::Duration;
use std::{
    fs,
    io::{BufRead as _, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};

/// What is sent back.
pub(crate) struct Reply {
    /// The request's head, in lower case.
    pub(crate) request: String,
    pub(crate) body: Vec<u8>,
    status: u16,
    headers: String,
    raw: Option<Vec<u8>>,
    wait: Duration,
}

impl Reply {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::status(200) }
    }

    pub(crate) fn status(status: u16) -> Self {
        let (request, headers) = (String::new(), String::new());
        Self { request, body: Vec::new(), status, headers, raw: None, wait: Duration::ZERO }
    }

    /// These bytes and nothing around them.
    pub(crate) fn raw(bytes: &str) -> Self {
        Self { raw: Some(bytes.as_bytes().to_vec()), ..Self::status(200) }
    }

    pub(crate) fn with(self, headers: &str) -> Self {
        Self { headers: headers.to_owned(), ..self }
    }

    pub(crate) fn then_wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    fn to_bytes(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let length = if matches!(self.status, 204) {
            String::new()
        } else {
            format!("content-length: {}\r\n", self.body.len())
        };
        let head = format!("HTTP/1.1 {} x\r\n{length}{}connection: close\r\n\r\n", self.status, self.headers);
        [head.into_bytes(), self.body.clone()].concat()
    }
}

type Answer = dyn Fn(&str, Reply) -> Reply + Send + Sync;

pub(crate) struct Server {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn of(folder: &Path) -> Self {
        Self::new(folder, |_, reply| reply)
    }

    /// What is sent is what `answer` makes of a path and of the folder's own answer to it.
    pub(crate) fn new(folder: &Path, answer: impl Fn(&str, Reply) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(folder, Arc::new(answer), None)
    }

    /// Behind TLS, for clients with this certificate.
    pub(crate) fn tls(folder: &Path, certificate: &str, key: &str, client: &str) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let mut clients = RootCertStore::empty();
        clients.add(CertificateDer::from_pem_slice(client.as_bytes()).unwrap()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(clients), Arc::clone(&provider))
            .build()
            .unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap())
            .unwrap();
        Self::start(folder, Arc::new(|_: &str, reply| reply), Some(Arc::new(config)))
    }

    fn start(folder: &Path, answer: Arc<Answer>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let (asked, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (folder, paths, stopped) = (folder.to_owned(), Arc::clone(&asked), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (folder, paths, answer, tls) =
                    (folder.clone(), Arc::clone(&paths), Arc::clone(&answer), tls.clone());
                thread::spawn(move || {
                    let stream = stream.unwrap();
                    match tls {
                        None => serve(stream, &folder, &paths, &*answer),
                        Some(config) => {
                            let tls = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
                            serve(tls, &folder, &paths, &*answer);
                        }
                    }
                });
            }
        });
        Self { at, asked, stop, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.at)
    }

    pub(crate) fn tls_address(&self) -> String {
        format!("https://localhost:{}", self.at.port())
    }

    /// Every path that was asked for, query included, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.at);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn serve(stream: impl Read + Write, folder: &Path, asked: &Mutex<Vec<String>>, answer: &Answer) {
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    // A client that goes away, or whom TLS refuses, is none of the test's business here.
    while !request.ends_with("\r\n\r\n") {
        if !matches!(stream.read_line(&mut request), Ok(1..)) {
            return;
        }
    }
    let path = request.split(' ').nth(1).unwrap().to_owned();
    asked.lock().unwrap().push(path.clone());
    let reply = Reply { request: request.to_ascii_lowercase(), ..own(folder, &path) };
    let reply = answer(&path, reply);
    let stream = stream.get_mut();
    let _ = stream.write_all(&reply.to_bytes()).and_then(|()| stream.flush());
    thread::sleep(reply.wait);
}

/// The folder's answer: its files, and the list of its notes.
fn own(folder: &Path, path: &str) -> Reply {
    if let Some(after) = path.strip_prefix("/history").filter(|rest| rest.is_empty() || rest.starts_with('?'))
    {
        let after: u64 = after.strip_prefix("?after=").map_or(0, |after| after.parse().unwrap());
        let mut sizes: Vec<u64> = fs::read_dir(folder.join("history"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap())
            .filter(|size| *size > after)
            .collect();
        sizes.sort_unstable();
        return Reply::ok(sizes.iter().map(|size| format!("{size}\n")).collect::<String>());
    }
    match fs::read(folder.join(path.trim_start_matches('/'))) {
        Ok(bytes) => Reply::ok(bytes),
        Err(_) => Reply::status(404),
    }
}
