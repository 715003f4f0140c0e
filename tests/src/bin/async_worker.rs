//! The command line of a telegraph service, whose receivers need tokio's timers and sockets. The event says how they behave.
//!
//! `WORKER_RUNTIME` is `own` or `set` if the program brings its own runtime: as the current one, or with `set_runtime`.

use std::{
    env, error::Error, fs::OpenOptions, future::pending, io::Write, process::ExitCode, thread, time::Duration,
};

use openedx_events::{block_on, management, prelude::*, set_runtime};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
    task,
};

/// Sent when a telegram is sent.
#[event(type = "com.example.post.telegram.sent.v1", key = number)]
pub struct TelegramSent {
    /// The number of the telegram.
    pub number: i64,
    /// The behaviour of the receiver.
    pub task: String,
}

#[receiver(TELEGRAM_SENT, name = "telegrams.transmit")]
async fn transmit(number: &i64, task: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    match task {
        "hang" => pending().await,
        "wander" => {
            // A runtime that shuts down waits for this task. Meanwhile, the receiver notices the shutdown.
            leave();
            note("begin");
            loop {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        "leave" => leave(),
        _ => {}
    }
    let answer = ask(*number).await?;
    let runtime = task::spawn(async { thread::current().name().map(str::to_owned) }).await?;
    note(&format!("{answer} on {}", runtime.as_deref().unwrap_or("a thread without a name")));
    Ok(())
}

/// Makes a call that never returns.
fn leave() {
    drop(task::spawn_blocking(|| {
        loop {
            thread::park();
        }
    }));
}

/// A synchronous receiver with one asynchronous call.
#[receiver(TELEGRAM_SENT, order = 1)]
fn confirm(number: &i64) -> Result<(), Box<dyn Error + Send + Sync>> {
    note(&format!("{} synchronously", block_on(ask(*number))?));
    Ok(())
}

/// Asks the service at the address `WORKER_PEER`.
async fn ask(number: i64) -> Result<String, Box<dyn Error + Send + Sync>> {
    tokio::time::sleep(Duration::from_millis(2)).await;
    let mut peer = TcpStream::connect(env::var("WORKER_PEER")?).await?;
    peer.write_all(format!("{number}\n").as_bytes()).await?;
    let mut answer = String::new();
    peer.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// Appends a line to the file that `WORKER_LOG` names.
fn note(line: &str) {
    let path = env::var_os("WORKER_LOG").expect("the log is set");
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("the log can be opened");
    file.write_all(format!("{line}\n").as_bytes()).expect("the log is writable");
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().thread_name("own").build().expect("a runtime")
}

fn main() -> ExitCode {
    match env::var("WORKER_RUNTIME").as_deref() {
        Ok("own") => runtime().block_on(async { management::run() }),
        Ok("set") => {
            let runtime = runtime();
            set_runtime(runtime.handle().clone());
            management::run()
        }
        _ => management::run(),
    }
}
