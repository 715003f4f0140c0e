//! Model checks of the runtime's dispatch list, the same source file with loom's locks and atomics.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release`
#![cfg(all(test, loom))]

#[path = "../../../runtime/src/signal/dispatch_list.rs"]
mod dispatch_list;

use std::sync::Arc as StdArc;

use dispatch_list::DispatchList;
use loom::{sync::Arc, thread};

/// Returns the ids of the elements, which equal their values.
fn ids(list: &DispatchList<StdArc<u64>>) -> Vec<u64> {
    list.snapshot()
        .map(|entries| {
            entries.iter().inspect(|entry| assert_eq!(*entry.value, entry.id)).map(|entry| entry.id).collect()
        })
        .unwrap_or_default()
}

#[test]
fn elements_pushed_by_two_threads_are_present() {
    loom::model(|| {
        let list = Arc::new(DispatchList::new());
        let other = Arc::clone(&list);
        let thread = thread::spawn(move || other.push(1, StdArc::new(1)));
        list.push(2, StdArc::new(2));
        thread.join().unwrap();
        let mut ids = ids(&list);
        ids.sort_unstable();
        assert_eq!(ids, [1, 2]);
    });
}

#[test]
fn a_snapshot_is_a_state_of_the_list() {
    loom::model(|| {
        let list = Arc::new(DispatchList::new());
        list.push(1, StdArc::new(1));
        let other = Arc::clone(&list);
        let thread = thread::spawn(move || {
            other.push(2, StdArc::new(2));
            other.remove(1);
        });
        let seen = ids(&list);
        assert!([&[1][..], &[1, 2], &[2]].contains(&seen.as_slice()), "{seen:?}");
        thread.join().unwrap();
        assert_eq!(ids(&list), [2]);
    });
}

#[test]
fn removed_elements_are_gone_despite_other_threads() {
    loom::model(|| {
        let list = Arc::new(DispatchList::new());
        let threads = [1, 2].map(|id| {
            let list = Arc::clone(&list);
            thread::spawn(move || {
                list.push(id, StdArc::new(id));
                list.remove(id);
            })
        });
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(list.is_empty());
        assert!(list.snapshot().is_none());
    });
}

#[test]
fn a_thread_sees_its_own_elements() {
    loom::model(|| {
        let list = Arc::new(DispatchList::new());
        let other = Arc::clone(&list);
        let thread = thread::spawn(move || {
            other.push(1, StdArc::new(1));
            assert!(!other.is_empty());
            assert!(ids(&other).contains(&1));
        });
        list.push(2, StdArc::new(2));
        list.remove(2);
        thread.join().unwrap();
    });
}

/// An element whose destructor uses the list, as the destructor of a receiver may.
enum Element {
    Plain,
    PushesWhenDropped(Arc<DispatchList<StdArc<Element>>>),
}

impl Drop for Element {
    fn drop(&mut self) {
        if let Self::PushesWhenDropped(list) = self {
            list.push(7, StdArc::new(Self::Plain));
        }
    }
}

#[test]
fn no_lock_is_held_while_an_element_is_dropped() {
    loom::model(|| {
        let list = Arc::new(DispatchList::new());
        list.push(1, StdArc::new(Element::PushesWhenDropped(Arc::clone(&list))));
        let other = Arc::clone(&list);
        let thread = thread::spawn(move || drop(other.snapshot()));
        list.remove(1);
        thread.join().unwrap();
        let left = list.snapshot().unwrap();
        assert_eq!(left.iter().map(|entry| entry.id).collect::<Vec<_>>(), [7]);
        assert!(left.iter().all(|entry| matches!(*entry.value, Element::Plain)));
    });
}
