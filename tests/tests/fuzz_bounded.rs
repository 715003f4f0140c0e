//! Runs the fuzz targets briefly, always with the same inputs.

use openedx_events_tests::fuzzing::{TARGETS, Target};

/// Pseudo-random numbers (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % bound.max(1)
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Pieces to insert into inputs: extreme numbers, and words of the formats.
const PIECES: &[&[u8]] = &[
    b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    b"\x80\x00",
    b"\x01",
    b"\x00",
    b"\xff",
    b"\xc3\xa9",
    b"null",
    b"\"NaN\"",
    b"-0.0",
    b"1e400",
    b"18446744073709551616",
    b"{}",
    b"[[",
    b"\\u0000",
    b"\\ud800",
    b":",
    b",",
    b"+",
    b"@",
    b"/",
    b"branch@",
    b"version@",
    b"T24:00",
    b"-W53-7",
    b".9999999",
    b"+23:59:59.999999",
];

fn mutate(input: &mut Vec<u8>, seeds: &[Vec<u8>], numbers: &mut Numbers) {
    let at = numbers.below(input.len() + 1);
    let end = at + numbers.below(input.len() + 1 - at).min(16);
    match numbers.below(8) {
        0 if at < input.len() => input[at] ^= 1 << numbers.below(8),
        1 if at < input.len() => input[at] = u8::try_from(numbers.below(256)).unwrap(),
        2 => drop(input.drain(at..end)),
        3 => input.truncate(at),
        4 => {
            let copy = input[at..end].to_vec();
            input.splice(at..at, copy);
        }
        5 => {
            let other = &seeds[numbers.below(seeds.len())];
            let from = numbers.below(other.len() + 1);
            input.splice(at.., other[from..].iter().copied());
        }
        6 => drop(input.splice(at..end, numbers.one(PIECES).iter().copied())),
        _ => drop(input.splice(at..at, numbers.one(PIECES).iter().copied())),
    }
}

fn run(name: &str, iterations: usize) {
    let Target { run, seeds, .. } = TARGETS.into_iter().find(|target| target.name == name).unwrap();
    let seeds = seeds();
    for seed in &seeds {
        run(seed);
    }
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..iterations {
        let mut input = seeds[numbers.below(seeds.len())].clone();
        for _ in 0..=numbers.below(4) {
            mutate(&mut input, &seeds, &mut numbers);
        }
        run(&input);
    }
}

// These two targets try each input with every event.

#[test]
fn decode() {
    run("decode", 2000);
}

#[test]
fn json() {
    run("json", 2000);
}

#[test]
fn date_time() {
    run("date_time", 20_000);
}

#[test]
fn course_key() {
    run("course_key", 20_000);
}
