mod users {
    /// A user.
    #[openedx_events::payload]
    pub struct User {
        /// Its number.
        number: i64,
    }
}

fn main() {
    users::User::builder().number(7);
}
