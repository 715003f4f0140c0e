use openedx_events::prelude::*;

/// Record 0.
#[payload]
pub struct R0 {
    /// The next.
    pub next: Vec<R1>,
}

/// Record 1.
#[payload]
pub struct R1 {
    /// The next.
    pub next: Vec<R2>,
}

/// Record 2.
#[payload]
pub struct R2 {
    /// The next.
    pub next: Vec<R3>,
}

/// Record 3.
#[payload]
pub struct R3 {
    /// The next.
    pub next: Vec<R4>,
}

/// Record 4.
#[payload]
pub struct R4 {
    /// The next.
    pub next: Vec<R5>,
}

/// Record 5.
#[payload]
pub struct R5 {
    /// The next.
    pub next: Vec<R6>,
}

/// Record 6.
#[payload]
pub struct R6 {
    /// The next.
    pub next: Vec<R7>,
}

/// Record 7.
#[payload]
pub struct R7 {
    /// The next.
    pub next: Vec<R8>,
}

/// Record 8.
#[payload]
pub struct R8 {
    /// The next.
    pub next: Vec<R9>,
}

/// Record 9.
#[payload]
pub struct R9 {
    /// The next.
    pub next: Vec<R10>,
}

/// Record 10.
#[payload]
pub struct R10 {
    /// The next.
    pub next: Vec<R11>,
}

/// Record 11.
#[payload]
pub struct R11 {
    /// The next.
    pub next: Vec<R12>,
}

/// Record 12.
#[payload]
pub struct R12 {
    /// The next.
    pub next: Vec<R13>,
}

/// Record 13.
#[payload]
pub struct R13 {
    /// The next.
    pub next: Vec<R14>,
}

/// Record 14.
#[payload]
pub struct R14 {
    /// The next.
    pub next: Vec<R15>,
}

/// Record 15.
#[payload]
pub struct R15 {
    /// The next.
    pub next: Vec<R16>,
}

/// Record 16.
#[payload]
pub struct R16 {
    /// The next.
    pub next: Vec<R17>,
}

/// Record 17.
#[payload]
pub struct R17 {
    /// The next.
    pub next: Vec<R18>,
}

/// Record 18.
#[payload]
pub struct R18 {
    /// The next.
    pub next: Vec<R19>,
}

/// Record 19.
#[payload]
pub struct R19 {
    /// The next.
    pub next: Vec<R20>,
}

/// Record 20.
#[payload]
pub struct R20 {
    /// The next.
    pub next: Vec<R0>,
}

fn main() {}
