// errors: 3
use openedx_events::prelude::*;

mod case_1 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "com.example.shop.order.paid.v-1")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_2 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "com.example.shop.order.paid.v")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_3 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "com.example.shop.order.paid.v_1")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

fn main() {}
