//! A field and its setter have the visibility that the user gave the field.

mod users {
    use openedx_events::prelude::*;

    /// A user.
    #[payload]
    pub struct User {
        /// Its number.
        number: i64,
        /// Its name.
        pub(super) name: String,
    }

    /// Sent when a user was created.
    #[event(type = "com.example.learning.user.created.v1")]
    pub struct UserCreated {
        /// The user.
        user: User,
    }

    impl UserCreated {
        pub fn send(user: User) {
            USER_CREATED.send_event(Self { user });
        }
    }

    impl User {
        pub fn ada() -> Self {
            Self::builder().number(7).name("Ada").build()
        }
    }

    #[receiver(USER_CREATED)]
    fn notify(user: &User) {
        assert_eq!(user.number, 7);
    }
}

fn main() {
    let user = users::User::ada();
    assert_eq!(user.name, "Ada");
    users::UserCreated::send(user.to_builder().name("Ada L.").build());
}
