use openedx_events::receiver;

#[receiver]
fn notify() {}

fn main() {}
