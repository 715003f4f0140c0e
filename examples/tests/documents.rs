//! What the documents quote is what there is: messages of the compiler, files and folders.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder with that ending.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path, extension)
            } else {
                Vec::from_iter(path.extension().is_some_and(|it| it == extension).then_some(path))
            }
        })
        .collect()
}

/// The `text` blocks of a Markdown file that are messages of the compiler.
fn messages(markdown: &str) -> Vec<&str> {
    let blocks = markdown.split("```text\n").skip(1);
    let blocks = blocks.map(|rest| rest.split_once("\n```").expect("the block ends").0);
    blocks.filter(|block| block.starts_with("error") || block.starts_with("contract of")).collect()
}

#[test]
fn quoted_messages_are_the_compilers() {
    let expected: Vec<String> =
        files(&root().join("ui-tests/fail"), "stderr").iter().map(|path| read(path)).collect();
    let mut count = 0;
    let guide = files(&root().join("runtime/src/guide"), "md");
    for path in guide.into_iter().chain([root().join("README.md")]) {
        let text = read(&path);
        for message in messages(&text) {
            let is_said = expected.iter().any(|stderr| stderr.contains(message));
            assert!(is_said, "{}: no test has this message:\n{message}", path.display());
            count += 1;
        }
    }
    assert!(count >= 4, "three in the README, and one in the guide: {count}");
}

#[test]
fn relative_links_lead_somewhere() {
    let documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    for document in documents {
        let text = read(&root().join(document));
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(to, _)| to);
        for target in targets.filter(|target| !target.starts_with("http")) {
            let path = target.split('#').next().unwrap();
            assert!(root().join(path).exists(), "{document}: {target}");
        }
    }
}

/// Folders of the map, by the indentation of their lines: `runtime/src`, and `consumer/` below `event_bus/`.
#[test]
fn the_map_shows_what_is_there() {
    let text = read(&root().join("CONTRIBUTING.md"));
    let map = text.split_once("## The map").unwrap().1.split_once("\n## ").unwrap().0;
    let mut above: Vec<(usize, PathBuf)> = vec![(0, root().to_owned())];
    let mut count = 0;
    for line in map.lines() {
        let indent = line.len() - line.trim_start().len();
        // Lines further right go on with what the line before says.
        if indent == 0 || indent > 16 {
            continue;
        }
        above.retain(|(other, _)| *other < indent);
        let folder = above.last().unwrap().1.clone();
        let names = line.trim().split("  ").next().unwrap();
        for name in names.split(' ') {
            let path = folder.join(name);
            assert!(path.exists(), "{} is not there", path.display());
            above.push((indent, path));
            count += 1;
        }
    }
    assert!(count > 50, "{count} entries were read");
}

#[test]
fn the_readme_is_short_and_begins_with_an_example() {
    let text = read(&root().join("README.md"));
    assert!(text.lines().count() < 200);
    let first = text.lines().position(|line| line.starts_with("#[receiver")).unwrap();
    assert!(first < 15, "line {}", first + 1);
}
