//! Rights of the accounts. librdkafka's Rust binding cannot grant them, so this speaks the protocol.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use super::KafkaServer;

/// The resource that a right applies to.
#[derive(Clone, Copy, Debug)]
pub enum Resource<'a> {
    /// A topic.
    Topic(&'a str),
    /// All topics whose names begin with this.
    TopicPrefix(&'a str),
    /// A group.
    Group(&'a str),
    /// The cluster.
    Cluster,
}

/// The operation that a right allows.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    /// Everything.
    All = 2,
    /// Consuming, joining a group.
    Read = 3,
    /// Producing.
    Write = 4,
    /// Creating topics.
    Create = 5,
    /// Deleting topics, groups and records.
    Delete = 6,
    /// Adding partitions.
    Alter = 7,
    /// Seeing that it exists, and offsets.
    Describe = 8,
}

impl<'a> Resource<'a> {
    /// Returns its type, its name, and the type of the pattern, as in the protocol.
    fn parts(self) -> (u8, &'a str, u8) {
        match self {
            Resource::Topic(name) => (2, name, 3),
            Resource::TopicPrefix(name) => (2, name, 4),
            Resource::Group(name) => (3, name, 3),
            Resource::Cluster => (4, "kafka-cluster", 3),
        }
    }
}

/// Begins a request of version 1 with one element.
fn header(request: u8) -> Vec<u8> {
    let mut bytes = vec![0, request, 0, 1, 0, 0, 0, 1];
    text(&mut bytes, "tests");
    bytes.extend(1_i32.to_be_bytes());
    bytes
}

impl KafkaServer {
    /// Grants a right to an account, and waits until it is valid.
    ///
    /// # Panics
    ///
    /// Panics if the server refuses it.
    pub fn allow(&self, user: &str, resource: Resource<'_>, operation: Operation) {
        let (kind, name, pattern) = resource.parts();
        // CreateAcls, version 1.
        let mut request = header(30);
        request.push(kind);
        text(&mut request, name);
        request.push(pattern);
        text(&mut request, &format!("User:{user}"));
        text(&mut request, "*");
        // Allow.
        request.extend([operation as u8, 3]);
        let answer = self.ask(&request);
        // After the correlation id, the throttle time and the number of results.
        assert_eq!(
            &answer[8..14],
            [0, 0, 0, 1, 0, 0],
            "{user} gets {operation:?} on {resource:?}: {answer:?}"
        );
    }

    /// Takes back a right that [`allow`](Self::allow) granted, and waits until it is gone.
    ///
    /// # Panics
    ///
    /// Panics if the account does not have it.
    pub fn forbid(&self, user: &str, resource: Resource<'_>, operation: Operation) {
        let (kind, name, pattern) = resource.parts();
        // DeleteAcls, version 1.
        let mut request = header(31);
        request.push(kind);
        text(&mut request, name);
        request.push(pattern);
        text(&mut request, &format!("User:{user}"));
        text(&mut request, "*");
        request.extend([operation as u8, 3]);
        let answer = self.ask(&request);
        // After the correlation id, the throttle time and the number of filters, the first result: no error, no message, and the
        // number of rights that are gone.
        assert_eq!(
            &answer[8..20],
            [0, 0, 0, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 1],
            "{user} loses {operation:?} on {resource:?}: {answer:?}"
        );
    }

    fn ask(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.nodes[0].port())).expect("the node listens");
        let length = u32::try_from(request.len()).expect("a short request");
        stream.write_all(&length.to_be_bytes()).expect("the node reads");
        stream.write_all(request).expect("the node reads");
        let mut length = [0; 4];
        stream.read_exact(&mut length).expect("the node answers");
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut answer).expect("the node answers");
        answer
    }
}

fn text(request: &mut Vec<u8>, text: &str) {
    request.extend(u16::try_from(text.len()).expect("a short text").to_be_bytes());
    request.extend(text.as_bytes());
}
