// errors: 2
// The compiler also refuses the syntax, which is unstable.
use openedx_events::prelude::*;

/// Sent when a book was lent.
#[event(type = "com.example.library.book.lent.v1")]
pub struct BookLent {
    /// The number of copies.
    pub copies: u32 = 1,
    /// The title.
    pub title: String,
}

fn main() {
    BOOK_LENT.send_event(BookLent::builder().title("Odes").build());
}
