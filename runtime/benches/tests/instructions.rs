//! Counts instructions with callgrind, which other load on the machine does not affect. Compares them with the budgets and
//! with the stored counts in `instructions.txt`.
//!
//! Run `cargo test --release --no-default-features --test instructions -- --nocapture`. With `UPDATE_INSTRUCTIONS=1`, it
//! writes the file.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write,
    fs,
    path::Path,
    process::{Command, Output},
};

/// The instructions of each piece of work, in order.
type Counts = Vec<(String, u64)>;

/// Describes the environment: another compiler, libc or valgrind gives different counts.
fn environment() -> String {
    let first_line = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        text.unwrap_or_default().lines().next().unwrap_or_default().trim().to_owned()
    };
    #[cfg(target_arch = "x86_64")]
    let features = if std::is_x86_feature_detected!("avx2") { "avx2" } else { "no avx2" };
    #[cfg(not(target_arch = "x86_64"))]
    let features = "";
    [
        &first_line("rustc", &["--version"]),
        first_line("ldd", &["--version"]).trim_start_matches("ldd "),
        &first_line("valgrind", &["--version"]),
        env::consts::ARCH,
        features,
    ]
    .join(", ")
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{} did not start, is it installed? {error}", command.get_program().display());
    });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn count() -> Counts {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("callgrind");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let files = directory.join("out");
    let output = run(Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", files.display()))
        .arg("--collect-atstart=no")
        .args(["--toggle-collect=instructions::measured", "--dump-after=instructions::measured"])
        .arg(env!("CARGO_BIN_EXE_instructions"))
        // Variables of the caller must not affect the program.
        .env_clear());
    let names = String::from_utf8(output.stdout).unwrap();
    let total = |number: usize| {
        let text = fs::read_to_string(files.with_extension(number.to_string())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    let mut counts: Counts =
        names.lines().enumerate().map(|(index, name)| (name.to_owned(), total(index + 1))).collect();
    // Subtract the cost of calling a piece of work.
    let (name, call) = counts.remove(0);
    assert_eq!(name, "nothing");
    for (_, count) in &mut counts {
        *count -= call;
    }
    counts
}

fn read(text: &str) -> BTreeMap<&str, u64> {
    let lines = text.lines().skip(1).filter_map(|line| line.rsplit_once(' '));
    lines.map(|(name, count)| (name.trim_end(), count.parse().unwrap())).collect()
}

#[test]
fn no_more_instructions_than_before() {
    let is_optimized = !cfg!(debug_assertions);
    assert!(is_optimized, "instructions are counted with --release");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt");
    let stored = fs::read_to_string(&file).unwrap_or_default();
    let environment = environment();
    let counts = count();

    let mut text = format!("{environment}\n");
    for (name, count) in &counts {
        writeln!(text, "{name:<40} {count:>7}").unwrap();
    }
    if env::var_os("UPDATE_INSTRUCTIONS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let before = if env::var_os("UPDATE_INSTRUCTIONS").is_some() { &text } else { &stored };
    let baseline = read(before);

    let mut worse = Vec::new();
    for (name, count) in &counts {
        let before = *baseline.get(name.as_str()).unwrap_or(&0);
        println!("{name:<40} {count:>7}   was {before:>7}");
        // Allow small pieces a few instructions.
        if *count > before + (before / 20).max(4) {
            worse.push(format!("{name}: {count} instructions instead of {before}"));
        }
    }
    budgets(&counts.iter().map(|(name, count)| (name.as_str(), *count)).collect());

    let same = before.lines().next() == Some(&environment);
    if !same {
        println!(
            "\nnot compared: instructions.txt was written in\n    {}\nand this is\n    {environment}",
            before.lines().next().unwrap_or_default()
        );
        return;
    }
    assert!(
        worse.is_empty(),
        "{}\nhelp: if this is intended, run it again with UPDATE_INSTRUCTIONS=1 and give the reason in the commit",
        worse.join("\n")
    );
    assert_eq!(baseline.len(), counts.len(), "instructions.txt must list exactly the counted pieces");
}

/// Checks the budgets that compare counts of the same run, and so hold in every environment.
fn budgets(counts: &BTreeMap<&str, u64>) {
    let at_most = |name: &str, factor: f64, baseline: u64| {
        let count = counts[name];
        #[allow(clippy::cast_precision_loss)]
        let ratio = count as f64 / baseline as f64;
        assert!(
            ratio <= factor,
            "{name}: {count} instructions are {ratio:.2} × {baseline}; the budget is {factor} ×"
        );
    };
    for event in ["smallest", "enrollment", "largest"] {
        at_most(&format!("encode {event}"), 1.3, counts[&*format!("encode by hand {event}")]);
        // The baseline parses keys and times with this crate.
        at_most(&format!("decode {event}"), 1.5, counts[&*format!("decode by hand {event}")]);
        at_most(&format!("clone {event}"), 1.0, counts[&*format!("clone of strings {event}")]);
    }
    // Without receivers: loads and comparisons, plus the harness that calls it.
    at_most("send to 0 receivers", 1.0, 40);
    // Without metadata, a send costs less than a UUID and the clock.
    at_most("send to 1 receiver", 0.7, counts["metadata by hand"]);
    at_most("send to 1 receiver of metadata", 1.4, counts["metadata by hand"]);
}
