//! A server from its start to its orderly end.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use detente_log::LogDirectory;
use detente_witness::{Witness, WitnessStore};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Handle, Runtime},
    sync::watch,
    task::JoinHandle,
};

use crate::{
    Limits, ServerError, TlsFiles,
    admin::Admin,
    connection::{listen, serve},
    credentials::Credentials,
    descriptors,
    door::{Door, Service},
    publishing::{LogService, Writing},
    witnessing::WitnessService,
};

/// Connections of operators, at most.
const FOR_OPERATORS: usize = 16;

/// Addresses, TLS and limits.
#[derive(Debug, Clone)]
pub struct Around {
    /// Where clients come. Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Where operators come, for `/health` and `/metrics`.
    pub admin: Option<SocketAddr>,
    /// The server's certificate and key.
    pub tls: Option<TlsFiles>,
    /// Whether plain HTTP may leave the machine.
    pub insecure: bool,
    /// What it bears.
    pub limits: Limits,
}

impl Around {
    /// Plain HTTP on an address, with the limits of the spec.
    pub fn new(listen: SocketAddr) -> Self {
        Self { listen, admin: None, tls: None, insecure: false, limits: Limits::default() }
    }

    /// As much of it as the system can bear.
    fn bounded(&self) -> Result<Self, ServerError> {
        Ok(Self { limits: descriptors::bounded(self.limits)?, ..self.clone() })
    }
}

/// A server at work. Dropping it stops it as [`Self::stop`] does.
#[derive(Debug)]
pub struct Running {
    runtime: Option<Runtime>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    address: SocketAddr,
    admin: Option<SocketAddr>,
    log: Option<LogService>,
}

/// Serves a log: `folder`, read by whoever `access` lets in, or by everybody; written when there is `writing`.
///
/// # Errors
/// [`ServerError`]: nothing is served then.
pub fn serve_log(
    folder: PathBuf,
    writing: Option<Writing>,
    access: Option<PathBuf>,
    around: &Around,
) -> Result<Running, ServerError> {
    let around = &around.bounded()?;
    let runtime = runtime()?;
    let credentials = access.map(Credentials::open).transpose()?;
    // Before the log's lock is taken: whatever is wrong with addresses is said first, and harms nothing.
    let sockets = Sockets::open(runtime.handle(), around)?;
    let directory = LogDirectory::open(folder)?;
    let service = LogService::start(directory, writing, credentials.is_some(), runtime.handle())?;
    let log = Some(service.clone());
    let clients = credentials.is_some();
    sockets.start(runtime, service, credentials, clients, around, log)
}

/// Serves a witness.
///
/// # Errors
/// [`ServerError`]: nothing is served then.
pub fn serve_witness<S: WitnessStore + 'static>(
    witness: Witness<S>,
    around: &Around,
) -> Result<Running, ServerError> {
    let around = &around.bounded()?;
    let runtime = runtime()?;
    let sockets = Sockets::open(runtime.handle(), around)?;
    sockets.start(runtime, WitnessService::new(witness), None, false, around, None)
}

fn runtime() -> Result<Runtime, ServerError> {
    Builder::new_multi_thread().thread_name("server").enable_all().build().map_err(ServerError::System)
}

struct Sockets {
    clients: TcpListener,
    admin: Option<TcpListener>,
    address: SocketAddr,
    admin_address: Option<SocketAddr>,
}

impl Sockets {
    fn open(handle: &Handle, around: &Around) -> Result<Self, ServerError> {
        if around.tls.is_none() && !around.insecure && !around.listen.ip().is_loopback() {
            return Err(ServerError::Plain { address: around.listen });
        }
        handle.block_on(async {
            let clients = listen(around.listen).await?;
            let admin = match around.admin {
                Some(address) => Some(listen(address).await?),
                None => None,
            };
            let address = |listener: &TcpListener| listener.local_addr().map_err(ServerError::System);
            let (at, admin_at) = (address(&clients)?, admin.as_ref().map(address).transpose()?);
            Ok(Self { clients, admin, address: at, admin_address: admin_at })
        })
    }

    fn start<S: Service>(
        self,
        runtime: Runtime,
        service: S,
        credentials: Option<Credentials>,
        clients: bool,
        around: &Around,
        log: Option<LogService>,
    ) -> Result<Running, ServerError> {
        let tls = around.tls.as_ref().map(|files| files.configure(clients)).transpose()?;
        let door = Arc::new(Door::new(service, credentials, around.limits));
        let (stop, stopping) = watch::channel(false);
        let mut tasks = Vec::new();
        if let Some(listener) = self.admin {
            let limits =
                Limits { connections: around.limits.connections.min(FOR_OPERATORS), ..around.limits };
            let admin = Arc::new(Door::new(Admin(Arc::clone(&door)), None, limits));
            tasks.push(runtime.spawn(serve(listener, None, admin, stopping.clone())));
        }
        tasks.push(runtime.spawn(serve(self.clients, tls, door, stopping)));
        let (address, admin) = (self.address, self.admin_address);
        Ok(Running { runtime: Some(runtime), stop, tasks, address, admin, log })
    }
}

impl Running {
    /// Where clients come.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where operators come.
    pub const fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Waits for SIGTERM or SIGINT, then stops. `ready` is called when both are listened for.
    ///
    /// # Errors
    /// [`ServerError::System`]; as [`Self::stop`].
    pub fn until_signal(self, ready: impl FnOnce()) -> Result<(), ServerError> {
        if let Some(runtime) = &self.runtime {
            runtime.block_on(signalled(ready)).map_err(ServerError::System)?;
        }
        self.stop()
    }

    /// Takes no new connections, finishes the requests at work for a while, drains the log's queue, gives its lock back.
    ///
    /// # Errors
    /// [`ServerError::Ended`] when the log did not end in order.
    pub fn stop(mut self) -> Result<(), ServerError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), ServerError> {
        let Some(runtime) = self.runtime.take() else { return Ok(()) };
        let _ = self.stop.send(true);
        for task in self.tasks.drain(..) {
            let _ = runtime.block_on(task);
        }
        // The sequencer asks witnesses by way of the runtime, so it ends first.
        let ended = self.log.take().map_or(Ok(()), |log| log.stop());
        runtime.shutdown_background();
        ended
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

#[cfg(unix)]
async fn signalled(ready: impl FnOnce()) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    ready();
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signalled(ready: impl FnOnce()) -> std::io::Result<()> {
    ready();
    tokio::signal::ctrl_c().await
}
