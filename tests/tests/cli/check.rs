use crate::run;

#[test]
fn each_finding_is_a_line() {
    let ran = run(&["check"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, data_key) in lines.iter().zip(["`previous`", "`shelf`"]) {
        assert!(line.contains("src/bin/service.rs:"), "{line}");
        assert!(line.contains(data_key) && line.contains("com.example.library.book.lent.v1"), "{line}");
    }
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
}
