//! Definitions inside functions.

use oe::Responses;

/// Sends an event that only this function knows to receivers that only this function knows.
#[must_use]
pub fn send() -> Responses {
    use oe::{event, payload, receiver};

    /// A payload without a path.
    #[payload(crate = oe)]
    struct Local {
        /// A text.
        #[payload(default)]
        text: String,
        /// A number.
        number: i64,
    }

    /// Sent within this function.
    #[event(type = "com.example.library.local.changed.v1", key = local.number, crate = oe)]
    struct LocalChanged {
        /// It.
        local: Local,
    }

    #[receiver(LOCAL_CHANGED, crate = oe)]
    fn first(local: &Local) {
        assert_eq!(local.number, 1);
    }

    let responses = {
        #[receiver(LOCAL_CHANGED, crate = oe, order = 1)]
        fn first(local: &Local) -> Result<(), String> {
            Err(local.text.clone())
        }

        LOCAL_CHANGED.send_event(LocalChanged { local: Local::builder().number(1).text("second").build() })
    };
    first(&Local::builder().number(1).build());
    responses
}

/// Another function may use the same names.
#[must_use]
pub fn send_other() -> Responses {
    /// A payload without a path.
    #[oe::payload(crate = oe)]
    struct Local {
        /// A text.
        text: Option<String>,
    }

    /// Sent within this function.
    #[oe::event(type = "com.example.library.other.local.changed.v1", name = "LOCAL_CHANGED", crate = oe)]
    struct LocalChanged {
        /// It.
        local: Local,
    }

    #[oe::receiver(LOCAL_CHANGED, crate = oe)]
    fn first(event: &LocalChanged) {
        assert_eq!(event.local.text, None);
    }

    LOCAL_CHANGED.send_event(LocalChanged { local: Local::builder().build() })
}
