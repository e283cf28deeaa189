//! TLS, and certificates of clients.

use std::{
    fs,
    io::Write as _,
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
};

use detente_core::{Digest, Name};
use detente_server::{AccessFile, Running, TlsFiles, Token};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
    version::{TLS12, TLS13},
};

use crate::{
    scene::{Served, Unusual, scratch},
    wire::{Reply, read, request, send},
};

struct Certificate {
    der: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Certificate {
    fn new(name: &str) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
        Self { der: cert.der().clone(), key: signing_key.serialize_der() }
    }

    fn files(name: &str, folder: &Path) -> (Self, TlsFiles) {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
        let files = TlsFiles { certificate: folder.join("chain.pem"), key: folder.join("key.pem") };
        fs::write(&files.certificate, cert.pem()).unwrap();
        fs::write(&files.key, signing_key.serialize_pem()).unwrap();
        (Self { der: cert.der().clone(), key: signing_key.serialize_der() }, files)
    }

    fn digest(&self) -> Digest {
        Digest::from_bytes(Sha256::digest(&self.der).into())
    }
}

/// Asks over TLS, with a certificate of one's own or without; `None` when there is no connection or no answer.
fn ask(
    address: SocketAddr,
    trusted: &Certificate,
    own: Option<&Certificate>,
    version: &'static SupportedProtocolVersion,
    bytes: &[u8],
) -> Option<Reply> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der.clone()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    let configuration = match own {
        Some(own) => {
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.key.clone()));
            builder.with_client_auth_cert(vec![own.der.clone()], key).unwrap()
        }
        None => builder.with_no_client_auth(),
    };
    let name = ServerName::try_from("log.example").unwrap();
    let connection = ClientConnection::new(Arc::new(configuration), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
    stream.write_all(bytes).ok()?;
    read(&mut stream)
}

fn get(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    request("GET", path, headers, b"")
}

#[test]
fn both_versions_are_spoken_and_plain_text_is_not() {
    let folder = scratch();
    let (server, files) = Certificate::files("log.example", folder.path());
    let served = Served::with(&[14], |_| {
        let mut unusual = Unusual::default();
        unusual.around.tls = Some(files);
        unusual
    });
    for version in [&TLS12, &TLS13] {
        let reply = ask(served.address(), &server, None, version, &get("/checkpoint", &[])).unwrap();
        assert_eq!((reply.status, reply.body), (200, fs::read(served.log().join("checkpoint")).unwrap()));
    }
    assert!(send(served.address(), &get("/checkpoint", &[])).is_none_or(|reply| reply.status == 400));
    let other = Certificate::new("log.example");
    assert!(
        ask(served.address(), &other, None, &TLS13, &get("/checkpoint", &[])).is_none(),
        "not that server"
    );
}

#[test]
fn a_listed_certificate_lets_in_and_another_does_not() {
    let folder = scratch();
    let (server, files) = Certificate::files("log.example", folder.path());
    let (known, stranger) = (Certificate::new("b.example"), Certificate::new("b.example"));
    let token = Token::random().unwrap();
    let path = folder.path().join("access.json");
    let mut access = AccessFile::default();
    access.add(&Name::parse("b.example").unwrap(), None, Some(known.digest()));
    access.add(&Name::parse("c.example").unwrap(), Some(token.digest()), None);
    access.write(&path).unwrap();
    let served = Served::with(&[14], |_| {
        let mut unusual = Unusual { access: Some(path), ..Unusual::default() };
        unusual.around.tls = Some(files);
        unusual
    });
    let status = |own, version, headers: &[(&str, &str)]| {
        ask(served.address(), &server, own, version, &get("/checkpoint", headers)).unwrap().status
    };
    assert_eq!(status(Some(&known), &TLS13, &[]), 200);
    assert_eq!(status(Some(&stranger), &TLS13, &[]), 401);
    assert_eq!(status(None, &TLS13, &[]), 401);
    assert_eq!(status(Some(&known), &TLS12, &[]), 401, "in TLS 1.2 a certificate counts for nothing");
    let bearer = format!("Bearer {}", token.expose());
    assert_eq!(status(None, &TLS12, &[("Authorization", &bearer)]), 200, "a token does");
    assert_eq!(status(Some(&stranger), &TLS13, &[("Authorization", &bearer)]), 200);
}

#[test]
fn what_is_wrong_with_certificates_is_said_before_anything_is_served() {
    let folder = scratch();
    let (_, files) = Certificate::files("log.example", folder.path());
    let (party, log) = (crate::scene::Party::new(), folder.path().join("log"));
    party.create(&log, &[1]);
    let refused = |tls: TlsFiles| -> String {
        let mut unusual = Unusual::default();
        unusual.around.tls = Some(tls);
        crate::scene::serve(&party, &log, unusual).map(Running::stop).unwrap_err().to_string()
    };
    let missing = folder.path().join("none.pem");
    let named = refused(TlsFiles { certificate: missing.clone(), ..files.clone() });
    assert!(named.contains("none.pem: expected certificates in PEM"), "{named}");
    let named = refused(TlsFiles { key: missing, ..files.clone() });
    assert!(named.contains("none.pem: expected a private key in PEM"), "{named}");
    let swapped = refused(TlsFiles { certificate: files.key.clone(), key: files.key.clone() });
    assert!(swapped.contains("expected certificates in PEM"), "{swapped}");
    let elsewhere = scratch();
    let (_, other) = Certificate::files("log.example", elsewhere.path());
    let mixed = refused(TlsFiles { key: other.key, ..files });
    assert!(mixed.contains("expected the key of the certificate"), "{mixed}");
}

#[test]
fn plain_text_leaves_the_machine_only_when_told_so() {
    let folder = scratch();
    let (party, log) = (crate::scene::Party::new(), folder.path().join("log"));
    party.create(&log, &[1]);
    let everywhere = |insecure| {
        let mut unusual = Unusual::default();
        unusual.around.listen = SocketAddr::from(([0, 0, 0, 0], 0));
        unusual.around.insecure = insecure;
        crate::scene::serve(&party, &log, unusual)
    };
    let refused = everywhere(false).unwrap_err();
    assert_eq!(refused.code(), detente_core::Code::Misuse, "{refused}");
    everywhere(true).unwrap().stop().unwrap();
}
