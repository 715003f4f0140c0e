//! Async receivers that call an HTTP service with reqwest and write to a database with sqlx. A learner is enrolled in a transaction of
//! the same database, and the event is sent after the commit.
//!
//! `cargo run -p async-example` enrolls four learners and prints what their receivers did. It brings its own mail service, which
//! refuses one address and is down for another, and a database in memory.

mod enrollments;
mod mail_service;
mod receivers;

use std::error::Error;

use openedx_events::Responses;
use sqlx::SqlitePool;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A database in memory exists as long as its one connection.
    let database = sqlx::pool::PoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    sqlx::raw_sql(include_str!("schema.sql")).execute(&database).await?;
    receivers::use_services(database.clone(), mail_service::start().await?);

    for learner in ["ada", "grace", "nobody", "alan"] {
        match enrollments::enroll(&database, learner).await {
            Ok(responses) => report(learner, &responses),
            Err(error) => println!("{learner} is not enrolled: {error}"),
        }
    }
    // The unique index refuses it, so the service sends no event.
    if let Err(error) = enrollments::enroll(&database, "ada").await {
        println!("ada is not enrolled again: {error}");
    }
    println!("learners counted by the receiver: {}", count(&database).await?);
    Ok(())
}

fn report(learner: &str, responses: &Responses) {
    println!("{learner} is enrolled");
    for response in responses {
        let outcome = match response.result() {
            Ok(()) => "done".to_owned(),
            // A consumer would pause, try again later, or store a dead letter at once.
            Err(error) if error.is_unavailable() => format!("unavailable: {error}"),
            Err(error) if error.is_permanent() => format!("permanent: {error}"),
            Err(error) => error.to_string(),
        };
        println!("    {}: {outcome}", response.receiver().stable_name());
    }
}

async fn count(database: &SqlitePool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT count(*) FROM counted").fetch_one(database).await
}
