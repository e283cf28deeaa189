//! One request, one answer, one connection. Redirects are not followed: an address is the policy's word.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request,
    client::conn::http1,
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};

use super::address::Address;

/// The longest answer that is read: a note of the largest size.
const MAX_ANSWER: usize = 1_100_000;

/// Asks one address after another.
#[derive(Debug)]
pub(crate) struct Client {
    tls: Option<Arc<ClientConfig>>,
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

/// Why there is no answer. It names no address: the policy has it.
#[derive(Debug, Error)]
pub(crate) enum NoAnswer {
    #[error("not reachable")]
    Unreachable,
    #[error("no TLS connection to the name in its address")]
    Tls,
    #[error("no answer of HTTP")]
    NotHttp,
    #[error("no answer within {} s", .0.as_secs_f32())]
    TooSlow(Duration),
}

impl Client {
    /// A client; with `tls` it reads the roots of the system.
    pub(crate) fn new(tls: bool) -> Self {
        Self { tls: tls.then(configuration).flatten() }
    }

    pub(crate) async fn post(
        &self,
        address: &Address,
        name: &str,
        body: Vec<u8>,
        patience: Duration,
    ) -> Result<Got, NoAnswer> {
        self.within(patience, address, Method::POST, name, body).await
    }

    pub(crate) async fn get(
        &self,
        address: &Address,
        name: &str,
        patience: Duration,
    ) -> Result<Got, NoAnswer> {
        self.within(patience, address, Method::GET, name, Vec::new()).await
    }

    async fn within(
        &self,
        patience: Duration,
        address: &Address,
        method: Method,
        name: &str,
        body: Vec<u8>,
    ) -> Result<Got, NoAnswer> {
        let asked = timeout(patience, self.ask(address, method, name, body));
        asked.await.unwrap_or(Err(NoAnswer::TooSlow(patience)))
    }

    async fn ask(
        &self,
        address: &Address,
        method: Method,
        name: &str,
        body: Vec<u8>,
    ) -> Result<Got, NoAnswer> {
        let request = Request::builder()
            .method(method)
            .uri(address.below(name))
            .header(HOST, address.authority())
            .header(CONTENT_TYPE, "text/plain; charset=utf-8")
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| NoAnswer::NotHttp)?;
        let socket =
            TcpStream::connect((address.host(), address.port())).await.map_err(|_| NoAnswer::Unreachable)?;
        if !address.is_secure() {
            return exchange(socket, request).await;
        }
        let tls = self.tls.clone().ok_or(NoAnswer::Tls)?;
        let name = ServerName::try_from(address.host().to_owned()).map_err(|_| NoAnswer::Tls)?;
        let secured = TlsConnector::from(tls).connect(name, socket).await.map_err(|_| NoAnswer::Tls)?;
        exchange(secured, request).await
    }
}

async fn exchange(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Got, NoAnswer> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(socket)).await.map_err(|_| NoAnswer::NotHttp)?;
    let answered = async {
        let answer = sender.send_request(request).await.map_err(|_| NoAnswer::NotHttp)?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
        Ok(Got { status, body: body.map_err(|_| NoAnswer::NotHttp)?.to_bytes() })
    };
    tokio::pin!(connection);
    tokio::pin!(answered);
    let mut open = true;
    loop {
        tokio::select! {
            answered = answered.as_mut() => return answered,
            _ = connection.as_mut(), if open => open = false,
        }
    }
}

fn configuration() -> Option<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().ok()?;
    Some(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}
