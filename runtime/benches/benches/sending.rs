//! Sending within one process, its baseline, and the registry.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use openedx_events::{Event, EventsMetadata, registry};
use openedx_events_benches::{
    signals::{
        CHOIR_HEARD, ChoirHeard, DUET_HEARD, DuetHeard, SILENCE_HEARD, SOLO_HEARD, SilenceHeard, SoloHeard,
        metadata_by_hand, nothing,
    },
    times,
};

fn send(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("send");
    // This includes dropping the responses, as a sender does.
    group.bench_function("to_0", |bencher| {
        bencher.iter(|| drop(SILENCE_HEARD.send_event(black_box(SilenceHeard { number: 1 }))));
    });
    group.bench_function("to_1", |bencher| {
        bencher.iter(|| drop(SOLO_HEARD.send_event(black_box(SoloHeard { number: 1 }))));
    });
    group.bench_function("to_1_of_metadata", |bencher| {
        bencher.iter(|| drop(DUET_HEARD.send_event(black_box(DuetHeard { number: 1 }))));
    });
    group.bench_function("to_10", |bencher| {
        bencher.iter(|| drop(CHOIR_HEARD.send_event(black_box(ChoirHeard { number: 1 }))));
    });
    let metadata = SOLO_HEARD.generate_signal_metadata();
    group.bench_function("to_1_with_metadata", |bencher| {
        bencher.iter(|| {
            let event = black_box(SoloHeard { number: 1 });
            drop(SOLO_HEARD.send_event_with_custom_metadata(metadata.clone(), event));
        });
    });
    group.bench_function("metadata", |bencher| bencher.iter(|| EventsMetadata::of(SilenceHeard::DEFINITION)));
    group.bench_function("call", |bencher| bencher.iter(|| nothing(black_box(&SoloHeard { number: 1 }))));
    group.bench_function("metadata_by_hand_and_call", |bencher| {
        bencher.iter(|| {
            black_box(metadata_by_hand(SilenceHeard::DEFINITION.event_type()));
            nothing(black_box(&SoloHeard { number: 1 }));
        });
    });
}

fn look_up(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("registry");
    let types: Vec<_> = registry::events().map(openedx_events::EventDefinition::event_type).collect();
    group.bench_function("get_each", |bencher| {
        bencher.iter(|| types.iter().filter_map(|one| registry::get(black_box(one))).count());
    });
    group.bench_function("get_one", |bencher| {
        bencher.iter(|| registry::get(black_box(types[types.len() / 3])));
    });
    group
        .bench_function("get_unknown", |bencher| bencher.iter(|| registry::get(black_box("org.unknown.v1"))));
}

criterion_group! {
    name = benches;
    config = times::criterion();
    targets = send, look_up
}
criterion_main!(benches);
