//! A proxy that runs code, or cuts the connection, when it forwards a certain command, and that breaks one
//! side of its connections.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    thread,
    time::Duration,
};

use openedx_events::event_bus::{EventBus, EventBusConsumer, RedisBus, RedisOptions};

use super::support::{World, backlog};

const WAITS: u8 = 1;
const HAPPENED: u8 = 2;

pub(crate) struct Between {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    state: AtomicU8,
    wanted: &'static str,
    event: Event,
    /// The client's side of each connection.
    clients: Mutex<Vec<TcpStream>>,
    /// Whether the server's side stays open after the client's side broke.
    keeps_server: AtomicBool,
}

/// The event that happens once, after [`Between::arm`], with the next bytes that contain the wanted command.
enum Event {
    /// Calls this before the bytes are forwarded.
    Call(Box<dyn Fn() + Send + Sync>),
    /// Forwards the bytes, and cuts the connection before the reply.
    CutReply,
}

impl Between {
    /// Calls `happen` before the next bytes that contain `wanted`.
    pub(crate) fn start(
        world: &World,
        wanted: &'static str,
        happen: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self::with(world, wanted, Event::Call(Box::new(happen)))
    }

    /// Cuts the connection after the next bytes that contain `wanted` have reached the server, before it replies.
    pub(crate) fn cutting_the_reply_to(world: &World, wanted: &'static str) -> Self {
        Self::with(world, wanted, Event::CutReply)
    }

    fn with(world: &World, wanted: &'static str, event: Event) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = world.server.port();
        let shared = Arc::new(Shared {
            state: AtomicU8::new(0),
            wanted,
            event,
            clients: Mutex::default(),
            keeps_server: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        // The thread ends with the process.
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", server)).unwrap());
                theirs.clients.lock().unwrap().push(client.try_clone().unwrap());
                let (back_from, back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let (there, back) = (Arc::clone(&theirs), Arc::clone(&theirs));
                thread::spawn(move || there.forward(client, server, true));
                thread::spawn(move || back.forward(back_from, back_to, false));
            }
        });
        Self { port, shared }
    }

    /// Breaks the client's side of all connections. The server's side stays open, as after the death of a machine.
    pub(crate) fn break_clients(&self) {
        self.shared.keeps_server.store(true, Ordering::SeqCst);
        for client in self.shared.clients.lock().unwrap().drain(..) {
            let _ = client.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn options(&self) -> RedisOptions {
        RedisOptions::tcp("127.0.0.1", self.port)
    }

    /// Returns a consumer that connects through the proxy.
    pub(crate) fn consumer(&self, name: &str) -> Box<dyn EventBusConsumer> {
        let bus = RedisBus::new(self.options()).unwrap();
        bus.consumer(&backlog(name)).unwrap()
    }

    pub(crate) fn arm(&self) {
        self.shared.state.store(WAITS, Ordering::SeqCst);
    }

    pub(crate) fn has_happened(&self) -> bool {
        self.shared.state.load(Ordering::SeqCst) == HAPPENED
    }
}

impl Shared {
    fn forward(&self, mut from: TcpStream, mut to: TcpStream, to_server: bool) {
        let mut chunk = vec![0; 1 << 16];
        while let Ok(len @ 1..) = from.read(&mut chunk) {
            let cuts = to_server && self.happens(&chunk[..len]);
            if cuts {
                // The thread of the replies finds the client gone.
                let _ = from.shutdown(Shutdown::Both);
            }
            if to.write_all(&chunk[..len]).is_err() {
                break;
            }
            if cuts {
                thread::sleep(Duration::from_millis(100));
                break;
            }
        }
        if self.keeps_server.load(Ordering::SeqCst) {
            // The connection is not dropped, because that would close it.
            std::mem::forget((from, to));
        } else {
            let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
        }
    }

    /// Returns whether to cut the connection after these bytes.
    fn happens(&self, bytes: &[u8]) -> bool {
        let is_it = bytes.windows(self.wanted.len()).any(|window| window == self.wanted.as_bytes());
        let change = || self.state.compare_exchange(WAITS, HAPPENED, Ordering::SeqCst, Ordering::SeqCst);
        if !is_it || change().is_err() {
            return false;
        }
        match &self.event {
            Event::Call(happen) => {
                happen();
                false
            }
            Event::CutReply => true,
        }
    }
}
