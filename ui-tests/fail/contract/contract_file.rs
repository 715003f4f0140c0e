// errors: 8
use openedx_events::event;

mod no_json {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_file_no_json.changed.v1")]
    pub struct Changed {
        /// A count.
        pub count: i64,
    }
}

mod no_record {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_file_no_record.changed.v1")]
    pub struct Changed {
        /// A count.
        pub count: i64,
    }
}

mod byte_order_mark {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_file_byte_order_mark.changed.v1")]
    pub struct Changed {
        /// A count.
        pub count: i64,
    }
}

mod of_another_event {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_file_of_another_event.changed.v1")]
    pub struct Changed {
        /// A count.
        pub count: i64,
    }
}

mod unknown_attribute {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_file_unknown_attribute.changed.v1")]
    pub struct Changed {
        /// A count.
        pub count: i64,
    }
}

mod unknown_type {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_file_unknown_type.changed.v1")]
    pub struct Changed {
        /// A count.
        pub count: i64,
    }
}

mod wrong_minor_version {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_file_wrong_minor_version.changed.v1")]
    pub struct Changed {
        /// A count.
        pub count: i64,
    }
}

mod wrong_name {
    /// Sent when a loan has changed.
    #[super::event(type = "com.example.library.contract_file_wrong_name.changed.v1")]
    pub struct Changed {
        /// A count.
        pub count: i64,
    }
}

fn main() {}
