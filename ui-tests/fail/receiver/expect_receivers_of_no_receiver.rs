use openedx_events::expect_receivers;

fn main() {
    expect_receivers!(notify);
}
