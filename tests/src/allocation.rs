//! An allocator that counts the allocations of each thread.
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

/// The system allocator with counters.
pub struct Counting;

/// The allocations of a thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The number of allocations, including reallocations.
    pub allocations: usize,
    /// The peak number of bytes allocated since the measurement began.
    pub peak: usize,
    /// The bytes allocated now.
    live: usize,
}

thread_local! {
    static MEMORY: Cell<Memory> = const { Cell::new(Memory::NONE) };
}

/// Runs `work` and counts its allocations on this thread.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Memory) {
    let before = MEMORY.replace(Memory::default());
    let value = work();
    (value, MEMORY.replace(before))
}

fn count(change: impl FnOnce(&mut Memory)) {
    // A thread that is ending no longer has counters.
    let _ = MEMORY.try_with(|memory| {
        let mut counted = memory.get();
        change(&mut counted);
        memory.set(counted);
    });
}

impl Memory {
    /// No allocations.
    pub const NONE: Self = Self { allocations: 0, peak: 0, live: 0 };

    fn grow(&mut self, bytes: usize) {
        self.allocations += 1;
        self.live += bytes;
        self.peak = self.peak.max(self.live);
    }

    /// Subtracts `bytes`, but not below zero, because a measurement may free memory allocated before it.
    fn shrink(&mut self, bytes: usize) {
        self.live = self.live.saturating_sub(bytes);
    }
}

// SAFETY: the system allocator does all the work, and the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(|memory| memory.grow(layout.size()));
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(|memory| memory.grow(layout.size()));
        // SAFETY: the caller upholds the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(|memory| {
            // Both blocks exist while the data is copied.
            memory.grow(size);
            memory.shrink(layout.size());
        });
        // SAFETY: the caller upholds the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(|memory| memory.shrink(layout.size()));
        // SAFETY: the caller upholds the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}
