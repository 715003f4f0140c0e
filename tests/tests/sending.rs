//! Sending: which receivers run, in which order, and what the sender gets back.

use std::{
    cell::RefCell,
    error::Error,
    fmt,
    panic::panic_any,
    sync::{Arc, Mutex, OnceLock},
};

use openedx_events::{BoxError, Connection, UtcOffset, prelude::*};
use openedx_events_tests::number_events;

thread_local! {
    /// Receivers run on the sender's thread, and each test has its own thread.
    static RAN: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn ran(name: &'static str) {
    RAN.with_borrow_mut(|names| names.push(name));
}

fn all_that_ran() -> Vec<&'static str> {
    RAN.take()
}

fn names(responses: &Responses) -> Vec<&str> {
    responses.iter().map(|response| response.receiver().name()).collect()
}

fn failures(responses: &Responses) -> Vec<String> {
    responses.failures().map(|response| response.result().unwrap_err().to_string()).collect()
}

number_events! {
    BellSounded "com.example.learning.bell.sounded.v1"
    WheelTurned "com.example.learning.wheel.turned.v1"
    DoorOpened "com.example.learning.door.opened.v1"
    LampCleaned "com.example.learning.lamp.cleaned.v1"
    TreeFelled "com.example.learning.tree.felled.v1"
    WallPainted "com.example.learning.wall.painted.v1"
    RoadClosed "com.example.learning.road.closed.v1"
    BoatMoored "com.example.learning.boat.moored.v1"
    KiteLaunched "com.example.learning.kite.launched.v1"
    NailHammered "com.example.learning.nail.hammered.v1"
    CakeBaked "com.example.learning.cake.baked.v1"
    PipeMended "com.example.learning.pipe.mended.v1"
    FieldPlowed "com.example.learning.field.plowed.v1"
    GateLocked "com.example.learning.gate.locked.v1"
    TeaPoured "com.example.learning.tea.poured.v1"
    BedMade "com.example.learning.bed.made.v1"
}

#[receiver(BELL_SOUNDED, order = 1)]
fn last() {
    ran("last");
}

#[receiver(BELL_SOUNDED)]
fn returns_an_error(number: &i64) -> Result<(), String> {
    ran("returns_an_error");
    Err(format!("no bell {number}"))
}

#[receiver(BELL_SOUNDED)]
fn panics_with_a_literal() {
    ran("panics_with_a_literal");
    panic!("out of order");
}

#[receiver(BELL_SOUNDED)]
fn panics_with_a_string(number: &i64) {
    ran("panics_with_a_string");
    panic!("out of order: {number}");
}

#[receiver(BELL_SOUNDED)]
fn panics_with_a_value() {
    ran("panics_with_a_value");
    panic_any(7_u8);
}

#[receiver(BELL_SOUNDED)]
fn panics_with_a_value_that_panics() {
    struct Grenade;

    impl Drop for Grenade {
        fn drop(&mut self) {
            panic_any(Self);
        }
    }

    ran("panics_with_a_value_that_panics");
    panic_any(Grenade);
}

#[receiver(BELL_SOUNDED)]
fn succeeds() -> Result<(), BoxError> {
    ran("succeeds");
    Ok(())
}

#[receiver(BELL_SOUNDED, order = -1)]
fn first() {
    ran("first");
}

const IN_ORDER: [&str; 8] = [
    "first",
    "returns_an_error",
    "panics_with_a_literal",
    "panics_with_a_string",
    "panics_with_a_value",
    "panics_with_a_value_that_panics",
    "succeeds",
    "last",
];

#[test]
fn every_receiver_runs_in_order() {
    let responses = BELL_SOUNDED.send_event(BellSounded { number: 3 });
    assert_eq!(all_that_ran(), IN_ORDER);
    assert_eq!(names(&responses), IN_ORDER);
    assert_eq!(responses.len(), 8);
    assert!(!responses.all_ok());
}

#[test]
fn responses_contain_failures_and_panics() {
    let responses = BELL_SOUNDED.send_event(BellSounded { number: 3 });
    assert_eq!(
        failures(&responses),
        [
            "no bell 3",
            "panicked: out of order",
            "panicked: out of order: 3",
            "panicked: with a value that is not a string",
            "panicked: with a value that is not a string",
        ]
    );
    let panics: Vec<bool> = responses.failures().map(|one| one.result().unwrap_err().is_panic()).collect();
    assert_eq!(panics, [false, true, true, true, true]);
    assert!(responses.failures().all(|one| !one.result().unwrap_err().is_permanent()));
    let into_results = responses.into_iter().map(openedx_events::Response::into_result);
    assert_eq!(into_results.filter(Result::is_err).count(), 5);
}

