//! What encrypted connections trust.

use std::{fs, path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};

use super::options::RedisTls;
use crate::event_bus::error::BusError;

/// The configuration of all connections; certificates are read now, so that what is wrong with them is noticed now, and
/// not at the first event.
pub(super) fn config(options: &RedisTls) -> Result<Arc<ClientConfig>, BusError> {
    let cryptography = cryptography();
    let builder = ClientConfig::builder_with_provider(Arc::clone(&cryptography))
        .with_safe_default_protocol_versions()
        .map_err(|error| BusError::lasting("the process's cryptography has no TLS").with_source(error))?;
    // A file that is named and cannot be read is a mistake, whatever is accepted.
    let named = options.ca_certs.as_deref().map(from_file).transpose()?;
    let config = if options.accept_any_certificate {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(cryptography)))
    } else {
        builder.with_root_certificates(named.map_or_else(of_system, Ok)?)
    };
    Ok(Arc::new(config.with_no_client_auth()))
}

/// The choice that the process has made, or ours.
fn cryptography() -> Arc<CryptoProvider> {
    if CryptoProvider::get_default().is_none() {
        // An error says that another thread was quicker, which will do as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let chosen = CryptoProvider::get_default().map(Arc::clone);
    chosen.unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}

fn from_file(file: &Path) -> Result<RootCertStore, BusError> {
    let file_name = file.display();
    let pem = fs::read(file).map_err(|error| {
        let text = format!("cannot read the certificates in `{file_name}` (`ssl_ca_certs`)");
        BusError::lasting(text).with_source(error)
    })?;
    let unusable =
        || BusError::lasting(format!("`{file_name}` (`ssl_ca_certs`) is no PEM file of certificates"));
    let mut trusted = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| unusable().with_source(error))?;
        trusted.add(certificate).map_err(|error| unusable().with_source(error))?;
    }
    if trusted.is_empty() { Err(unusable()) } else { Ok(trusted) }
}

/// What the system trusts. Single certificates that cannot be used are left out: systems have such.
fn of_system() -> Result<RootCertStore, BusError> {
    let mut found = rustls_native_certs::load_native_certs();
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(found.certs);
    if !trusted.is_empty() {
        return Ok(trusted);
    }
    let error = BusError::lasting("the system has no certificates to trust: name a file (`ssl_ca_certs`)");
    Err(match found.errors.pop() {
        Some(source) => error.with_source(source),
        None => error,
    })
}

/// `ssl_cert_reqs=none`: the connection is encrypted, and nobody knows with whom.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
