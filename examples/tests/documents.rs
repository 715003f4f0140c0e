//! Checks that the documents quote real compiler messages, files and folders.

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

/// Lists all files with an extension below a folder.
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

/// Returns the `text` blocks of a Markdown file that are compiler messages.
fn messages(markdown: &str) -> Vec<&str> {
    let blocks = markdown.split("```text\n").skip(1);
    let blocks = blocks.map(|rest| rest.split_once("\n```").expect("the block ends").0);
    blocks.filter(|block| block.starts_with("error") || block.starts_with("contract of")).collect()
}

/// Joins the lines of a message, which documents wrap to fit their page.
fn joined(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn quoted_messages_are_real() {
    let expected: Vec<String> =
        files(&root().join("ui-tests/fail"), "stderr").iter().map(|path| joined(&read(path))).collect();
    let mut count = 0;
    let guide = files(&root().join("runtime/src/guide"), "md");
    for path in guide.into_iter().chain([root().join("README.md")]) {
        let text = read(&path);
        for message in messages(&text) {
            let exists = expected.iter().any(|stderr| stderr.contains(&joined(message)));
            assert!(exists, "{}: no test has this message:\n{message}", path.display());
            count += 1;
        }
    }
    assert!(count >= 4, "three in the README, and one in the guide: {count}");
}

/// Code that needs crates which the documentation cannot use is quoted from an example, which compiles it.
#[test]
fn quoted_code_is_from_the_examples() {
    let dedented = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let examples: Vec<String> =
        files(&root().join("examples"), "rs").iter().map(|path| dedented(&read(path))).collect();
    let mut count = 0;
    for path in files(&root().join("runtime/src"), "md") {
        let text = read(&path);
        for block in text.split("```rust,ignore\n").skip(1) {
            let code = block.split_once("\n```").expect("the block ends").0;
            let exists = examples.iter().any(|example| example.contains(&dedented(code)));
            assert!(exists, "{}: no example has this code:\n{code}", path.display());
            count += 1;
        }
        assert!(!text.contains("```ignore"), "{}: write `rust,ignore`", path.display());
    }
    assert!(count >= 4, "{count} blocks were read");
}

/// Returns the anchors that rustdoc and GitHub create for the headings of a Markdown file.
fn anchors(markdown: &str) -> Vec<String> {
    let headings = prose(markdown).filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            heading.chars().filter(|&it| it.is_alphanumeric() || it == '-' || it == '_').collect()
        })
        .collect()
}

/// Returns the lines of a Markdown file outside code blocks.
fn prose(markdown: &str) -> impl Iterator<Item = &str> {
    markdown.split("```").step_by(2).flat_map(str::lines)
}

/// Returns the link targets of a Markdown file, such as `README.md#features`.
fn links(markdown: &str) -> impl Iterator<Item = &str> {
    let targets = prose(markdown).flat_map(|line| line.split("](").skip(1));
    targets.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

/// Returns the anchors of a document. A page of the guide may go on in a file that a test writes: `operating_schedule.md` belongs
/// to `operating.md`.
fn anchors_of(path: &Path) -> Vec<String> {
    let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let goes_on_in =
        |page: &str, part: &str| part.strip_prefix(page).is_some_and(|rest| rest.starts_with('_'));
    let own = stem(path);
    let is_of_page = |other: &PathBuf| {
        let other = stem(other);
        other == own || goes_on_in(&own, &other) || goes_on_in(&other, &own)
    };
    let guide = files(&root().join("runtime/src/guide"), "md").into_iter().filter(is_of_page);
    let parts: Vec<_> = guide.filter(|part| part.parent() == path.parent()).collect();
    if parts.is_empty() {
        anchors(&read(path))
    } else {
        parts.iter().flat_map(|part| anchors(&read(part))).collect()
    }
}

/// Returns the file that a link refers to. rustdoc checks `crate::…` itself, except for anchors.
fn file_of_link(document: &Path, target: &str) -> Option<PathBuf> {
    let source = root().join("runtime/src");
    if target.is_empty() {
        Some(document.to_owned())
    } else if let Some(page) = target.strip_prefix("crate::guide::") {
        Some(source.join("guide").join(page).with_extension("md"))
    } else if target == "crate::rules" {
        Some(source.join("rules.md"))
    } else if target.contains("::") || target.contains('@') || target.starts_with("http") {
        None
    } else {
        Some(document.parent().unwrap().join(target))
    }
}

#[test]
fn links_have_targets() {
    let mut documents: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "BENCHMARKS.md", "tests/golden/README.md"]
            .map(|name| root().join(name))
            .into();
    documents.extend(files(&root().join("runtime/src"), "md"));
    let mut sections = 0;
    for document in &documents {
        for link in links(&read(document)) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let Some(path) = file_of_link(document, target) else { continue };
            assert!(path.exists(), "{}: {link}", document.display());
            if !anchor.is_empty() {
                let is_there = anchors_of(&path).iter().any(|it| it == anchor);
                assert!(is_there, "{}: {link}: the section does not exist", document.display());
                sections += 1;
            }
        }
    }
    assert!(sections >= 5, "{sections} links to sections were read");
}

