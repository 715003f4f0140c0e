// errors: 4
use openedx_events::prelude::*;

mod case_1 {
    use super::*;
    /// Sent when it happened.
    #[event(type = b"com.example.shop.order.paid.v1")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_2 {
    use super::*;
    /// Sent when it happened.
    #[event(type = com.example.shop.order.paid.v1)]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_3 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "com.example.shop.order.paid.v1".to_string())]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_4 {
    use super::*;
    /// Sent when it happened.
    #[event(type("com.example.shop.order.paid.v1"))]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

fn main() {}
