//! The settings of all benches: a whole run takes a few minutes, and its ratios are accurate to about ten percent.

use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};

/// The settings of all benches.
#[must_use]
pub fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .configure_from_args()
}

/// Measures `work`, without the time to drop its result.
pub fn time<T>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut work: impl FnMut() -> T) {
    group.bench_function(name, |bencher| bencher.iter_with_large_drop(&mut work));
}
