use openedx_events::prelude::*;

/// Sent when a seat has been taken.
#[event(type = "com.example.learning.seat.taken.v1")]
pub struct SeatTaken {
    /// How many are left.
    pub left: u64,
}

#[receiver(SEAT_TAKEN, batch)]
fn forward(batch: &Batch<SeatTaken>) -> Result<(), BatchError> {
    println!("{}", batch.len());
    Ok(())
}

fn main() {}
