//! TLS with the operator's certificate; clients may show one of theirs (`specs/server.md` "Around both").

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use detente_core::Digest;
use tokio_rustls::rustls::{
    DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
    },
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject as _},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use crate::{ServerError, access::digest};

/// Where the server's certificate chain and its key are, in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// The key of that certificate.
    pub key: PathBuf,
}

impl TlsFiles {
    /// Reads both; `clients` asks clients for a certificate, which they may leave out.
    pub(crate) fn configure(&self, clients: bool) -> Result<Arc<ServerConfig>, ServerError> {
        let chain = certificates(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|_| expected(&self.key, "a private key in PEM, readable by this process"))?;
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|_| expected(&self.certificate, "a provider of TLS 1.2 and 1.3"))?;
        let builder = match clients {
            true => builder.with_client_cert_verifier(Arc::new(AnyCertificate::new(&provider))),
            false => builder.with_no_client_auth(),
        };
        let mut configuration = builder
            .with_single_cert(chain, key)
            .map_err(|_| expected(&self.key, "the key of the certificate"))?;
        configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(configuration))
    }
}

/// The digest by which an access file knows the first certificate of a PEM file.
///
/// # Errors
/// [`ServerError::Tls`].
pub fn certificate_digest(path: &Path) -> Result<Digest, ServerError> {
    let wrong = || expected(path, "certificates in PEM, readable by this process");
    certificates(path)?.first().map(|certificate| digest(certificate)).ok_or_else(wrong)
}

/// The certificates of a PEM file, at least one.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ServerError> {
    let wrong = || expected(path, "certificates in PEM, readable by this process");
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(|_| wrong())?.collect();
    chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(wrong)
}

fn expected(path: &Path, expected: &'static str) -> ServerError {
    ServerError::Tls { path: path.to_owned(), expected }
}

/// Takes any certificate whose key the client holds. Which ones count is the access file's matter, by digest; issuers and
/// dates mean nothing.
#[derive(Debug)]
struct AnyCertificate {
    algorithms: WebPkiSupportedAlgorithms,
}

impl AnyCertificate {
    fn new(provider: &CryptoProvider) -> Self {
        Self { algorithms: provider.signature_verification_algorithms }
    }
}

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
