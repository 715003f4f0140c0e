use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, PipeWriter, Read, Write},
    process::Stdio,
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::{feed, output_of, service};

const LINE: &str = "{\"class\": \"CourseKey\", \"key\": \"course-v1:edX+DemoX+2026\"}\n";

#[test]
fn each_line_is_answered_before_the_next_is_read() {
    let mut child = service().arg("parse-keys").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let (sender, answers) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut line = String::new();
        while stdout.read_line(&mut line).unwrap() > 0 {
            sender.send(std::mem::take(&mut line)).unwrap();
        }
    });
    for _ in 0..3 {
        stdin.write_all(LINE.as_bytes()).unwrap();
        let answer = answers.recv_timeout(Duration::from_mins(1)).unwrap();
        assert!(answer.starts_with("{\"class\":\"CourseLocator\""), "{answer}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
    reader.join().unwrap();
}

/// Sends 100 MB through a process that uses less than 30 MB.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input() {
    let mut child = service().arg("parse-keys").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    // Keys that are refused at the first byte are fast.
    let line = format!("{{\"class\": \"CourseKey\", \"key\": \"{}\"}}\n", "x".repeat(10_000));
    let count = 100_000_000 / line.len();
    let writer = thread::spawn(move || {
        for _ in 0..count {
            stdin.write_all(line.as_bytes()).unwrap();
        }
        stdin
    });
    let answer = feed(&["parse-keys"], "{\"class\": \"CourseKey\", \"key\": \"x\"}\n").stdout;
    let mut read = vec![0; answer.len()];
    for _ in 0..count {
        stdout.read_exact(&mut read).unwrap();
        assert_eq!(read, answer.as_bytes());
    }
    let stdin = writer.join().unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().strip_suffix(" kB").unwrap().parse().unwrap();
    assert!(kilobytes < 30_000, "{kilobytes} kB");
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_line_may_be_huge() {
    let slug = "a".repeat(5_000_000);
    let line = format!("{{\"class\": \"LibraryLocatorV2\", \"key\": \"lib:org:{slug}\"}}\n");
    let ran = feed(&["parse-keys"], [line.as_str(), LINE].concat());
    let answers = ran.json_lines();
    assert_eq!(answers[0]["parts"]["slug"], slug);
    assert_eq!((answers.len(), ran.code), (2, 0));
}

fn closed_pipe() -> PipeWriter {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer
}

#[test]
fn a_closed_pipe_ends_the_command_quietly() {
    for arguments in [&["parse-keys"][..], &["list", "--json"], &["list"], &["show", "BOOK_LENT"], &["check"]]
    {
        let ran = service()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(closed_pipe())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = ran.unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Write until the command has ended.
        while arguments == ["parse-keys"] && stdin.write_all(LINE.as_bytes()).is_ok() {}
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(141), "{arguments:?}");
        assert_eq!(output.stderr, b"", "{arguments:?}");
    }
}

#[test]
fn help_into_a_closed_pipe_is_quiet() {
    let output = service().arg("--help").stdout(closed_pipe()).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = service().arg("list").stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error: cannot write to standard output: "), "{stderr}");
}

#[cfg(unix)]
#[test]
fn unreadable_input_is_an_error() {
    let folder = File::open(env!("CARGO_MANIFEST_DIR")).unwrap();
    let output = service().arg("encode").stdin(folder).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error: cannot read standard input: "), "{stderr}");
}

#[test]
fn empty_input_gives_empty_output() {
    for command in ["encode", "decode", "parse-keys"] {
        let ran = feed(&[command], "");
        assert_eq!((ran.stdout.as_str(), ran.code), ("", 0), "{command}");
    }
}

#[test]
fn the_log_goes_to_standard_error() {
    let ran = output_of(service().arg("check").env("RUST_LOG", "openedx_events=loud"), b"");
    assert!(ran.stderr.contains("WARN"), "{}", ran.stderr);
    assert!(ran.stderr.contains("ignoring `RUST_LOG`"), "{}", ran.stderr);
    assert!(!ran.stdout.contains("RUST_LOG"), "{}", ran.stdout);
    let ran = output_of(service().arg("check").env("RUST_LOG", "openedx_events=debug,off"), b"");
    assert_eq!(ran.stderr, "");
}
