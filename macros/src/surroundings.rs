//! The surroundings of an attribute in its source file.
//!
//! The compiler passes only the item below the attribute to a macro. The text of the file also shows the derives above
//! it, which the compiler has already expanded and removed, the block around it, and the names in that block. Without
//! them, one mistake would be reported many times, in generated code. Nothing but messages depends on the text: it is
//! unknown in some editors, and in code that another macro wrote.

mod scan;
mod words;

use std::{cell::RefCell, collections::HashMap, env, fs, path::PathBuf, rc::Rc, time::SystemTime};

use proc_macro2::Span;

pub(crate) use self::scan::Block;
use self::scan::{NO_PRELUDE, Scan, scan};

thread_local! {
    /// The files of this compilation. Each is read and scanned once, because it may hold a thousand events.
    static FILES: RefCell<HashMap<PathBuf, SourceFile>> = RefCell::default();
    /// The surroundings of the attribute that is being expanded.
    static CURRENT: RefCell<Surroundings> = RefCell::default();
}

struct SourceFile {
    /// If the time has changed, the file is read again: the macro server of an editor outlives many versions of a file.
    modified: Option<SystemTime>,
    scan: Rc<Scan>,
}

/// The surroundings of an attribute.
#[derive(Clone, Default)]
pub(crate) struct Surroundings(Option<(Rc<Scan>, (usize, usize))>);

impl Surroundings {
    /// Finds the surroundings of the attribute that is expanded from now on.
    pub(crate) fn enter() {
        CURRENT.set(Self(find()));
    }

    /// Returns the surroundings of the attribute that is expanded.
    pub(crate) fn of_attribute() -> Self {
        CURRENT.with_borrow(Self::clone)
    }

    /// Returns the names in each `#[derive(…)]` above the attribute.
    pub(crate) fn derives_above(&self) -> Vec<String> {
        self.place().map(|(_, derives)| derives.to_vec()).unwrap_or_default()
    }

    /// Returns the kind of block around the attribute.
    pub(crate) fn block(&self) -> Block {
        self.place().map(|(block, _)| block).unwrap_or_default()
    }

    /// Returns whether the block around the attribute declares or imports a type of that name.
    pub(crate) fn has_type(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|(scan, place)| scan.has_type(*place, name))
    }

    /// Returns whether another type has the name of the struct below the attribute, so that this one is a duplicate.
    pub(crate) fn has_rival(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|(scan, place)| scan.has_rival(*place, name))
    }

    fn place(&self) -> Option<(Block, &[String])> {
        let (scan, place) = self.0.as_ref()?;
        scan.at(*place)
    }
}

/// Returns whether the code may be without the prelude, which the compiler needs to find `#[diagnostic::…]`: the
/// attribute's file or the root of the package mentions `#![no_implicit_prelude]`.
pub(crate) fn lacks_prelude() -> bool {
    thread_local! {
        static ROOT_LACKS_PRELUDE: bool = ["src/lib.rs", "src/main.rs"].iter().any(|root| {
            let root = env::var_os("CARGO_MANIFEST_DIR").map(|folder| PathBuf::from(folder).join(root));
            root.and_then(|root| fs::read_to_string(root).ok()).is_some_and(|text| text.contains(NO_PRELUDE))
        });
    }
    let surroundings = Surroundings::of_attribute();
    surroundings.0.is_some_and(|(scan, _)| scan.lacks_prelude || ROOT_LACKS_PRELUDE.with(|lacks| *lacks))
}

fn find() -> Option<(Rc<Scan>, (usize, usize))> {
    // The tests of this crate run without a compiler.
    if !proc_macro::is_available() {
        return None;
    }
    let attribute = Span::call_site().unwrap();
    let path = attribute.local_file()?;
    let modified = fs::metadata(&path).and_then(|file| file.modified()).ok();
    let scan = FILES.with_borrow_mut(|files| {
        if files.get(&path).is_none_or(|known| known.modified != modified) {
            let scan = Rc::new(scan(&fs::read_to_string(&path).unwrap_or_default()));
            files.insert(path.clone(), SourceFile { modified, scan });
        }
        Rc::clone(&files[&path].scan)
    });
    Some((scan, (attribute.line(), attribute.column())))
}
