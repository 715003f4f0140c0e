//! `lag`: how far groups are behind.

use serde_json::json;

use super::{BACKLOG, Bus};

#[test]
fn lag_counts_what_each_group_has_not_read() {
    let bus = Bus::new();
    let ids = bus.post("parcels", &["ok", "ok", "ok"]);
    bus.done(&["consume-events", "-t", "parcels", "-g", "vans", "--extra", BACKLOG, "--count", "2"]);
    bus.done(&["seek", "-t", "parcels", "-g", "bikes", "--to", "end", "--create"]);
    let line = |group, committed: &str, count| {
        let (end, exact) = (&ids[2], true);
        json!({"group": group, "partition": null, "committed": committed, "end": end, "count": count, "exact": exact})
    };
    let lag = |arguments: &[&str]| bus.done(&[&["lag", "-t", "parcels"], arguments].concat()).json_lines();
    assert_eq!(lag(&[]), [line("bikes", &ids[2], 0), line("vans", &ids[1], 1)]);
    assert_eq!(lag(&["-g", "vans"]), [line("vans", &ids[1], 1)]);
    for (arguments, error) in [
        (
            ["parcels", "-g", "vnas"],
            "error: topic `dev-parcels` has no group `vnas`\nhelp: did you mean `vans`?\n",
        ),
        (
            ["parcles", "-g", "vans"],
            "error: topic `dev-parcles` does not exist\nhelp: did you mean `dev-parcels`?",
        ),
    ] {
        let ran = bus.run(&[&["lag", "-t"], &arguments[..]].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.starts_with(error), "{}", ran.stderr);
    }
    let ran = bus.run(&["lag", "-t", "parcles"]);
    assert!(ran.code == 2 && ran.stderr.contains("did you mean `dev-parcels`"), "{}", ran.stderr);
}
