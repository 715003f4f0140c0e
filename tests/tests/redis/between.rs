//! A proxy that runs code just before it forwards a certain command.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread,
};

use openedx_events::event_bus::{EventBus, EventBusConsumer, RedisBus, RedisOptions};

use super::support::{World, backlog};

const WAITS: u8 = 1;
const HAPPENED: u8 = 2;

pub(crate) struct Between {
    port: u16,
    state: Arc<AtomicU8>,
}

impl Between {
    /// Calls `happen` once, after [`arm`](Self::arm), before it forwards the next bytes that contain `wanted`.
    pub(crate) fn start(
        world: &World,
        wanted: &'static str,
        happen: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = world.server.port();
        let state = Arc::new(AtomicU8::new(0));
        let (theirs, happen) = (Arc::clone(&state), Arc::new(happen));
        // The thread ends with the process.
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", server)).unwrap());
                let (back_from, back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let (state, happen) = (Arc::clone(&theirs), Arc::clone(&happen));
                thread::spawn(move || {
                    forward(client, server, |bytes| {
                        let is_it = bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes());
                        let change = |from, to| {
                            state.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
                        };
                        if is_it && change(WAITS, HAPPENED) {
                            happen();
                        }
                    });
                });
                thread::spawn(move || forward(back_from, back_to, |_| ()));
            }
        });
        Self { port, state }
    }

    /// Returns a consumer that connects through the proxy.
    pub(crate) fn consumer(&self, name: &str) -> Box<dyn EventBusConsumer> {
        let bus = RedisBus::new(RedisOptions::tcp("127.0.0.1", self.port)).unwrap();
        bus.consumer(&backlog(name)).unwrap()
    }

    pub(crate) fn arm(&self) {
        self.state.store(WAITS, Ordering::SeqCst);
    }

    pub(crate) fn has_happened(&self) -> bool {
        self.state.load(Ordering::SeqCst) == HAPPENED
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, mut look: impl FnMut(&[u8])) {
    let mut chunk = vec![0; 1 << 16];
    while let Ok(len @ 1..) = from.read(&mut chunk) {
        look(&chunk[..len]);
        if to.write_all(&chunk[..len]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
