//! Runs each piece of work once under callgrind, which counts its instructions, after a first run that fills caches. Prints
//! the names of the pieces in order. The test `instructions` starts this program.

use std::{
    hint::black_box,
    pin::pin,
    task::{Context, Waker},
};

use openedx_events::{
    DateTime, Event, EventsMetadata, codec,
    content_authoring::signals::ContentLibraryDeleted,
    keys::{CourseKey, UsageKey},
    learning::signals::{CourseEnrollmentCreated, ForumThreadCreated},
    registry,
};
use openedx_events_benches::{
    by_hand::ByHand,
    cases::Case,
    signals::{
        ARIA_HEARD, AriaHeard, CHOIR_HEARD, ChoirHeard, DUET_HEARD, DuetHeard, SILENCE_HEARD, SOLO_HEARD,
        SilenceHeard, SoloHeard, metadata_by_hand,
    },
};

/// Callgrind counts the instructions in this function and writes a file each time it returns.
#[inline(never)]
fn measured(work: &mut dyn FnMut()) {
    work();
}

/// Measures `work`, without dropping its result.
fn piece<T>(name: &str, mut work: impl FnMut() -> T) {
    println!("{name}");
    drop(black_box(work()));
    let mut result = None;
    measured(&mut || result = Some(black_box(work())));
    drop(result);
}

fn codec_of<C: Case>() {
    let (sample, plain, bytes) = (C::sample(), C::plain(), C::bytes());
    let json = serde_json::to_string(&sample).unwrap_or_default();
    let mut out = Vec::with_capacity(4096);
    let name = |what: &str| format!("{what} {}", C::NAME);
    piece(&name("encode"), || {
        out.clear();
        codec::encode_into(black_box(&sample), &mut out);
    });
    piece(&name("encode by hand"), || {
        out.clear();
        black_box(&sample).put(&mut out);
    });
    piece(&name("decode"), || codec::decode::<C>(black_box(&bytes)));
    piece(&name("decode by hand"), || C::take(&mut black_box(bytes.as_slice())));
    piece(&name("decode strings by hand"), || C::Plain::take(&mut black_box(bytes.as_slice())));
    piece(&name("clone"), || black_box(&sample).clone());
    piece(&name("clone of strings"), || black_box(&plain).clone());
    piece(&name("write JSON"), || serde_json::to_string(black_box(&sample)));
    piece(&name("write JSON by derives"), || serde_json::to_string(black_box(&plain)));
    piece(&name("read JSON"), || serde_json::from_str::<C>(black_box(&json)));
    piece(&name("read JSON by derives"), || serde_json::from_str::<C::Plain>(black_box(&json)));
    piece(&name("read JSON, type unknown"), || C::DEFINITION.encode_json(black_box(&json)));
    piece(&name("schema text"), || C::DEFINITION.schema_string());
}

fn main() {
    piece("nothing", || ());

    codec_of::<ContentLibraryDeleted>();
    codec_of::<CourseEnrollmentCreated>();
    codec_of::<ForumThreadCreated>();

    piece("parse course key", || black_box("course-v1:edX+DemoX+Demo_Course").parse::<CourseKey>());
    let usage = "block-v1:edX+DemoX+Demo_Course+type@problem+block@0123456789abcdef0123456789abcdef";
    piece("parse usage key", || black_box(usage).parse::<UsageKey>());
    piece("parse time", || black_box("2024-02-29T09:30:00+00:00").parse::<DateTime>());

    // This includes dropping the responses, as a sender does.
    piece("send to 0 receivers", || drop(SILENCE_HEARD.send_event(black_box(SilenceHeard { number: 1 }))));
    piece("send to 1 receiver", || drop(SOLO_HEARD.send_event(black_box(SoloHeard { number: 1 }))));
    piece("send to 1 receiver of metadata", || {
        drop(DUET_HEARD.send_event(black_box(DuetHeard { number: 1 })));
    });
    piece("send to 1 async receiver", || drop(ARIA_HEARD.send_event(black_box(AriaHeard { number: 1 }))));
    piece("send from a future", || {
        let mut sending = pin!(SOLO_HEARD.send_event_async(black_box(SoloHeard { number: 1 })));
        drop(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())));
    });
    piece("send to 10 receivers", || drop(CHOIR_HEARD.send_event(black_box(ChoirHeard { number: 1 }))));
    piece("metadata", || EventsMetadata::of(SilenceHeard::DEFINITION));
    piece("metadata by hand", || metadata_by_hand(SilenceHeard::DEFINITION.event_type()));

    let metadata = SOLO_HEARD.generate_signal_metadata();
    let mut copies = vec![metadata.clone(), metadata];
    piece("send with metadata to 1 receiver", || {
        if let Some(metadata) = copies.pop() {
            let event = black_box(SoloHeard { number: 1 });
            drop(SOLO_HEARD.send_event_with_custom_metadata(metadata, event));
        }
    });

    let last = registry::events().last().map_or("", |event| event.event_type());
    piece("find event type", || registry::get(black_box(last)));
}
