//! Test buses that pass most calls on to another bus.

/// Writes the named methods of `Operations`, which pass their call on to the field `inner`.
#[macro_export]
macro_rules! pass_on_operations {
    (fn $method:ident($($argument:ident: $type:ty),*) -> $result:ty) => {
        fn $method(&mut self, $($argument: $type),*) -> Result<$result, openedx_events::event_bus::BusError> {
            self.inner.$method($($argument),*)
        }
    };
    (ping) => { $crate::pass_on_operations!(fn ping() -> ()); };
    (topics) => { $crate::pass_on_operations!(fn topics() -> Vec<String>); };
    (groups) => { $crate::pass_on_operations!(fn groups(topic: &str) -> Option<Vec<String>>); };
    (cursor) => {
        $crate::pass_on_operations!(
            fn cursor(topic: &str, at: &openedx_events::event_bus::Start) -> openedx_events::event_bus::Cursor
        );
    };
    (read) => {
        $crate::pass_on_operations!(
            fn read(topic: &str, cursor: &openedx_events::event_bus::Cursor, max: usize) -> openedx_events::event_bus::Page
        );
    };
    (lag) => {
        $crate::pass_on_operations!(fn lag(topic: &str, group: &str) -> Vec<openedx_events::event_bus::Lag>);
    };
    (pending) => {
        $crate::pass_on_operations!(
            fn pending(topic: &str, group: &str, after: Option<&openedx_events::event_bus::EntryId>, max: usize)
                -> Vec<openedx_events::event_bus::Pending>
        );
    };
    (set_replaying) => {
        $crate::pass_on_operations!(
            fn set_replaying(topic: &str, group: &str, ids: &[openedx_events::event_bus::EntryId], is_running: bool)
                -> ()
        );
    };
    (replaying) => {
        $crate::pass_on_operations!(
            fn replaying(topic: &str, group: &str) -> Vec<openedx_events::event_bus::EntryId>
        );
    };
    (drop_dead_letters) => {
        $crate::pass_on_operations!(
            fn drop_dead_letters(topic: &str, group: &str, ids: &[openedx_events::event_bus::EntryId]) -> u64
        );
    };
    (replace_dead_letter) => {
        $crate::pass_on_operations!(
            fn replace_dead_letter(topic: &str, group: &str, letter: &openedx_events::event_bus::DeadLetter)
                -> openedx_events::event_bus::EntryId
        );
    };
    (seek) => {
        $crate::pass_on_operations!(
            fn seek(topic: &str, group: &str, to: &openedx_events::event_bus::Start) -> bool
        );
    };
    ($first:ident $($other:ident)+) => {
        $crate::pass_on_operations!($first);
        $crate::pass_on_operations!($($other)+);
    };
}
