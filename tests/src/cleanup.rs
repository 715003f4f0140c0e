//! Stops the servers and removes the folders of a test program, even if it is killed, or if a server is a static variable, which Rust
//! never drops.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

/// A shell that cleans up when its input ends, which is when this program ends.
struct Cleaner {
    folder: PathBuf,
    input: Mutex<ChildStdin>,
    _shell: Child,
}

/// Reads `+ PID` and `- PID`. The keys that interrupt a test program reach this shell as well.
const SCRIPT: &str = r#"
trap '' INT TERM HUP QUIT
servers=
while read -r sign changed; do
    others=
    for server in $servers; do [ "$server" = "$changed" ] || others="$others $server"; done
    servers=$others
    [ "$sign" = - ] || servers="$servers $changed"
done
for server in $servers; do kill -s KILL "$server"; done
# A server that is dying may still write.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$1" && [ ! -e "$1" ] && break
    sleep 0.1
done
"#;

/// The names of the folders end with the id of the program.
const NAME: &str = "openedx-events-tests-";

impl Cleaner {
    fn get() -> &'static Self {
        static CLEANER: OnceLock<Cleaner> = OnceLock::new();
        CLEANER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let temporary = std::env::temp_dir();
        remove_abandoned(&temporary);
        let folder = temporary.join(format!("{NAME}{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for the tests");
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let input = Mutex::new(shell.stdin.take().expect("its input"));
        Self { folder, input, _shell: shell }
    }

    fn say(&self, sign: char, server: u32) {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(input, "{sign} {server}").expect("the shell reads");
    }
}

/// Removes the servers and folders of programs that were killed together with their shells.
fn remove_abandoned(temporary: &Path) {
    let processes = Path::new("/proc");
    if !processes.join("self").exists() {
        return;
    }
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_prefix(NAME));
        if id.is_some_and(|id| id.parse::<u32>().is_ok() && !processes.join(id).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Creates a folder that nobody else uses. It disappears with this program, if not before.
///
/// # Panics
///
/// Panics if the folder for temporary files is not writable.
#[must_use]
pub fn new_folder(kind: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = Cleaner::get().folder.join(format!("{kind}-{number}"));
    fs::create_dir_all(&folder).expect("a writable folder");
    folder
}

/// Notes a server that must not outlive this program.
pub(crate) fn add(server: u32) {
    Cleaner::get().say('+', server);
}

/// Forgets a server before it ends, because the system may give its id to another process.
pub(crate) fn forget(server: u32) {
    Cleaner::get().say('-', server);
}
