//! Counts instructions with callgrind, which no other program on the machine disturbs, and compares them with
//! the budgets, and with what they were: `instructions.txt`.
//!
//! `cargo test --release --no-default-features --test instructions -- --nocapture`; with `UPDATE_INSTRUCTIONS=1` in the
//! environment it writes the file.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write,
    fs,
    path::Path,
    process::{Command, Output},
};

/// Instructions of each piece of work, in the order in which they run.
type Counts = Vec<(String, u64)>;

/// Where the counts hold: another compiler, libc or valgrind makes other ones.
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
        // No variable of the caller changes what the program does.
        .env_clear());
    let names = String::from_utf8(output.stdout).unwrap();
    let total = |number: usize| {
        let text = fs::read_to_string(files.with_extension(number.to_string())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    let mut counts: Counts =
        names.lines().enumerate().map(|(index, name)| (name.to_owned(), total(index + 1))).collect();
    // What it takes to call a piece of work at all is not its own.
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
        // A few instructions more or less are no matter where there are few.
        if *count > before + (before / 20).max(4) {
            worse.push(format!("{name}: {count} instructions, and were {before}"));
        }
    }
    budgets(&counts.iter().map(|(name, count)| (name.as_str(), *count)).collect());

    let same = before.lines().next() == Some(&environment);
    if !same {
        println!(
            "\nnot compared: instructions.txt is of\n    {}\nand this is\n    {environment}",
            before.lines().next().unwrap_or_default()
        );
        return;
    }
    assert!(
        worse.is_empty(),
        "{}\nhelp: if there is a good reason, say it in the commit and run this again with UPDATE_INSTRUCTIONS=1",
        worse.join("\n")
    );
    assert_eq!(
        baseline.len(),
        counts.len(),
        "instructions.txt has the pieces that are counted, and no other"
    );
}

/// What holds wherever this runs, since both sides were counted there.
fn budgets(counts: &BTreeMap<&str, u64>) {
    let times = |name: &str, factor: f64, floor: u64| {
        let count = counts[name];
        #[allow(clippy::cast_precision_loss)]
        let ratio = count as f64 / floor as f64;
        assert!(
            ratio <= factor,
            "{name}: {count} instructions are {ratio:.2} × {floor}, and may be {factor} ×"
        );
    };
    for event in ["smallest", "enrollment", "largest"] {
        times(&format!("encode {event}"), 1.3, counts[&*format!("encode by hand {event}")]);
        // By hand, keys and times are parsed by the crate.
        times(&format!("decode {event}"), 1.5, counts[&*format!("decode by hand {event}")]);
        times(&format!("clone {event}"), 1.0, counts[&*format!("clone of texts {event}")]);
    }
    // Of no receiver: loads and comparisons. Counted with the harness that calls it.
    times("send to 0 receivers", 1.0, 40);
}
