//! The Redis server that this program starts, its contents, and the amount of work.

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    time::Duration,
};

use openedx_events::event_bus::Message;
use openedx_events_tests::redis_server::RedisServer;
use redis::{Connection, cmd};

use crate::{
    Result,
    event::{Size, numbered},
    worker::entry_fields,
};

/// The server and the amount of work.
pub(crate) struct Environment {
    pub(crate) server: RedisServer,
    pub(crate) counts: Counts,
    python: Option<PathBuf>,
    groups: Cell<u32>,
}

impl Environment {
    pub(crate) fn new(counts: Counts, python: Option<PathBuf>) -> Self {
        Self { server: RedisServer::start(), counts, python, groups: Cell::new(0) }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn python(&self) -> Option<&Path> {
        self.python.as_deref()
    }

    pub(crate) fn connect(&self) -> Result<Connection> {
        Ok(redis::Client::open(self.url())?.get_connection()?)
    }

    pub(crate) fn new_group(&self) -> String {
        self.groups.set(self.groups.get() + 1);
        format!("group-{}", self.groups.get())
    }

    pub(crate) fn fill(&self, topic: &str, size: Size, count: u64) -> Result<()> {
        self.fill_with(topic, &size.message()?, count)
    }

    /// Adds the same message again and again.
    pub(crate) fn fill_with(&self, topic: &str, message: &Message, count: u64) -> Result<()> {
        let fields = entry_fields(message)?;
        self.add(topic, (0..count).map(|_| &fields))
    }

    /// Adds events with `keys` different keys, in turn.
    pub(crate) fn fill_keys(&self, topic: &str, keys: u32, count: u64) -> Result<()> {
        let events = (0..keys).map(|number| entry_fields(&numbered(number)?));
        let events = events.collect::<Result<Vec<_>>>()?;
        self.add(topic, events.iter().cycle().take(usize::try_from(count)?))
    }

    fn add<'a>(&self, topic: &str, events: impl Iterator<Item = &'a Vec<Vec<u8>>>) -> Result<()> {
        const PIECE: usize = 1000;
        let mut connection = self.connect()?;
        let mut events = events.peekable();
        while events.peek().is_some() {
            let mut pipeline = redis::pipe();
            for fields in events.by_ref().take(PIECE) {
                let add = pipeline.cmd("XADD").arg(topic).arg("*");
                for field in fields {
                    add.arg(field);
                }
                add.ignore();
            }
            pipeline.exec(&mut connection)?;
        }
        Ok(())
    }

    /// Removes a group, because every group makes later queries of the stream's groups slower.
    pub(crate) fn drop_group(&self, topic: &str, group: &str) -> Result<()> {
        Ok(cmd("XGROUP").arg("DESTROY").arg(topic).arg(group).exec(&mut self.connect()?)?)
    }

    pub(crate) fn clear(&self) -> Result<()> {
        Ok(cmd("FLUSHALL").exec(&mut self.connect()?)?)
    }

    pub(crate) fn info(&self, section: &str, field: &str) -> Result<String> {
        let text: String = cmd("INFO").arg(section).query(&mut self.connect()?)?;
        let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        Ok(value.unwrap_or_default().to_owned())
    }

    /// The processor time that the server has used, in seconds.
    pub(crate) fn server_seconds(&self) -> Result<f64> {
        let seconds = |field| Result::Ok(self.info("cpu", field)?.parse::<f64>()?);
        Ok(seconds("used_cpu_user")? + seconds("used_cpu_sys")?)
    }
}

pub(crate) struct Counts {
    pub(crate) rounds: usize,
    /// For work with a round trip per event, which other load on the machine affects most.
    pub(crate) short_rounds: usize,
    /// Events per round with a round trip for each event.
    pub(crate) one_at_a_time: u64,
    /// Events per round with a round trip for many events.
    pub(crate) many_at_a_time: u64,
    /// Events per round for Python.
    pub(crate) python: u64,
    /// Repetitions per round of work inside the process.
    pub(crate) in_process: u64,
    /// The numbers of events in the growth table.
    pub(crate) events: &'static [u64],
    /// The minimum number of events that are measured for each row.
    pub(crate) at_least: u64,
    /// The numbers of consumers in the growth table.
    pub(crate) consumers: &'static [u64],
    /// The number of events that the consumers share.
    pub(crate) shared: u64,
    /// The two numbers of events between which memory must not grow.
    pub(crate) memory: [u64; 2],
    /// How long idle processes are observed.
    pub(crate) rest: Duration,
    /// The numbers of lanes.
    pub(crate) lanes: &'static [u64],
    /// Events of each lane per round.
    pub(crate) of_lane: u64,
    /// Entries that are pending when a consumer starts.
    pub(crate) pending: u64,
    /// The number of dead letters to replay.
    pub(crate) dead_letters: u64,
    /// Calls of a receiver with a fixed cost.
    pub(crate) calls: u64,
    /// Events whose way from a producer to a receiver is measured.
    pub(crate) latencies: u64,
}

impl Counts {
    pub(crate) const FULL: Self = Self {
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
        lanes: &[1, 2, 4, 8, 16, 32, 64],
        of_lane: 400,
        pending: 10_000,
        dead_letters: 50_000,
        calls: 200,
        latencies: 20_000,
    };
    pub(crate) const QUICK: Self = Self {
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
        lanes: &[1, 4],
        of_lane: 10,
        pending: 200,
        dead_letters: 100,
        calls: 3,
        latencies: 200,
    };
}
