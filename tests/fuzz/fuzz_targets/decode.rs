#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| openedx_events_tests::fuzzing::decode(input));
