//! An event whose data has names that are keywords in later editions.

#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::pedantic, warnings)]

extern crate openedx_events;

use openedx_events::{event, payload, receiver};

/// The state of a job.
#[payload]
#[derive(Default)]
pub enum State {
    /// It waits.
    #[default]
    Queued,
    /// Any other.
    #[payload(other)]
    Other(String),
}

/// The number of a job.
#[payload(text)]
pub struct Number(pub u128);

/// A job.
#[payload]
pub struct JobData {
    /// Whether the job runs in the background.
    pub async: bool,
    /// The number of attempts.
    #[payload(default = 1)]
    pub try: i64,
    /// The name of its library.
    pub dyn: Option<String>,
    /// Its state.
    #[payload(default)]
    pub state: State,
    /// Its number.
    pub number: Option<Number>,
}

/// Sent when a job is queued.
#[event(type = "com.example.library.job.queued.v1", key = job.r#dyn)]
pub struct JobQueued {
    /// The job.
    pub job: JobData,
    /// Whether somebody waits for it.
    pub await: bool,
}

/// Queues a copy of the job.
#[receiver(JOB_QUEUED)]
pub fn requeue(job: &JobData, await: &bool) {
    let again = JobData::builder().async(job.async).dyn(job.dyn.clone()).build();
    JOB_QUEUED.send_event(JobQueued { job: again, await: *await });
}
