//! Runs every example in the help of the commands.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{Bus, LENT, Running, SERVICE};

/// Creates the events, dead letters and group that the examples use, and a `PATH` with the service.
fn prepared() -> (Bus, std::ffi::OsString) {
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_MAX_ATTEMPTS", "1");
    let programs = Path::new(SERVICE).parent().unwrap().to_owned();
    let others: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    let path = env::join_paths(std::iter::once(programs).chain(others)).unwrap();
    let event = json!({"event_type": LENT, "data": {"loan": {"copy_id": 1, "reader": "grace"}, "previous": null, "shelf": ""}});
    fs::write(bus.folder.path("events.jsonl"), format!("{event}\n")).unwrap();
    let schema = "org+openedx+learning+student+registration+completed+v1_schema.avsc";
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/schemas").join(schema);
    fs::copy(schema, bus.folder.path("schema-17.avsc")).unwrap();
    let registered = "org.openedx.learning.student.registration.completed.v1";
    let bytes =
        json!({"event_type": registered, "avro_hex": "0e01066164611e616461406578616d706c652e636f6d06416461"});
    fs::write(bus.folder.path("lines.jsonl"), format!("{bytes}\n")).unwrap();
    let settings = format!("EVENT_BUS_REDIS_CONNECTION_URL: {}\n", bus.server.url());
    fs::write(bus.folder.path("lms.env.yml"), settings).unwrap();
    for _ in 0..3 {
        bus.run_as(
            SERVICE,
            &["produce-event", "-t", "loans", "--signal", LENT, "--data", &event["data"].to_string()],
        );
    }
    bus.done(&["seek", "-t", "loans", "-g", "reminders", "--to", "start", "--create"]);
    // The dead letter in the examples.
    let stream = "dev-loans.dlq.reminders";
    bus.ask::<String>(&["XADD", stream, "1679676448892-0", "type", LENT, "dlq_error", "no mail"]);
    (bus, path)
}

#[test]
fn every_example_runs() {
    // The service has no receivers for loans, so they are acknowledged.
    for command in [
        &["list"][..],
        &["show"],
        &["generate-avro-schemas"],
        &["check"],
        &["encode"],
        &["decode"],
        &["parse-keys"],
        &["produce-event"],
        &["consume-events"],
        &["tail"],
        &["pending"],
        &["lag"],
        &["dlq", "list"],
        &["dlq", "show"],
        &["dlq", "drop"],
        &["dlq", "replay"],
        &["seek"],
    ] {
        let (bus, path) = prepared();
        let help = bus.run_as(SERVICE, &[command, &["--help"]].concat()).stdout;
        let (_, examples) = help.split_once("\nExample").expect("each command has examples");
        assert!(!help.contains("openedx-events"), "examples must use the program's name: {help}");
        let lines = examples.lines().skip(1).take_while(|line| line.starts_with("  "));
        let mut count = 0;
        for example in lines {
            if example.contains(" --as ") {
                // The service does not have the receiver of the example.
                let ran = bus
                    .command("sh", &["-c", &format!("exec {}", example.trim())])
                    .env("PATH", &path)
                    .output();
                let stderr = String::from_utf8(ran.unwrap().stderr).unwrap();
                assert!(stderr.contains("this program has no receiver `reminders.send`"), "{stderr}");
                count += 1;
                continue;
            }
            let mut shell = bus.command("sh", &["-c", &format!("exec {}", example.trim())]);
            shell.env("PATH", &path);
            let running = Running::of(&mut shell);
            let (ran, expected) = if example.contains("consume-events") {
                running.until("consuming");
                (running.stop(), 0)
            } else if example.contains("--follow") {
                super::eventually("an entry is printed", || !running.stdout().is_empty());
                (running.stop(), 143)
            } else {
                // The service has findings, and no receivers to replay.
                (running.end(), i32::from(example.contains(" check") || example.contains("dlq replay")))
            };
            assert_eq!(ran.code, expected, "{example}\n{}", ran.stderr);
            assert!(!ran.stderr.contains("error: "), "{example}\n{}", ran.stderr);
            count += 1;
        }
        assert!(count > 0, "{help}");
    }
}

#[test]
fn underscores_are_accepted() {
    let bus = Bus::new();
    for (command, spelled) in [("produce-event", "produce_event"), ("consume-events", "consume_events")] {
        assert_eq!(bus.run(&[spelled, "--help"]).stdout, bus.run(&[command, "--help"]).stdout);
    }
    let help = bus.run(&["--help"]).stdout;
    for command in ["produce-event", "consume-events", "tail", "pending", "lag", "dlq", "seek"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
    let help = bus.run(&["consume-events", "--help"]).stdout;
    for code in ["0 ", "2 ", "3 ", "4 ", "5 ", "6 ", "130 ", "141 "] {
        assert!(help.contains(&format!("\n  {code}")), "{code}: {help}");
    }
}
