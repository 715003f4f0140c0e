//! Batch receivers on an event bus: when a batch is complete, what happens if it fails, and batches of dead letters.

mod complete;
mod failing;
mod lanes;
mod mixed;
mod recording;
mod redis;
mod replaying;
mod world;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Mutex, PoisonError},
};

use openedx_events::{Batch, BatchError, ReceiverError, event, prelude::*};

/// Sent when a letter is posted. Its batches wait for 100 letters, or for a short time.
#[event(type = "com.example.learning.letter.posted.v1", key = to)]
pub struct LetterPosted {
    /// The test that sent it. Tests share the process, so each looks only at its own letters.
    pub test: String,
    /// Its number.
    pub number: i32,
    /// The addressee.
    pub to: String,
}

/// Sent when a letter is filed. Its batches wait for 100 letters, however long that takes.
#[event(type = "com.example.learning.letter.filed.v1", key = to)]
pub struct LetterFiled {
    /// The test that sent it.
    pub test: String,
    /// Its number.
    pub number: i32,
    /// The addressee.
    pub to: String,
}

/// Sent when a letter is counted. It has two batch receivers, and another one.
#[event(type = "com.example.learning.letter.counted.v1", key = to)]
pub struct LetterCounted {
    /// The test that sent it.
    pub test: String,
    /// Its number.
    pub number: i32,
    /// The addressee.
    pub to: String,
}

/// A letter of a batch: its number and its addressee.
type Letter = (i32, String);
type Receiver = Box<dyn FnMut(&'static str, &[Letter]) -> Result<(), BatchError> + Send>;

/// What the receivers do, by test. They call the function with their name and the letters of the batch.
static RECEIVERS: Mutex<BTreeMap<String, Receiver>> = Mutex::new(BTreeMap::new());

/// Sets what the receivers of a test do.
fn receive(
    test: &str,
    receiver: impl FnMut(&'static str, &[Letter]) -> Result<(), BatchError> + Send + 'static,
) {
    RECEIVERS.lock().unwrap_or_else(PoisonError::into_inner).insert(test.to_owned(), Box::new(receiver));
}

/// Calls what a test has set. The function leaves the map meanwhile, so that tests do not wait for each other; calls of one test
/// must not overlap, unless `lanes` has set a function that bears it.
fn call(receiver: &'static str, test: &str, letters: &[Letter]) -> Result<(), BatchError> {
    if let Some(of_lanes) = lanes::receiver(test) {
        return of_lanes.call(letters);
    }
    let lock = || RECEIVERS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut function = lock().remove(test).expect("one call at a time");
    let result = catch_unwind(AssertUnwindSafe(|| function(receiver, letters)));
    lock().insert(test.to_owned(), function);
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

macro_rules! letters {
    ($batch:expr) => {{
        let letters: Vec<Letter> = $batch.events().map(|event| (event.number, event.to.clone())).collect();
        let test = $batch.events().next().expect("no batch is empty").test.clone();
        (test, letters)
    }};
}

#[receiver(LETTER_POSTED, batch(max = 100, wait = "50ms"))]
fn post(batch: &Batch<LetterPosted>) -> Result<(), BatchError> {
    let (test, letters) = letters!(batch);
    call("post", &test, &letters)
}

#[receiver(LETTER_FILED, batch(max = 100, wait = "1h"))]
fn file(batch: &Batch<LetterFiled>) -> Result<(), BatchError> {
    let (test, letters) = letters!(batch);
    call("file", &test, &letters)
}

#[receiver(LETTER_COUNTED, batch(max = 10, wait = "1h"))]
fn count(batch: &Batch<LetterCounted>) -> Result<(), BatchError> {
    let (test, letters) = letters!(batch);
    call("count", &test, &letters)
}

#[receiver(LETTER_COUNTED, batch(max = 4, wait = "1h"))]
async fn weigh(batch: &Batch<LetterCounted>) -> Result<(), BatchError> {
    let (test, letters) = letters!(batch);
    call("weigh", &test, &letters)
}

#[receiver(LETTER_COUNTED)]
fn stamp(test: &str, number: &i32, to: &str) -> Result<(), ReceiverError> {
    call("stamp", test, &[(*number, to.to_owned())]).map_err(|error| match error.to_string() {
        away if away.contains("503") => ReceiverError::unavailable(away),
        other => ReceiverError::new(other),
    })
}
