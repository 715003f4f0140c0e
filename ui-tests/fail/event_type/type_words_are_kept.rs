// errors: 6
use openedx_events::prelude::*;

mod case_1 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "com.example.shop.orderPaid.v1")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_2 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "com.example.shop.order_paid.v1")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_3 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "shop.order.paid.v1")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_4 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "example.shop.order.paid.v1")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_5 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "com.example.shop.order.2paid.v1")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

mod case_6 {
    use super::*;
    /// Sent when it happened.
    #[event(type = "com.example.eu.shop.orderPaid.v1")]
    pub struct OrderPaid {
        /// Which one.
        pub id: i64,
    }
}

fn main() {}
