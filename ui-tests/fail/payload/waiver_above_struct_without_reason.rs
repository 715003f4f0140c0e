use openedx_events::prelude::*;

/// A loan.
#[payload(allow(field_flow_control))]
pub struct LoanData {
    /// Whether it counts.
    #[payload(allow(field_flow_control, reason = "the desk says it"))]
    pub force: bool,
}

fn main() {}
