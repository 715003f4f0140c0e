use openedx_events::receiver;

#[receiver(order = 1)]
fn notify() {}

fn main() {}
