//! Checks that all compared implementations do the same.

use openedx_events::{codec, content_authoring::signals::ContentLibraryDeleted, learning::signals::*};
use openedx_events_benches::{
    by_hand::ByHand,
    cases::Case,
    peers::{Apache, Fast},
};

fn check<C: Case + PartialEq + std::fmt::Debug>(length: usize) {
    let (sample, plain, bytes) = (C::sample(), C::plain(), C::bytes());
    assert_eq!(bytes.len(), length);

    let written = |put: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        put(&mut out);
        out
    };
    assert_eq!(written(&|out| sample.put(out)), bytes);
    assert_eq!(written(&|out| plain.put(out)), bytes);
    assert_eq!(codec::decode::<C>(&bytes).unwrap(), sample);
    assert_eq!(C::take(&mut bytes.as_slice()).unwrap(), sample);
    assert_eq!(C::Plain::take(&mut bytes.as_slice()).unwrap(), plain);

    let schema = C::DEFINITION.schema_string().unwrap();
    let fast = Fast::new(&schema);
    assert_eq!(written(&|out| Fast::encode(&plain, out, &mut fast.config())), bytes);
    assert_eq!(fast.decode::<C::Plain>(&bytes), plain);

    let schema = Apache::schema(&schema);
    let apache = Apache::new(&schema);
    assert_eq!(written(&|out| apache.encode(&plain, out)), bytes);
    assert_eq!(apache.decode::<C::Plain>(&bytes), plain);
    // Maps of values are unordered, so the bytes may differ.
    assert_eq!(apache.decode_value::<C::Plain>(&written(&|out| apache.encode_value(&plain, out))), plain);
}

#[test]
fn all_ways_agree() {
    check::<CourseEnrollmentCreated>(183);
    check::<ContentLibraryDeleted>(15);
    check::<ForumThreadCreated>(809);
}