#[test]
fn try_send_event_stops_at_the_first_failure() {
    let error = BELL_SOUNDED.try_send_event(BellSounded { number: 4 }).unwrap_err();
    assert_eq!(error.to_string(), "no bell 4");
    assert_eq!(all_that_ran(), ["first", "returns_an_error"]);
}

#[test]
fn try_send_event_returns_the_responses_when_all_succeed() {
    let _connections = [DOOR_OPENED.connect(|_, _| ()), DOOR_OPENED.connect(|_, _| Ok::<_, String>(()))];
    let responses = DOOR_OPENED.try_send_event(DoorOpened { number: 1 }).unwrap();
    assert_eq!(responses.len(), 2);
    assert!(responses.all_ok());
    assert!(responses.failures().next().is_none());
}

#[test]
fn a_panic_is_an_error_of_try_send_event() {
    let _connection = LAMP_CLEANED.connect(|_, _| -> () { panic!("no oil") });
    let error = LAMP_CLEANED.try_send_event(LampCleaned { number: 1 }).unwrap_err();
    assert!(error.is_panic());
    assert_eq!(error.to_string(), "panicked: no oil");
}

#[test]
fn without_receivers_there_are_no_responses() {
    assert!(TREE_FELLED.send_event(TreeFelled { number: 1 }).is_empty());
    assert!(TREE_FELLED.try_send_event(TreeFelled { number: 1 }).unwrap().is_empty());
    assert!(TREE_FELLED.send_event_at(TreeFelled { number: 1 }, DateTime::now()).all_ok());
    let metadata = TREE_FELLED.generate_signal_metadata();
    let responses = TREE_FELLED.send_event_with_custom_metadata(metadata, TreeFelled { number: 1 });
    assert_eq!(responses.iter().count(), 0);
}

/// The arguments of the receiver below.
static SEEN: Mutex<Vec<(EventsMetadata, bool, i64)>> = Mutex::new(Vec::new());

#[receiver(WALL_PAINTED)]
fn see(metadata: &EventsMetadata, from_event_bus: bool, event: &WallPainted, _number: &i64) {
    SEEN.lock().unwrap().push((metadata.clone(), from_event_bus, event.number));
}

#[test]
fn receivers_get_metadata_and_the_origin_of_the_event() {
    let before = DateTime::now().unix_micros().unwrap();
    WALL_PAINTED.send_event(WallPainted { number: 1 });
    WALL_PAINTED.try_send_event(WallPainted { number: 2 }).unwrap();

    let eastern = DateTime::naive(2024, 2, 29, 1, 30, 0, 5).unwrap();
    let eastern = eastern.with_offset(UtcOffset::from_seconds(2 * 3600).unwrap());
    WALL_PAINTED.send_event_at(WallPainted { number: 3 }, eastern);
    WALL_PAINTED.send_event_at(WallPainted { number: 4 }, DateTime::naive(2024, 2, 29, 1, 30, 0, 5).unwrap());

    let mut custom = WALL_PAINTED.generate_signal_metadata();
    custom.source = "openedx/elsewhere/web".into();
    custom.minorversion = 9;
    WALL_PAINTED.send_event_with_custom_metadata(custom.clone(), WallPainted { number: 5 });
    let after = DateTime::now().unix_micros().unwrap();

    let seen = SEEN.lock().unwrap();
    let from_event_bus: Vec<bool> = seen.iter().map(|(_, from_event_bus, _)| *from_event_bus).collect();
    assert_eq!(from_event_bus, [false, false, false, false, true]);
    assert!(seen.iter().map(|(_, _, number)| *number).eq(1..=5));
    let times: Vec<i64> = seen.iter().map(|(metadata, ..)| metadata.time.unix_micros().unwrap()).collect();
    assert!(before <= times[0] && times[0] <= times[1] && times[1] <= after);
    assert_eq!(seen[2].0.time.to_string(), "2024-02-28T23:30:00.000005+00:00");
    assert_eq!(seen[3].0.time.to_string(), "2024-02-29T01:30:00.000005+00:00");
    assert_eq!(seen[4].0, custom);
    assert_eq!(seen[0].0.event_type, "com.example.learning.wall.painted.v1");
}