/// The indentation of a line gives the parent folder: `consumer/` is in `event_bus/`, which is in `runtime/src`.
#[test]
fn the_map_lists_existing_folders() {
    let text = read(&root().join("CONTRIBUTING.md"));
    let map = text.split_once("## The map").unwrap().1.split_once("\n## ").unwrap().0;
    let mut parents: Vec<(usize, PathBuf)> = vec![(0, root().to_owned())];
    let mut count = 0;
    for line in map.lines() {
        let indent = line.len() - line.trim_start().len();
        // Lines indented further continue the description of the previous line.
        if indent == 0 || indent > 16 {
            continue;
        }
        parents.retain(|(other, _)| *other < indent);
        let folder = parents.last().unwrap().1.clone();
        let names = line.trim().split("  ").next().unwrap();
        for name in names.split(' ') {
            let path = folder.join(name);
            assert!(path.exists(), "{} does not exist", path.display());
            parents.push((indent, path));
            count += 1;
        }
    }
    assert!(count > 50, "{count} entries were read");
}

/// Returns the lines of code blocks that are longer than `most`. Lines that rustdoc hides do not count, nor does a command of
/// Redis, which must be pasted as one line.
fn long_lines(markdown: &str, most: usize) -> Vec<&str> {
    let code = markdown.split("```").skip(1).step_by(2).flat_map(str::lines);
    code.filter(|line| !line.starts_with("# ") && !line.starts_with("ACL ") && line.chars().count() > most)
        .collect()
}

/// Documentation pages have room for lines of about 100 characters, and show the README in a narrower column.
#[test]
fn code_fits_the_page() {
    let readme = read(&root().join("README.md"));
    assert_eq!(long_lines(&readme, 80), [""; 0]);
    let prose = prose(&readme).filter(|line| !line.starts_with('|') && !line.contains("]: http"));
    let long: Vec<&str> = prose.filter(|line| line.chars().count() > 80).collect();
    assert!(long.is_empty(), "{long:#?}");
    for page in files(&root().join("runtime/src/guide"), "md") {
        assert_eq!(long_lines(&read(&page), 100), [""; 0], "{}", page.display());
    }
}

/// Nothing is published yet, so nobody can `cargo install` it.
#[test]
fn documents_install_nothing_that_is_not_published() {
    let documents =
        files(&root().join("runtime/src"), "md").into_iter().chain(files(&root().join("runtime/src"), "rs"));
    for document in documents.chain([root().join("README.md")]) {
        assert!(!read(&document).contains("cargo install openedx"), "{}", document.display());
    }
}

#[test]
fn the_readme_is_short_and_begins_with_an_example() {
    let text = read(&root().join("README.md"));
    assert!(text.lines().count() < 250);
    let first = text.lines().position(|line| line.starts_with("#[receiver")).unwrap();
    assert!(first < 15, "line {}", first + 1);
}
