//! An allocator that counts, thread by thread.
//!
//! ```
//! use openedx_events_tests::allocation::{Counting, measure};
//!
//! #[global_allocator]
//! static ALLOCATOR: Counting = Counting;
//!
//! let (vector, use_of_memory) = measure(|| vec![0_u8; 100]);
//! assert_eq!((use_of_memory.allocations, use_of_memory.peak), (1, 100));
//! # drop(vector);
//! ```
#![allow(unsafe_code)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The system's allocator, with counters.
pub struct Counting;

/// What a thread allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// How often memory was asked for, growing included.
    pub allocations: usize,
    /// The most bytes that there were at one time, beyond those that there were before.
    pub peak: usize,
    /// The bytes that there are now.
    live: usize,
}

thread_local! {
    static MEMORY: Cell<Memory> = const { Cell::new(Memory::NONE) };
}

/// Runs `work`, and counts what it allocates on this thread.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Memory) {
    let before = MEMORY.replace(Memory::default());
    let value = work();
    (value, MEMORY.replace(before))
}

fn count(change: impl FnOnce(&mut Memory)) {
    // A thread that is being torn down has no counters any more.
    let _ = MEMORY.try_with(|memory| {
        let mut counted = memory.get();
        change(&mut counted);
        memory.set(counted);
    });
}

impl Memory {
    /// Nothing at all.
    pub const NONE: Self = Self { allocations: 0, peak: 0, live: 0 };

    fn grow(&mut self, bytes: usize) {
        self.allocations += 1;
        self.live += bytes;
        self.peak = self.peak.max(self.live);
    }

    /// What was there before the measurement is freed in it, too.
    fn shrink(&mut self, bytes: usize) {
        self.live = self.live.saturating_sub(bytes);
    }
}

// SAFETY: all of it is left to the system's allocator; the counters need no memory of their own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(|memory| memory.grow(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(|memory| memory.grow(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(|memory| {
            // While it is copied, both are there.
            memory.grow(size);
            memory.shrink(layout.size());
        });
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(|memory| memory.shrink(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}
