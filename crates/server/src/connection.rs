//! From a socket to requests: accepting, TLS, HTTP/1.1, the orderly end.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use detente_core::Digest;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc, watch},
    time::timeout,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ProtocolVersion, ServerConfig, ServerConnection},
};

use crate::{
    Limits, ServerError,
    access::digest,
    crowd::{Crowd, origin_of},
    door::{Door, Peer, Service},
    patience::Patient,
};

/// How long nothing is accepted after the system gave no socket, as when all its descriptors are in use.
const BREATHER: Duration = Duration::from_millis(100);

/// Listens on an address that nobody else has.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, ServerError> {
    TcpListener::bind(address).await.map_err(|source| ServerError::Listen { address, source })
}

/// Serves until `stop` says so and the requests at work are answered, or have had their time.
pub(crate) async fn serve<S: Service>(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    door: Arc<Door<S>>,
    mut stop: watch::Receiver<bool>,
) {
    let limits = door.limits;
    let room = Arc::new(Semaphore::new(limits.connections));
    let crowd = Arc::<Crowd<IpAddr>>::default();
    let tls = tls.map(TlsAcceptor::from);
    // Each connection holds a sender; when all are gone, so are they.
    let (open, mut gone) = mpsc::channel::<Infallible>(1);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Ok((socket, address)) = accepted else {
            tokio::time::sleep(BREATHER).await;
            continue;
        };
        // Without room the socket is closed at once: a queue of them would wait for nothing.
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        let Some(own) = crowd.enter(origin_of(address.ip()), limits.connections_each) else { continue };
        let (door, tls, stop, open) = (Arc::clone(&door), tls.clone(), stop.clone(), open.clone());
        tokio::spawn(async move {
            let _held = (place, own, open, Counted::new(&door.metrics.connections));
            let _ = socket.set_nodelay(true);
            connect(socket, address.ip(), tls, &door, stop).await;
        });
    }
    drop((listener, open));
    let _ = timeout(limits.farewell, gone.recv()).await;
}

/// A connection that metrics count for as long as it lives, also when its task panics.
struct Counted<'a>(&'a AtomicI64);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicI64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn connect<S: Service>(
    socket: TcpStream,
    address: IpAddr,
    tls: Option<TlsAcceptor>,
    door: &Arc<Door<S>>,
    stop: watch::Receiver<bool>,
) {
    let Some(tls) = tls else {
        return exchange(socket, Peer { address, certificate: None }, door, stop).await;
    };
    if let Ok(Ok(secured)) = timeout(door.limits.arrival, tls.accept(socket)).await {
        let certificate = certificate(secured.get_ref().1);
        exchange(secured, Peer { address, certificate }, door, stop).await;
    }
}

/// In TLS 1.2 a certificate is shown in clear and bound to less, so there it counts for nothing.
fn certificate(connection: &ServerConnection) -> Option<Digest> {
    if connection.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
        return None;
    }
    connection.peer_certificates()?.first().map(|certificate| digest(certificate))
}

async fn exchange<S: Service>(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    door: &Arc<Door<S>>,
    mut stop: watch::Receiver<bool>,
) {
    let Limits { header, arrival, answer, .. } = door.limits;
    let service = service_fn(|request| {
        let door = Arc::clone(door);
        async move { door.pass(peer, request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(arrival)
        .max_header_size(header)
        .max_buf_size(header.max(8192))
        .serve_connection(TokioIo::new(Patient::new(socket, answer)), service);
    tokio::pin!(connection);
    // What goes wrong on a connection is the client's to notice.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
