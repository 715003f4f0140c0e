//! Encryption: trusted certificates, the handshake, and servers that expect the other kind of connection.

use std::{
    io::{Read as _, Write as _},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme, StreamOwned,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use super::{failure::Trouble, socket::Socket};

/// The time that a probe of the server's protocol may take.
const PROBE: Duration = Duration::from_millis(500);

/// How to encrypt connections.
pub(super) struct Tls {
    /// The trusted CA certificates; `None` for the system's.
    pub(super) authorities: Option<Vec<CertificateDer<'static>>>,
    pub(super) accept_any_certificate: bool,
    config: OnceLock<Result<Arc<ClientConfig>, Trouble>>,
}

impl Tls {
    pub(super) fn new(authorities: Option<Vec<CertificateDer<'static>>>, accept_any: bool) -> Self {
        Self { authorities, accept_any_certificate: accept_any, config: OnceLock::new() }
    }

    /// Makes the client's side of an encrypted connection to `host`. The handshake comes with the first byte.
    pub(super) fn wrap(
        &self,
        socket: Socket,
        host: &str,
    ) -> Result<StreamOwned<ClientConnection, Socket>, Trouble> {
        let unusable = |error: &dyn std::fmt::Display| {
            Trouble::Permanent(format!("TLS cannot be used with host `{host}`: {error}"))
        };
        let name = ServerName::try_from(host.to_owned()).map_err(|error| unusable(&error))?;
        let config = self.config.get_or_init(|| self.configure()).clone()?;
        let client = ClientConnection::new(config, name).map_err(|error| unusable(&error))?;
        Ok(StreamOwned::new(client, socket))
    }

    fn configure(&self) -> Result<Arc<ClientConfig>, Trouble> {
        if self.accept_any_certificate {
            return accept_any();
        }
        let mut roots = RootCertStore::empty();
        match &self.authorities {
            Some(authorities) => roots.add_parsable_certificates(authorities.iter().cloned()),
            None => roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
        };
        if roots.is_empty() {
            return Err(Trouble::Permanent(
                "no usable CA certificate: set `ssl_ca_certs` to a file with the server's CA certificate"
                    .to_owned(),
            ));
        }
        let config = builder()?.with_root_certificates(roots).with_no_client_auth();
        Ok(Arc::new(config))
    }
}

type Builder = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;

fn builder() -> Result<Builder, Trouble> {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    builder.map_err(|error| Trouble::Permanent(format!("TLS cannot be used: {error}")))
}

/// Returns the cryptography that the process has chosen, or that of `ring`.
fn provider() -> Arc<CryptoProvider> {
    let chosen = CryptoProvider::get_default().cloned();
    chosen.unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}

/// Makes a configuration that accepts every certificate.
fn accept_any() -> Result<Arc<ClientConfig>, Trouble> {
    let verifier = Arc::new(AcceptAny(provider()));
    let config = builder()?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(Arc::new(config))
}

/// Accepts every certificate, but not a wrong signature.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Returns whether a server speaks the protocol of Redis without encryption. It may wait forever for the rest of a TLS
/// handshake, but it answers a command, if only with an error.
pub(super) fn speaks_plain(host: &str, port: u16, deadline: Instant) -> bool {
    first_byte(host, port, deadline, b"PING\r\n").is_some_and(|byte| b"+-".contains(&byte))
}

/// Returns whether a server answers a TLS handshake. It may close a connection that begins with anything else, and say nothing.
pub(super) fn speaks_tls(host: &str, port: u16, deadline: Instant) -> bool {
    const ALERT: u8 = 21;
    const HANDSHAKE: u8 = 22;
    let hello = || {
        let name = ServerName::try_from(host.to_owned()).ok()?;
        let mut client = ClientConnection::new(accept_any().ok()?, name).ok()?;
        let mut hello = Vec::new();
        client.write_tls(&mut hello).ok()?;
        Some(hello)
    };
    let first = hello().and_then(|hello| first_byte(host, port, deadline, &hello));
    first.is_some_and(|byte| [ALERT, HANDSHAKE].contains(&byte))
}

/// Returns the first byte that the server sends after `greeting`.
fn first_byte(host: &str, port: u16, deadline: Instant, greeting: &[u8]) -> Option<u8> {
    let mut socket = Socket::tcp(host, port, PROBE, deadline.min(Instant::now() + PROBE)).ok()?;
    socket.write_all(greeting).ok()?;
    let mut byte = [0];
    socket.read_exact(&mut byte).ok()?;
    Some(byte[0])
}
