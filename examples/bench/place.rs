//! Where it is measured: a Redis server of this program's own, and what is in it.

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    time::Duration,
};

use openedx_events_tests::redis_server::RedisServer;
use redis::{Connection, cmd};

use crate::{Outcome, event::Size, options::Options, peers, worker::entry_fields};

/// The server, and how much is measured.
pub(crate) struct Place {
    pub(crate) server: RedisServer,
    pub(crate) counts: Counts,
    python: Option<PathBuf>,
    groups: Cell<u32>,
}

impl Place {
    pub(crate) fn new(options: &Options) -> Outcome<Self> {
        let python = if options.without_python { None } else { peers::find_python()? };
        let counts = if options.quick { Counts::QUICK } else { Counts::FULL };
        Ok(Self { server: RedisServer::start(), counts, python, groups: Cell::new(0) })
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn python(&self) -> Option<&Path> {
        self.python.as_deref()
    }

    pub(crate) fn connect(&self) -> Outcome<Connection> {
        Ok(redis::Client::open(self.url())?.get_connection()?)
    }

    /// The name of a group that nobody has used.
    pub(crate) fn new_group(&self) -> String {
        self.groups.set(self.groups.get() + 1);
        format!("group-{}", self.groups.get())
    }

    /// Makes a stream of `count` entries.
    pub(crate) fn fill(&self, topic: &str, size: Size, count: u64) -> Outcome<()> {
        const PIECE: u64 = 1000;
        let fields = entry_fields(size)?;
        let mut connection = self.connect()?;
        let mut left = count;
        while left > 0 {
            let piece = left.min(PIECE);
            let mut pipeline = redis::pipe();
            for _ in 0..piece {
                let add = pipeline.cmd("XADD").arg(topic).arg("*");
                for field in &fields {
                    add.arg(field);
                }
                add.ignore();
            }
            pipeline.exec(&mut connection)?;
            left -= piece;
        }
        Ok(())
    }

    /// Removes a group: its member counts would make each look at the stream's groups longer.
    pub(crate) fn drop_group(&self, topic: &str, group: &str) -> Outcome<()> {
        Ok(cmd("XGROUP").arg("DESTROY").arg(topic).arg(group).exec(&mut self.connect()?)?)
    }

    /// Empties the server.
    pub(crate) fn clear(&self) -> Outcome<()> {
        Ok(cmd("FLUSHALL").exec(&mut self.connect()?)?)
    }

    /// A field of what the server says about itself.
    pub(crate) fn server_says(&self, section: &str, field: &str) -> Outcome<String> {
        let info: String = cmd("INFO").arg(section).query(&mut self.connect()?)?;
        let value = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        Ok(value.unwrap_or_default().to_owned())
    }

    /// The processor time that the server has used.
    pub(crate) fn server_seconds(&self) -> Outcome<f64> {
        let seconds = |field| Ok::<f64, Box<dyn std::error::Error>>(self.server_says("cpu", field)?.parse()?);
        Ok(seconds("used_cpu_user")? + seconds("used_cpu_sys")?)
    }
}

/// How much is measured.
pub(crate) struct Counts {
    pub(crate) rounds: usize,
    /// Of work that takes a way to the server and back for each event, and so depends most on what else goes on.
    pub(crate) short_rounds: usize,
    /// Events a round: of producers and consumers that take a way to the server and back for each; of those that take
    /// one for many; and of Python.
    pub(crate) one_at_a_time: u64,
    pub(crate) many_at_a_time: u64,
    pub(crate) python: u64,
    /// Times that something is done within the process, in a round.
    pub(crate) in_process: u64,
    /// The numbers of events by which growth is shown, and how many are measured at least for each.
    pub(crate) events: &'static [u64],
    pub(crate) at_least: u64,
    /// The numbers of consumers, and the events that they share.
    pub(crate) consumers: &'static [u64],
    pub(crate) shared: u64,
    /// The two numbers of events between which memory is not to grow.
    pub(crate) memory: [u64; 2],
    /// For how long processes at rest are watched.
    pub(crate) rest: Duration,
}

impl Counts {
    const FULL: Self = Self {
        rounds: 15,
        short_rounds: 150,
        one_at_a_time: 500,
        many_at_a_time: 30_000,
        python: 500,
        in_process: 200_000,
        events: &[1_000, 10_000, 100_000, 1_000_000],
        at_least: 50_000,
        consumers: &[1, 2, 4, 8, 16],
        shared: 160_000,
        memory: [100_000, 1_000_000],
        rest: Duration::from_secs(10),
    };
    const QUICK: Self = Self {
        rounds: 1,
        short_rounds: 2,
        one_at_a_time: 50,
        many_at_a_time: 500,
        python: 20,
        in_process: 500,
        events: &[100, 1_000],
        at_least: 200,
        consumers: &[1, 2],
        shared: 400,
        memory: [500, 2_000],
        rest: Duration::from_millis(300),
    };
}
