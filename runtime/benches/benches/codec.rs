//! Encoding and decoding as bytes and JSON, schemas, and keys: ours, by hand, and with other libraries.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use openedx_events::{
    DateTime, codec,
    content_authoring::signals::ContentLibraryDeleted,
    keys::{CourseKey, UsageKey},
    learning::signals::{CourseEnrollmentCreated, ForumThreadCreated},
};
use openedx_events_benches::{
    by_hand::ByHand,
    cases::Case,
    peers::{Apache, Fast},
    times::{self, time},
};

fn encode<C: Case>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("encode_{}", C::NAME));
    let (sample, plain, bytes) = (C::sample(), C::plain(), C::bytes());
    let schema = C::DEFINITION.schema_string().unwrap_or_default();
    let (fast, schema) = (Fast::new(&schema), Apache::schema(&schema));
    let (mut config, apache) = (fast.config(), Apache::new(&schema));
    // All share one buffer that is big enough, so that only the encoding is measured.
    let mut out = Vec::with_capacity(1 << 16);
    let mut each = |name: &str, work: &mut dyn FnMut(&mut Vec<u8>)| {
        time(&mut group, name, || {
            out.clear();
            work(&mut out);
        });
    };
    each("ours", &mut |out| codec::encode_into(black_box(&sample), out));
    each("by_hand", &mut |out| black_box(&sample).put(out));
    each("by_hand_strings", &mut |out| black_box(&plain).put(out));
    each("memcpy", &mut |out| out.extend_from_slice(black_box(&bytes)));
    each("serde_avro_fast", &mut |out| Fast::encode(black_box(&plain), out, &mut config));
    each("apache_avro_serde", &mut |out| apache.encode(black_box(&plain), out));
    each("apache_avro_value", &mut |out| apache.encode_value(black_box(&plain), out));
}

fn decode<C: Case>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("decode_{}", C::NAME));
    let bytes = C::bytes();
    let schema = C::DEFINITION.schema_string().unwrap_or_default();
    let (fast, schema) = (Fast::new(&schema), Apache::schema(&schema));
    let apache = Apache::new(&schema);
    time(&mut group, "ours", || codec::decode::<C>(black_box(&bytes)));
    time(&mut group, "by_hand", || C::take(&mut black_box(bytes.as_slice())));
    time(&mut group, "by_hand_strings", || C::Plain::take(&mut black_box(bytes.as_slice())));
    time(&mut group, "memcpy", || black_box(&bytes).clone());
    time(&mut group, "serde_avro_fast", || fast.decode::<C::Plain>(black_box(&bytes)));
    time(&mut group, "apache_avro_serde", || apache.decode::<C::Plain>(black_box(&bytes)));
    time(&mut group, "apache_avro_value", || apache.decode_value::<C::Plain>(black_box(&bytes)));
}

fn json<C: Case>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("json_{}", C::NAME));
    let (sample, plain) = (C::sample(), C::plain());
    let text = serde_json::to_string(&sample).unwrap_or_default();
    time(&mut group, "write", || serde_json::to_string(black_box(&sample)));
    time(&mut group, "write_by_derives", || serde_json::to_string(black_box(&plain)));
    time(&mut group, "read", || serde_json::from_str::<C>(black_box(&text)));
    time(&mut group, "read_by_derives", || serde_json::from_str::<C::Plain>(black_box(&text)));
    time(&mut group, "schema", || C::DEFINITION.schema_string());
    time(&mut group, "clone", || black_box(&sample).clone());
    time(&mut group, "clone_of_strings", || black_box(&plain).clone());
}

fn all<C: Case>(criterion: &mut Criterion) {
    encode::<C>(criterion);
    decode::<C>(criterion);
    json::<C>(criterion);
}

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    let course = "course-v1:edX+DemoX+Demo_Course";
    let usage = "block-v1:edX+DemoX+Demo_Course+type@problem+block@0123456789abcdef0123456789abcdef";
    time(&mut group, "course_key", || black_box(course).parse::<CourseKey>());
    time(&mut group, "usage_key", || black_box(usage).parse::<UsageKey>());
    time(&mut group, "time", || black_box("2024-02-29T09:30:00+00:00").parse::<DateTime>());
    time(&mut group, "copy_of_course_key", || Box::<str>::from(black_box(course)));
}

criterion_group! {
    name = benches;
    config = times::criterion();
    targets = all::<CourseEnrollmentCreated>, all::<ContentLibraryDeleted>, all::<ForumThreadCreated>, parse
}
criterion_main!(benches);