#[test]
fn one_event_has_one_metadata_for_all_receivers() {
    let seen: Arc<Mutex<Vec<EventsMetadata>>> = Arc::default();
    let connect = || {
        let seen = Arc::clone(&seen);
        ROAD_CLOSED.connect(move |_, metadata| seen.lock().unwrap().push(metadata.clone()))
    };
    let _connections = [connect(), connect()];
    ROAD_CLOSED.send_event(RoadClosed { number: 1 });
    ROAD_CLOSED.send_event(RoadClosed { number: 1 });
    let seen = seen.lock().unwrap();
    assert_eq!((&seen[0], &seen[2]), (&seen[1], &seen[3]));
    assert_ne!(seen[0].id, seen[2].id);
}

#[test]
fn connected_receivers_run_in_order_of_connection_until_dropped() {
    let first = BOAT_MOORED.connect(|_, _| ran("first"));
    let second = BOAT_MOORED.connect(|_, _| ran("second"));
    let third = BOAT_MOORED.connect(|_, _| ran("third"));
    let send = || {
        let responses = BOAT_MOORED.send_event(BoatMoored { number: 1 });
        let ran = all_that_ran();
        assert_eq!(responses.len(), ran.len());
        ran
    };
    assert_eq!(send(), ["first", "second", "third"]);
    drop(second);
    assert_eq!(send(), ["first", "third"]);
    let fourth = BOAT_MOORED.connect(|_, _| ran("fourth"));
    drop(first);
    assert_eq!(send(), ["third", "fourth"]);
    drop((third, fourth));
    assert!(send().is_empty());
}

#[test]
fn connected_receivers_are_named_after_their_location() {
    let line = line!() + 1;
    let _connection = KITE_LAUNCHED.connect(|event, _| Err(format!("kite {}", event.number)));
    let responses = KITE_LAUNCHED.send_event(KiteLaunched { number: 8 });
    let response = responses.iter().next().unwrap();
    let receiver = response.receiver();
    assert!(receiver.file().ends_with("sending.rs"));
    assert_eq!((receiver.line(), receiver.order(), receiver.module_path()), (line, 0, ""));
    assert_eq!(receiver.event().name(), "KITE_LAUNCHED");
    assert_eq!(response.result().unwrap_err().to_string(), "kite 8");
}

#[test]
fn a_detached_receiver_stays() {
    BED_MADE.connect(|_, _| ran("detached")).detach();
    for _ in 0..2 {
        assert_eq!(BED_MADE.send_event(BedMade { number: 1 }).len(), 1);
    }
    assert_eq!(all_that_ran(), ["detached", "detached"]);
}

#[test]
fn a_receiver_may_send() {
    let _connection = NAIL_HAMMERED.connect(|event, _| {
        if event.number > 0 {
            let responses = NAIL_HAMMERED.send_event(NailHammered { number: event.number - 1 });
            assert_eq!(responses.len(), 1);
            assert!(responses.all_ok());
        }
        ran("hammered");
    });
    assert!(NAIL_HAMMERED.send_event(NailHammered { number: 3 }).all_ok());
    assert_eq!(all_that_ran().len(), 4);
}

#[test]
fn a_receiver_connected_during_a_send_gets_the_next_event() {
    let added: Mutex<Vec<Connection>> = Mutex::new(Vec::new());
    let added = Arc::new(added);
    let adds = {
        let added = Arc::clone(&added);
        CAKE_BAKED.connect(move |_, _| {
            ran("adds");
            added.lock().unwrap().push(CAKE_BAKED.connect(|_, _| ran("added")));
        })
    };
    assert_eq!(CAKE_BAKED.send_event(CakeBaked { number: 1 }).len(), 1);
    assert_eq!(CAKE_BAKED.send_event(CakeBaked { number: 1 }).len(), 2);
    assert_eq!(all_that_ran(), ["adds", "adds", "added"]);
    drop(adds);
}

#[test]
fn a_receiver_may_disconnect_itself_and_others() {
    static CONNECTIONS: Mutex<Vec<Connection>> = Mutex::new(Vec::new());
    let disconnect = PIPE_MENDED.connect(|_, _| {
        ran("disconnects");
        CONNECTIONS.lock().unwrap().clear();
    });
    let other = PIPE_MENDED.connect(|_, _| ran("other"));
    CONNECTIONS.lock().unwrap().extend([disconnect, other]);
    // The other receiver still gets the current event.
    assert_eq!(PIPE_MENDED.send_event(PipeMended { number: 1 }).len(), 2);
    assert!(PIPE_MENDED.send_event(PipeMended { number: 1 }).is_empty());
    assert_eq!(all_that_ran(), ["disconnects", "other"]);
}

