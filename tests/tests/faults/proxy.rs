//! A proxy that cuts connections to the server at random, in the middle of the data.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

pub(crate) struct Proxy {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    links: Mutex<Vec<TcpStream>>,
    /// Bytes to forward until the next cut; `None` means no cuts.
    left: Mutex<Option<u64>>,
    cuts: AtomicU64,
    is_over: AtomicBool,
}

impl Proxy {
    /// Cuts all connections after `mean` bytes on average.
    pub(crate) fn start(server: u16, mean: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        *lock(&shared.left) = Some(mean);
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if theirs.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", server))) else {
                    continue;
                };
                let ends = [client.try_clone().unwrap(), server.try_clone().unwrap()];
                lock(&theirs.links).extend(ends);
                let (back_from, back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let (one, other) = (Arc::clone(&theirs), Arc::clone(&theirs));
                thread::spawn(move || one.forward(client, server, mean));
                thread::spawn(move || other.forward(back_from, back_to, mean));
            }
        });
        Self { port, shared }
    }

    pub(crate) fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }

    pub(crate) fn calm(&self) {
        *lock(&self.shared.left) = None;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        self.shared.cut();
    }
}

impl Shared {
    fn forward(&self, mut from: TcpStream, mut to: TcpStream, mean: u64) {
        let mut chunk = [0; 4096];
        while let Ok(len @ 1..) = from.read(&mut chunk) {
            // Part of the data still arrives.
            let part = self.allow(len, mean);
            if to.write_all(&chunk[..part]).is_err() || part < len {
                self.cut();
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }

    /// Returns how many of `len` bytes to forward.
    fn allow(&self, len: usize, mean: u64) -> usize {
        let mut left = lock(&self.left);
        match &mut *left {
            None => len,
            Some(left) if *left >= len as u64 => {
                *left -= len as u64;
                len
            }
            Some(left) => {
                self.cuts.fetch_add(1, Ordering::SeqCst);
                let part = std::mem::replace(left, mean / 2 + random() % mean);
                usize::try_from(part).unwrap_or(len)
            }
        }
    }

    fn cut(&self) {
        for link in lock(&self.links).drain(..) {
            let _ = link.shutdown(Shutdown::Both);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

pub(crate) fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
