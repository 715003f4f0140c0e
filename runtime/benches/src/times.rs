//! How long is measured: a whole run takes some minutes, and its ratios are good to about a tenth.

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

/// Measures `work`; what it returns is dropped outside of the measured time.
pub fn time<T>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut work: impl FnMut() -> T) {
    group.bench_function(name, |bencher| bencher.iter_with_large_drop(&mut work));
}
