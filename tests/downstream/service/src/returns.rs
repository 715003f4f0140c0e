//! Payloads and events of the service, in nested modules.

use openedx_events::Responses;

pub(crate) mod data {
    //! Payloads.

    use openedx_events::prelude::*;

    /// A returned book.
    #[payload]
    pub(crate) struct Return {
        /// The title of the book.
        pub(crate) title: String,
        /// The time of the return.
        pub(crate) time: DateTime,
    }
}

pub(crate) mod signals {
    //! Events.

    use openedx_events::prelude::*;

    use super::data::Return;

    /// Sent when a book is returned.
    #[event(type = "com.example.library.book.returned.v1", key = r#return.title)]
    pub(crate) struct BookReturned {
        /// The returned book.
        pub(crate) r#return: Return,
    }

    /// A receiver in the module of its event.
    #[receiver(BOOK_RETURNED, order = 1)]
    pub(crate) fn thank(_return: &Return) {}
}

pub(crate) fn send(title: &str) -> Responses {
    let r#return = data::Return::builder().title(title).time(openedx_events::DateTime::now()).build();
    signals::BOOK_RETURNED.send_event(signals::BookReturned { r#return })
}
