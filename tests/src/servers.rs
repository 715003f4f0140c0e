//! Shared by the servers of the tests: free ports, certificates, installed programs, and processes.

use std::{
    fs,
    io::{self, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::cleanup;

/// Returns a port that is free now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}

/// Creates a CA and a certificate for `localhost` and 127.0.0.1 in `folder`.
pub(crate) fn certificate(folder: &Path) {
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        .expect("a writable folder");
    for arguments in [
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt",
        "req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out request",
        "x509 -req -in request -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt",
    ] {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output();
        let output = output.unwrap_or_else(|error| panic!("cannot run `openssl`: {error}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "the server receives the signal");
}

/// A server that ends with the test program.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    /// Starts `command`, with its output in the file `log` of `folder`.
    ///
    /// # Panics
    ///
    /// Panics if the program cannot be started.
    pub(crate) fn start(command: &mut Command, folder: &Path) -> Self {
        let log = fs::File::create(folder.join("log")).expect("a log");
        let errors = log.try_clone().expect("a second handle");
        let started = command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn();
        let server = started.unwrap_or_else(|error| {
            panic!("cannot run `{}`: {error}: install it", command.get_program().display())
        });
        cleanup::add(server.id());
        Self(server)
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().ok().flatten().is_some()
    }

    /// Waits until the process ends by itself.
    #[cfg(feature = "kafka")]
    pub(crate) fn wait(&mut self) {
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        cleanup::forget(self.0.id());
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program that `tests/kafka/install.sh` installed.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    pub(crate) java: PathBuf,
    pub(crate) home: PathBuf,
}

impl Installed {
    /// Finds a program by its name and release. Returns `None`, with a message, if it is not installed and `OFFLINE=1` is set, or if
    /// the machine has no Java that runs it.
    ///
    /// # Panics
    ///
    /// Panics with the command to run if the program is not installed.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("kafka/install.sh");
        let into = kafka_folder();
        let output = Command::new("bash").arg(&script).arg(&into).env("OFFLINE", "1").output();
        let output = output.unwrap_or_else(|error| panic!("cannot run `bash`: {error}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let lines = String::from_utf8_lossy(&output.stdout);
        let found = lines.lines().find_map(|line| {
            let mut columns = line.split('\t');
            (columns.next()? == name)
                .then(|| Some(Self { java: columns.next()?.into(), home: columns.next()?.into() }))?
        });
        if found.is_none() {
            let is_offline = std::env::var("OFFLINE").is_ok_and(|value| value == "1");
            assert!(
                is_offline || into.join(name).exists(),
                "{name} is not installed: run `{} {}`, or skip with OFFLINE=1",
                script.display(),
                into.display()
            );
            // Output of `println!` is hidden if a test passes.
            for line in said.lines().filter(|line| line.contains(name)) {
                let _ = writeln!(io::stderr(), "{line}");
            }
        }
        found
    }
}

/// Returns the folder for the programs that `tests/kafka/install.sh` installs.
#[cfg_attr(not(feature = "kafka"), allow(dead_code))]
pub(crate) fn kafka_folder() -> PathBuf {
    target_folder().join("kafka")
}

/// Returns the folder in which cargo builds this program.
fn target_folder() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this program");
    // Cargo tags a target folder only if it created the folder. `tests/run` may have created this one first.
    let is_target =
        |folder: &&Path| [".rustc_info.json", "CACHEDIR.TAG"].iter().any(|file| folder.join(file).exists());
    let found = program.ancestors().find(is_target);
    found.unwrap_or_else(|| panic!("{} is not in a target folder", program.display())).to_owned()
}
