//! A service that enrolls learners and sends an event for each. Four receivers run, one of which fails. Then it prints the event
//! as Avro and reads events from a Python service.
//!
//! Run `cargo run -p first-example [FILE]`. FILE has one learner per line and defaults to `learners.jsonl`.

mod receivers;

use std::{env, error::Error, fmt::Write, fs, process::ExitCode};

use openedx_events::{
    Responses, codec, expect_receivers,
    learning::{
        data::{CourseData, CourseEnrollmentData, UserData, UserPersonalData},
        signals::{COURSE_ENROLLMENT_CREATED, CourseEnrollmentCreated},
    },
    prelude::*,
};
use serde_json::Value;

const LEARNERS: &str = include_str!("learners.jsonl");
const FROM_PYTHON: &str = include_str!("from_python.jsonl");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    expect_receivers!(receivers::grant_access, receivers::charge, receivers::welcome, receivers::audit);
    println!("receivers of {}, in order:", COURSE_ENROLLMENT_CREATED.event_type());
    for receiver in COURSE_ENROLLMENT_CREATED.receivers() {
        println!("  {} (order {})", receiver.name(), receiver.order());
    }

    let learners = match env::args().nth(1) {
        Some(file) => fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?,
        None => LEARNERS.to_owned(),
    };
    let mut last = None;
    for (index, line) in learners.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let enrollment = enroll(line).map_err(|error| format!("line {}: {error}", index + 1))?;
        println!("\nlearner {} joins {}", enrollment.user.id, enrollment.course.course_key);
        let event = CourseEnrollmentCreated::builder().enrollment(enrollment).build();
        print_outcomes(&COURSE_ENROLLMENT_CREATED.send_event(event.clone()));
        last = Some(event);
    }
    println!("\n{} learners have access to their course", receivers::count_access());

    if let Some(event) = last {
        let bytes = codec::encode(&event);
        println!("\nthe last event in Avro, {} bytes:", bytes.len());
        for row in bytes.chunks(32) {
            println!("  {}", hex(row));
        }
        let same = codec::decode::<CourseEnrollmentCreated>(&bytes)? == event;
        println!("  decoding them gives the same event: {same}");
    }

    println!("\nevents from a Python service:");
    FROM_PYTHON.lines().try_for_each(read_from_python)
}

/// Parses a line of input as an enrollment.
fn enroll(line: &str) -> Result<CourseEnrollmentData, Box<dyn Error>> {
    let learner: Value = serde_json::from_str(line)?;
    let string = |key: &str| learner[key].as_str().ok_or_else(|| format!("`{key}` is not a string"));
    let pii = UserPersonalData::builder()
        .username(string("username")?)
        .email(string("email")?)
        .name(learner["name"].as_str().unwrap_or_default())
        .build();
    let id = learner["id"].as_i64().ok_or("`id` is not an integer")?;
    let user = UserData::builder().id(id).is_active(true).pii(pii).build();
    let course = CourseData::builder().course_key(string("course")?.parse()?).build();
    let enrollment = CourseEnrollmentData::builder()
        .user(user)
        .course(course)
        .mode(string("mode")?)
        .is_active(true)
        .creation_date(string("enrolled")?.parse::<DateTime>()?)
        .build();
    Ok(enrollment)
}

fn print_outcomes(responses: &Responses) {
    for response in responses {
        match response.result() {
            Ok(()) => println!("  {}: ok", response.receiver().name()),
            Err(error) => println!("  {}: {error}", response.receiver().name()),
        }
    }
}

/// Decodes an event from Python and encodes it again.
fn read_from_python(line: &str) -> Result<(), Box<dyn Error>> {
    let message: Value = serde_json::from_str(line)?;
    let metadata = EventsMetadata::from_json(message["metadata"].as_str().ok_or("`metadata` is missing")?)?;
    let bytes = unhex(message["avro_hex"].as_str().ok_or("`avro_hex` is missing")?)?;
    let event = codec::decode::<CourseEnrollmentCreated>(&bytes)?;
    let CourseEnrollmentCreated { enrollment } = &event;
    println!("  {} from {}", metadata.id, metadata.source);
    println!("    learner {} joined {}", enrollment.user.id, enrollment.course.course_key);
    println!("    mode {:?}, created {}", enrollment.mode, enrollment.creation_date);
    println!("    encodes to the same bytes: {}", codec::encode(&event) == bytes);
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let digit = |one: u8| char::from(one).to_digit(16).ok_or("invalid hexadecimal digit");
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Ok(u8::try_from(digit(*high)? * 16 + digit(*low)?)?),
            _ => Err("odd number of hexadecimal digits".into()),
        })
        .collect()
}
