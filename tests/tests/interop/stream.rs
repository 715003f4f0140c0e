//! Direct access to streams on the server.

use openedx_events_tests::redis_server::RedisServer;
use redis::Value;

/// The names of the fields, in the order in which both sides write them.
pub(crate) const FIELDS: [&str; 8] =
    ["type", "id", "source", "time", "minorversion", "sourcehost", "sourcelib", "event_data"];

/// Names and values, in order.
pub(crate) type Fields = Vec<(String, Vec<u8>)>;

/// Returns the fields of all entries, oldest first.
pub(crate) fn entries(server: &RedisServer, stream: &str) -> Vec<Fields> {
    let found: Value =
        redis::cmd("XRANGE").arg(stream).arg("-").arg("+").query(&mut server.connect().unwrap()).unwrap();
    let array = |value| match value {
        Value::Array(items) => items,
        other => panic!("expected an array, found {other:?}"),
    };
    let bytes = |value| match value {
        Value::BulkString(bytes) => bytes,
        other => panic!("expected a string, found {other:?}"),
    };
    let entry = |entry| {
        let fields = array(array(entry).pop().unwrap()).into_iter().map(bytes).collect::<Vec<_>>();
        fields.chunks(2).map(|pair| (String::from_utf8(pair[0].clone()).unwrap(), pair[1].clone())).collect()
    };
    array(found).into_iter().map(entry).collect()
}

pub(crate) fn add(server: &RedisServer, stream: &str, fields: &[(String, Vec<u8>)]) {
    let mut command = redis::cmd("XADD");
    command.arg(stream).arg("*");
    for (name, value) in fields {
        command.arg(name).arg(value);
    }
    command.exec(&mut server.connect().unwrap()).unwrap();
}

/// Creates a group that starts with the oldest entry.
pub(crate) fn create_group(server: &RedisServer, stream: &str, group: &str) {
    let mut command = redis::cmd("XGROUP");
    command.arg("CREATE").arg(stream).arg(group).arg("0").arg("MKSTREAM");
    command.exec(&mut server.connect().unwrap()).unwrap();
}

pub(crate) fn len(server: &RedisServer, stream: &str) -> usize {
    redis::cmd("XLEN").arg(stream).query(&mut server.connect().unwrap()).unwrap()
}

pub(crate) fn pending(server: &RedisServer, stream: &str, group: &str) -> usize {
    let found: Value =
        redis::cmd("XPENDING").arg(stream).arg(group).query(&mut server.connect().unwrap()).unwrap();
    match found {
        Value::Array(items) => match items[0] {
            Value::Int(count) => usize::try_from(count).unwrap(),
            ref other => panic!("expected a number, found {other:?}"),
        },
        other => panic!("expected an array, found {other:?}"),
    }
}
