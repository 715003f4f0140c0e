//! Names that are keywords.

use oe::{event, payload, receiver};

/// A shelf.
#[payload(crate = oe)]
pub struct Shelf {
    /// Kind of shelf.
    pub r#type: String,
    /// Whether it moves.
    #[payload(default)]
    pub r#move: bool,
    /// Width, where it is known.
    pub r#where: Option<i64>,
}

/// A row of shelves, called as only a keyword can be.
#[allow(non_camel_case_types)]
#[payload(crate = oe)]
pub struct r#loop {
    /// Its shelves.
    pub r#in: Vec<Shelf>,
}

/// Sent when shelves have been moved.
#[event(type = "com.example.library.shelf.moved.v1", key = r#struct.r#type, crate = oe)]
pub struct ShelfMoved {
    /// The shelf.
    pub r#struct: Shelf,
    /// Where it stands now.
    pub r#for: r#loop,
    /// Why it was moved.
    pub r#because: Option<String>,
}

/// Takes a keyword, and is called like one.
#[receiver(SHELF_MOVED, crate = oe)]
fn r#match(r#struct: &Shelf, r#for: &r#loop) -> Result<(), String> {
    if r#for.r#in.contains(r#struct) { Ok(()) } else { Err(format!("{} is nowhere", r#struct.r#type)) }
}

/// Takes the same without `r#` where a leading underscore makes it an ordinary name.
#[receiver(SHELF_MOVED, crate = oe)]
fn r#try(_struct: &Shelf, _because: &Option<String>) {}
