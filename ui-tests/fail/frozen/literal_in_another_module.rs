mod library {
    use openedx_events::prelude::*;

    /// A loan.
    #[payload]
    pub struct LoanData {
        /// The copy.
        pub copy_id: i64,
    }
}

fn main() {
    let _loan = library::LoanData { copy_id: 7 };
}
