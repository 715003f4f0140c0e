use openedx_events::receiver;

static NUMBER: i64 = 1;

#[receiver(NUMBER)]
fn notify() {}

fn main() {}
