//! Requests to the servers of the registry. If one does not answer, the next one is asked.

use std::{
    fs,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use data_encoding::BASE64;
use rustls::crypto::{CryptoProvider, ring};
use serde_json::Value;
use ureq::{
    Agent, Body,
    http::Response,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::error::RegistryError;
use crate::event_bus::broker::{BusError, bounded, kafka::bus::options::KafkaOptions};

const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";
/// How often all servers are asked before a request fails.
const ROUNDS: usize = 3;
/// The pause before each further round.
const PAUSE: Duration = Duration::from_millis(100);
/// The largest answer that is read.
const LONGEST_ANSWER: u64 = 16_000_000;

pub(super) struct Http {
    urls: Vec<String>,
    authorization: Option<String>,
    timeout: Duration,
    /// The trusted CA certificates; `None` for the system's.
    authorities: Option<Vec<Certificate<'static>>>,
    /// Made with the first request, because the system's CA certificates take time to read.
    agent: OnceLock<Agent>,
}

impl Http {
    pub(super) fn new(options: &KafkaOptions) -> Result<Self, BusError> {
        let authorization = options.registry_login.as_ref().map(|(user, password)| {
            format!("Basic {}", BASE64.encode(format!("{user}:{}", password.expose()).as_bytes()))
        });
        Ok(Self {
            urls: options.registry_urls.clone(),
            authorization,
            timeout: bounded(options.registry_timeout).max(Duration::from_millis(1)),
            authorities: read_authorities(options)?,
            agent: OnceLock::new(),
        })
    }

    pub(super) fn get(&self, path: &str, deadline: Instant) -> Result<Value, RegistryError> {
        self.ask(deadline, |agent, url, timeout| {
            let request = agent.get(format!("{url}{path}")).header("Accept", MEDIA_TYPE);
            let request = match &self.authorization {
                Some(login) => request.header("Authorization", login),
                None => request,
            };
            request.config().timeout_global(Some(timeout)).build().call()
        })
    }

    pub(super) fn post(&self, path: &str, body: &Value, deadline: Instant) -> Result<Value, RegistryError> {
        let body = body.to_string();
        self.ask(deadline, |agent, url, timeout| {
            let request = agent
                .post(format!("{url}{path}"))
                .header("Accept", MEDIA_TYPE)
                .header("Content-Type", MEDIA_TYPE);
            let request = match &self.authorization {
                Some(login) => request.header("Authorization", login),
                None => request,
            };
            request.config().timeout_global(Some(timeout)).build().send(&body)
        })
    }

    /// Asks the servers in turn until one answers.
    fn ask(
        &self,
        deadline: Instant,
        request: impl Fn(&Agent, &str, Duration) -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Value, RegistryError> {
        let agent = self.agent.get_or_init(|| self.make_agent());
        let mut last = RegistryError::away("there was no time left to ask the schema registry");
        for round in 0..ROUNDS {
            if round > 0 {
                let left = deadline.saturating_duration_since(Instant::now());
                std::thread::sleep(PAUSE.min(left));
            }
            for url in &self.urls {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(last);
                }
                match request(agent, url, self.timeout.min(left)).map(|response| read(url, response)) {
                    Ok(Err(away @ RegistryError::Away(_))) => last = away,
                    Ok(answer) => return answer,
                    Err(error) => last = failed(url, &error)?,
                }
            }
        }
        Err(last)
    }

    fn make_agent(&self) -> Agent {
        let roots = match &self.authorities {
            Some(authorities) => authorities.clone(),
            None if self.urls.iter().any(|url| url.starts_with("https")) => {
                let system = rustls_native_certs::load_native_certs().certs;
                system.iter().map(|one| Certificate::from_der(one).to_owned()).collect()
            }
            None => Vec::new(),
        };
        let provider = CryptoProvider::get_default().cloned();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(
                provider.unwrap_or_else(|| Arc::new(ring::default_provider())),
            )
            .build();
        let user_agent = concat!("openedx-events/", env!("CARGO_PKG_VERSION"));
        let config =
            Agent::config_builder().tls_config(tls).http_status_as_error(false).user_agent(user_agent);
        config.build().new_agent()
    }
}

/// Reads the answer of a server.
fn read(url: &str, mut response: Response<Body>) -> Result<Value, RegistryError> {
    let status = response.status();
    let body = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string();
    let body = body.map_err(|error| {
        RegistryError::away(format!("the schema registry at {url} closed the connection early: {error}"))
    })?;
    let json: Option<Value> = serde_json::from_str(&body).ok();
    if status.is_success() {
        return json.ok_or_else(|| {
            RegistryError::away(format!("the schema registry at {url} does not answer with JSON"))
        });
    }
    let field = |name: &str| json.as_ref().and_then(|json| json.get(name));
    let words = field("message").and_then(Value::as_str).unwrap_or("").trim();
    let words: String = words.chars().take(500).collect();
    let colon = if words.is_empty() { "" } else { ": " };
    let said = format!("the schema registry at {url} says {status}{colon}{words}");
    if matches!(status.as_u16(), 408 | 429) || status.is_server_error() {
        return Err(RegistryError::Away(said));
    }
    let code = field("error_code").and_then(Value::as_i64);
    // A registry's "not found" has an error code. This answer has none, so it says nothing about a schema.
    if status.as_u16() == 404 && code.is_none_or(|code| code == 404) {
        return Err(RegistryError::Away(format!(
            "{said}, which is not the answer of a schema registry; check the path of `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL`: the one of \
             Apicurio ends in `/apis/ccompat/v7`"
        )));
    }
    let reason = match status.as_u16() {
        401 | 403 => format!(
            "{said}; check `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_KEY` and `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_SECRET`"
        ),
        _ => said,
    };
    let code = code.unwrap_or_else(|| status.as_u16().into());
    Err(RegistryError::Refused { code, reason })
}

/// Makes the error of a request that got no answer.
///
/// # Errors
///
/// If asking again cannot help.
fn failed(url: &str, error: &ureq::Error) -> Result<RegistryError, RegistryError> {
    let why = match error {
        ureq::Error::Timeout(_) => "it did not answer in time".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    };
    let reason = format!("cannot reach the schema registry at {url}: {why}");
    let is_lasting = match error {
        ureq::Error::Rustls(rustls::Error::InvalidCertificate(_)) => true,
        ureq::Error::Io(error) => error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .is_some_and(|error| matches!(error, rustls::Error::InvalidCertificate(_))),
        _ => false,
    };
    if is_lasting {
        let reason = format!(
            "{reason}; set `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_CA_CERTS` to a file with its CA certificate"
        );
        return Err(RegistryError::Refused { code: 0, reason });
    }
    Ok(RegistryError::Away(reason))
}

fn read_authorities(options: &KafkaOptions) -> Result<Option<Vec<Certificate<'static>>>, BusError> {
    const SETTING: &str = "EVENT_BUS_KAFKA_SCHEMA_REGISTRY_CA_CERTS";
    let Some(file) = &options.registry_ca_certs else { return Ok(None) };
    let name = file.display();
    let pem = fs::read(file).map_err(|error| {
        BusError::permanent(format!("cannot read the certificates in `{name}` (`{SETTING}`)"))
            .with_source(error)
    })?;
    let certificates: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate.to_owned()),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(BusError::permanent(format!("`{name}` (`{SETTING}`) is not a PEM file of certificates")));
    }
    Ok(Some(certificates))
}