#[derive(Debug, PartialEq)]
struct Custom(u8);

impl fmt::Display for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "custom error {}", self.0)
    }
}

impl Error for Custom {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        const SOURCE: Custom = Custom(0);
        (self.0 > 0).then_some(&SOURCE)
    }
}

#[test]
fn receivers_return_errors_of_any_kind() {
    fn fails_with<E: Into<BoxError> + 'static>(make: fn() -> E) -> ReceiverError {
        let _connection = FIELD_PLOWED.connect(move |_, _| Err(make()));
        FIELD_PLOWED.try_send_event(FieldPlowed { number: 1 }).unwrap_err()
    }

    assert_eq!(fails_with(|| "a literal").to_string(), "a literal");
    assert_eq!(fails_with(|| String::from("a string")).to_string(), "a string");
    assert_eq!(fails_with(|| BoxError::from("in a box")).to_string(), "in a box");
    assert_eq!(fails_with(|| "x".parse::<i64>().unwrap_err()).to_string(), "invalid digit found in string");
    assert_eq!(fails_with(|| ReceiverError::new("ours")).to_string(), "ours");

    let custom = fails_with(|| Custom(2));
    assert_eq!(custom.to_string(), "custom error 2");
    assert_eq!(custom.error().downcast_ref::<Custom>(), Some(&Custom(2)));
    assert_eq!(custom.source().unwrap().to_string(), "custom error 0");
    assert!(!custom.is_panic() && !custom.is_permanent());
    assert!(format!("{custom:?}").contains("Custom(2)"));
}

#[test]
fn permanent_errors_survive_boxes_and_question_marks() {
    fn deep() -> Result<(), ReceiverError> {
        Err(ReceiverError::permanent(Custom(2)))
    }
    fn through_a_box() -> Result<(), BoxError> {
        deep()?;
        Ok(())
    }
    fn through_two_boxes() -> Result<(), BoxError> {
        through_a_box()?;
        Ok(())
    }

    let _connections = [
        GATE_LOCKED.connect(|_, _| deep()),
        GATE_LOCKED.connect(|_, _| through_a_box()),
        GATE_LOCKED.connect(|_, _| through_two_boxes()),
        GATE_LOCKED.connect(|_, _| through_two_boxes().map_err(ReceiverError::new)),
    ];
    let responses = GATE_LOCKED.send_event(GateLocked { number: 1 });
    assert_eq!(responses.failures().count(), 4);
    for response in &responses {
        let error = response.result().unwrap_err();
        assert!(error.is_permanent());
        assert_eq!(error.error().downcast_ref::<Custom>(), Some(&Custom(2)));
    }
}

#[test]
fn all_receivers_get_the_same_event() {
    static KEPT: OnceLock<usize> = OnceLock::new();
    let _connection = TEA_POURED.connect(|event, _| {
        KEPT.get_or_init(|| std::ptr::from_ref(event).addr());
    });
    let _second = TEA_POURED.connect(|event, _| {
        assert_eq!(KEPT.get(), Some(&std::ptr::from_ref(event).addr()), "receivers must not get a copy");
    });
    assert!(TEA_POURED.send_event(TeaPoured { number: 1 }).all_ok());
}

/// Wraps another error.
#[derive(Debug)]
struct Wrapped(ReceiverError);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the course cannot be opened")
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn an_error_that_wraps_a_permanent_one_is_permanent() {
    assert!(ReceiverError::new(Wrapped(ReceiverError::permanent("it does not exist"))).is_permanent());
    assert!(!ReceiverError::new(Wrapped(ReceiverError::new("it is busy"))).is_permanent());
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[test]
fn a_panic_while_dropping_a_receiver_does_not_reach_the_sender() {
    static CONNECTION: Mutex<Option<Connection>> = Mutex::new(None);
    let value = PanicsWhenDropped;
    let connection = WHEEL_TURNED.connect(move |_, _| {
        let _ = &value;
        // The send now holds the last reference, and drops it at the end.
        drop(CONNECTION.lock().unwrap().take());
    });
    *CONNECTION.lock().unwrap() = Some(connection);
    assert!(WHEEL_TURNED.send_event(WheelTurned { number: 1 }).all_ok());
    assert!(WHEEL_TURNED.send_event(WheelTurned { number: 1 }).is_empty());
}
