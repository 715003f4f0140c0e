//! The service's own payloads and events, in modules as far down as it likes.

use openedx_events::Responses;

pub(crate) mod data {
    //! Payloads.

    use openedx_events::prelude::*;

    /// A book that came back.
    #[payload]
    pub(crate) struct Return {
        /// Title of the book.
        pub(crate) title: String,
        /// When it came back.
        pub(crate) time: DateTime,
    }
}

pub(crate) mod signals {
    //! Events.

    use openedx_events::prelude::*;

    use super::data::Return;

    /// Sent when a book has come back.
    #[event(type = "com.example.library.book.returned.v1", key = r#return.title)]
    pub(crate) struct BookReturned {
        /// What came back.
        pub(crate) r#return: Return,
    }

    /// In the module of the event itself.
    #[receiver(BOOK_RETURNED, order = 1)]
    pub(crate) fn thank(_return: &Return) {}
}

pub(crate) fn send(title: &str) -> Responses {
    let r#return = data::Return::builder().title(title).time(openedx_events::DateTime::now()).build();
    signals::BOOK_RETURNED.send_event(signals::BookReturned { r#return })
}
