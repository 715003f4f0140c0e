//! The part of HTTP/1.1 that the clients of a registry use.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// A request that a registry received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path as sent, with the query.
    pub target: String,
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The header `Authorization`.
    pub authorization: Option<String>,
    /// The body.
    pub body: String,
}

impl Request {
    /// Returns the decoded parts of the path.
    pub(crate) fn path(&self) -> Vec<String> {
        let path = self.target.split('?').next().unwrap_or_default();
        path.split('/').filter(|part| !part.is_empty()).map(decode).collect()
    }
}

/// A status and a body.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    pub(crate) fn error(status: u16, code: u32, message: &str) -> Self {
        Self { status, body: json!({"error_code": code, "message": message}) }
    }
}

/// The listener and its connections, which can be closed and opened again.
#[derive(Debug)]
pub(crate) struct Connections {
    address: SocketAddr,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    listener: Option<TcpListener>,
    streams: Vec<TcpStream>,
}

impl Connections {
    pub(crate) fn open(port: u16) -> io::Result<Self> {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], port)))?;
        let address = listener.local_addr()?;
        Ok(Self { address, open: Mutex::new(Open { listener: Some(listener), streams: Vec::new() }) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits a moment for the next connection.
    pub(crate) fn accept(&self) -> Option<TcpStream> {
        let mut open = self.lock();
        if let Some((stream, _)) = open.listener.as_ref().and_then(|listener| listener.accept().ok()) {
            let _ = stream.set_nonblocking(false);
            let _ = stream.set_nodelay(true);
            open.streams.extend(stream.try_clone());
            return Some(stream);
        }
        drop(open);
        thread::sleep(Duration::from_millis(1));
        None
    }

    pub(crate) fn close(&self) {
        let mut open = self.lock();
        open.listener = None;
        for stream in open.streams.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn reopen(&self) -> io::Result<()> {
        let mut open = self.lock();
        if open.listener.is_none() {
            open.listener = Some(listen(self.address)?);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Answers the requests of a connection until one has no answer.
pub(crate) fn serve(stream: TcpStream, answer: impl Fn(&Request) -> Option<Answer>) {
    let Ok(writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    let mut is_last = false;
    while !is_last && let Ok(Some(request)) = read(&mut reader, &mut is_last) {
        let Some(Answer { status, body }) = answer(&request) else { break };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} Status\r\nContent-Type: application/vnd.schemaregistry.v1+json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if (&writer).write_all((head + &body).as_bytes()).is_err() {
            break;
        }
    }
    let _ = writer.shutdown(Shutdown::Both);
}

fn read(reader: &mut BufReader<TcpStream>, is_last: &mut bool) -> io::Result<Option<Request>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let mut request = Request { method, target, ..Request::default() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or(0),
            "connection" => *is_last = value.eq_ignore_ascii_case("close"),
            "content-type" => request.content_type = Some(value.to_owned()),
            "authorization" => request.authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(request))
}

fn decode(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = if byte == b'%' { after.get(..2) } else { None };
        let code = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        rest = if code.is_some() { &after[2..] } else { after };
        bytes.push(code.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns the value of the header `Authorization` for a user and a password.
pub(crate) fn basic(user: &str, password: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("Basic ");
    for chunk in format!("{user}:{password}").as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, &byte| bits << 8 | usize::from(byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let symbol = char::from(ALPHABET[bits >> (18 - 6 * digit) & 63]);
            text.push(if digit > chunk.len() { '=' } else { symbol });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{basic, decode};

    #[test]
    fn base64_has_padding() {
        assert_eq!(basic("a", ""), "Basic YTo=");
        assert_eq!(basic("", ""), "Basic Og==");
        assert_eq!(basic("key", "secret"), "Basic a2V5OnNlY3JldA==");
    }

    #[test]
    fn paths_are_decoded() {
        assert_eq!(decode("a%2Fb%zz%4"), "a/b%zz%4");
    }
}
