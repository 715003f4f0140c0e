//! The Avro bytes of events: the exact bytes we write, every legal encoding we read, and errors for all other bytes.

use std::collections::{BTreeMap, HashMap};

use openedx_events::{
    AnyEventError, WireEvent,
    codec::{self, DecodeError},
    prelude::*,
};
use openedx_events_tests::{
    Article, ArticleAdded, NUMBER_DRAWN, NumberDrawn, Price, SampleTaken,
    allocation::{Counting, measure},
    fuzzing::assert_refused_or_earlier,
    golden::{self, Vector},
    samples,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// An event with lists and maps.
#[event(type = "com.example.learning.lists.made.v1")]
pub struct ListsMade {
    /// Numbers.
    pub numbers: Vec<i64>,
    /// Strings.
    pub texts: Vec<String>,
    /// Named numbers.
    pub tree: BTreeMap<String, i64>,
    /// Named numbers in a hash map.
    pub hash: HashMap<String, i64>,
}

type Storeys<T> = Vec<Vec<Vec<Vec<T>>>>;

/// An event of a deeply nested type.
#[event(type = "com.example.learning.tower.built.v1")]
pub struct TowerBuilt {
    /// Arrays in arrays.
    pub tower: Storeys<Storeys<bool>>,
    /// Maps in arrays.
    pub maps: Vec<BTreeMap<String, HashMap<String, Vec<String>>>>,
}

/// An event with many kinds of fields.
#[event(type = "com.example.learning.halves.found.v1")]
pub struct HalvesFound {
    /// A number with a range.
    pub octet: u8,
    /// A boolean.
    pub flag: bool,
    /// A value that may be missing.
    pub maybe: Option<f64>,
    /// Bytes.
    pub blob: Bytes,
    /// A string.
    pub text: String,
    /// A time.
    pub at: DateTime,
    /// A UUID.
    pub id: Uuid,
    /// A custom type.
    pub price: Price,
}

/// Encodes a `long` in the fewest bytes.
fn long(value: i64) -> Vec<u8> {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    let mut out = Vec::new();
    while rest >= 0x80 {
        out.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
        rest >>= 7;
    }
    out.push(u8::try_from(rest).unwrap());
    out
}

fn text(value: impl AsRef<[u8]>) -> Vec<u8> {
    let value = value.as_ref();
    [long(i64::try_from(value.len()).unwrap()), value.to_vec()].concat()
}

fn fails<E: WireEvent + std::fmt::Debug>(bytes: &[u8]) -> DecodeError {
    codec::decode::<E>(bytes).unwrap_err()
}

/// Asserts that decoding fails with this path, offset and message.
#[track_caller]
fn assert_fails<E: WireEvent + std::fmt::Debug>(
    bytes: &[u8],
    path: &str,
    offset: usize,
    expected: &str,
    found: &str,
) {
    let error = fails::<E>(bytes);
    assert_eq!((error.field_path().as_str(), error.offset(), error.expected()), (path, offset, expected));
    assert_eq!(error.to_string(), format!("`{path}` at byte {offset}: expected {expected}, but {found}"));
}

#[test]
fn numbers_are_zigzag_varints() {
    let of = |number| codec::encode(&NumberDrawn { number });
    for (number, bytes) in [
        (0, &[0_u8] as &[u8]),
        (-1, &[1]),
        (1, &[2]),
        (63, &[0x7e]),
        (-64, &[0x7f]),
        (64, &[0x80, 1]),
        (-65, &[0x81, 1]),
        (8192, &[0x80, 0x80, 1]),
        (i64::MAX, &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        (i64::MIN, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
    ] {
        assert_eq!(of(number), bytes);
        assert_eq!(codec::decode::<NumberDrawn>(bytes).unwrap().number, number);
        assert_eq!(long(number), bytes);
    }
    for shift in 0..64 {
        for number in [1 << shift, (1_i64 << shift).wrapping_sub(1), (-1_i64) << shift] {
            assert_eq!(codec::decode::<NumberDrawn>(&of(number)).unwrap().number, number);
        }
    }
}

#[test]
#[allow(clippy::too_many_lines)] // one table
fn every_type_is_encoded_as_specified() {
    let contact = [text("ada@example.com"), vec![1]].concat();
    let time = text("2024-02-29T09:30:00.000250+00:00");
    let scalars = [
        vec![1],
        long(-65),
        long(64),
        long(-1),
        long(1),
        long(300),
        long(8080),
        long(255),
        1.5_f64.to_le_bytes().to_vec(),
        vec![4, 0xc3, 0xa9],
        vec![6, 0, 127, 255],
    ];
    let texts = [
        time.clone(),
        text("01234567-89ab-cdef-0123-456789abcdef"),
        text("course-v1:edX+DemoX+2026"),
        text("0.05"),
        text("no-id-professional"),
        text(u128::MAX.to_string()),
    ];
    let collections = [
        [long(3), long(1), long(-1), long(i64::MAX), vec![0]].concat(),
        vec![4, 4, 2, 1, 0, 0, 0, 0, 0],
        [long(1), contact.clone(), vec![0]].concat(),
        [
            long(2),
            text("a"),
            (-0.0_f64).to_le_bytes().to_vec(),
            text("b"),
            0.5_f64.to_le_bytes().to_vec(),
            vec![0],
        ]
        .concat(),
        [long(3), text("a"), text("3"), text("z"), text("1"), text("ä"), text("2"), vec![0]].concat(),
        [
            long(2),
            text("all"),
            long(2),
            contact.clone(),
            contact.clone(),
            vec![0],
            text("none"),
            vec![0],
            vec![0],
        ]
        .concat(),
        [long(1), text("row"), long(1), text("column"), long(7), vec![0], vec![0]].concat(),
        [long(2), text("audit"), text("honor"), vec![0]].concat(),
        [long(1), text("bank"), text("7"), vec![0]].concat(),
    ];
    let optionals = [
        vec![2, 0],
        vec![2, 0],
        [vec![2], 0.0_f64.to_le_bytes().to_vec()].concat(),
        vec![2, 0],
        vec![2, 0],
        [vec![2], time].concat(),
        vec![2, 0],
        vec![2, 0],
        [vec![2], contact].concat(),
        [vec![2], text("0.00")].concat(),
        vec![2, 0],
        [vec![2], text("0")].concat(),
    ];
    let rest = [text("Ada"), long(1815), vec![0], [long(1), text("fragile"), vec![0]].concat()];
    let expected =
        [scalars.concat(), texts.concat(), collections.concat(), optionals.concat(), rest.concat()].concat();
    let event = samples::sample_taken();
    assert_eq!(codec::encode(&event), expected);
    assert_eq!(codec::decode::<SampleTaken>(&expected).unwrap(), event);

    let none = SampleTaken { optionals: samples::no_optionals(), ..event };
    let bytes = codec::encode(&none);
    assert_eq!(bytes.len(), expected.len() - optionals.concat().len() + optionals.len());
    assert_eq!(codec::decode::<SampleTaken>(&bytes).unwrap(), none);
}

#[test]
fn encode_into_appends() {
    let mut out = vec![9];
    codec::encode_into(&NumberDrawn { number: 1 }, &mut out);
    codec::encode_into(&NumberDrawn { number: -1 }, &mut out);
    assert_eq!(out, [9, 2, 1]);
}

#[test]
fn floats_keep_every_bit() {
    for bits in [0, 1, 1 << 63, 0x7ff0_0000_0000_0000, 0x7ff8_0000_0000_1234, 0xfff4_0000_0000_0001, u64::MAX]
    {
        let samples = SampleTaken {
            scalars: samples::scalars().to_builder().ratio(f64::from_bits(bits)).build(),
            ..samples::sample_taken()
        };
        let decoded: SampleTaken = codec::decode(&codec::encode(&samples)).unwrap();
        assert_eq!(decoded.scalars.ratio.to_bits(), bits);
    }
}

#[test]
fn bytes_after_the_record_are_ignored() {
    assert_eq!(codec::decode::<NumberDrawn>(&[2, 0xff, 0xff]).unwrap(), NumberDrawn { number: 1 });
    let mut bytes = codec::encode(&samples::sample_taken());
    bytes.extend([0x80; 100]);
    assert_eq!(codec::decode::<SampleTaken>(&bytes).unwrap(), samples::sample_taken());
}

fn lists() -> ListsMade {
    let pairs = || [("a".to_owned(), 1), ("b".to_owned(), 2), ("c".to_owned(), 3)];
    ListsMade {
        numbers: vec![1, 2, 3],
        texts: vec!["x".to_owned(), String::new()],
        tree: pairs().into(),
        hash: pairs().into(),
    }
}

#[test]
fn arrays_and_maps_may_have_any_number_of_blocks() {
    let entry = |key: &str, value| [text(key), long(value)].concat();
    let [a, b, c] = [entry("a", 1), entry("b", 2), entry("c", 3)];
    let ab = [a.clone(), b.clone()].concat();
    let size = |bytes: &[u8]| long(i64::try_from(bytes.len()).unwrap());
    // Blocks of several lengths, with and without a size in bytes, which is ignored.
    let numbers: [&[u8]; 5] = [
        &[6, 2, 4, 6, 0],
        &[2, 2, 2, 4, 2, 6, 0],
        &[5, 6, 2, 4, 6, 0],
        &[1, 2, 2, 4, 4, 6, 0],
        &[5, 0, 2, 4, 6, 0],
    ];
    let texts: [&[u8]; 3] = [&[4, 2, b'x', 0, 0], &[2, 2, b'x', 2, 0, 0], &[3, 6, 2, b'x', 0, 0]];
    let maps = [
        [long(3), ab.clone(), c.clone(), long(0)].concat(),
        [long(1), c.clone(), long(1), a, long(1), b, long(0)].concat(),
        [long(-2), size(&ab), ab.clone(), long(-1), size(&c), c.clone(), long(0)].concat(),
    ];
    for numbers in numbers {
        for texts in texts {
            for map in &maps {
                let bytes = [numbers, texts, map, map].concat();
                assert_eq!(codec::decode::<ListsMade>(&bytes).unwrap(), lists(), "{bytes:?}");
            }
        }
    }
    assert_eq!(codec::encode(&lists()), [numbers[0], texts[0], &maps[0], &maps[0]].concat());
}

#[test]
fn the_last_of_duplicate_map_keys_wins() {
    let map =
        [long(2), text("a"), long(1), text("a"), long(2), long(1), text("a"), long(3), long(0)].concat();
    let event: ListsMade = codec::decode(&[vec![0, 0], map.clone(), map].concat()).unwrap();
    assert_eq!((event.tree["a"], event.tree.len(), event.hash["a"], event.hash.len()), (3, 1, 3, 1));
}

#[test]
fn varints_may_be_longer_than_needed() {
    let number = |bytes: &[u8]| codec::decode::<NumberDrawn>(bytes).map(|event| event.number);
    assert_eq!(number(&[0x80, 0]).unwrap(), 0);
    assert_eq!(number(&[0x82, 0x80, 0x80, 0]).unwrap(), 1);
    let mut long_one = vec![0x82];
    long_one.extend([0x80; 30]);
    long_one.push(0);
    assert_eq!(number(&long_one).unwrap(), 1);
    assert_eq!(
        number(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x80, 0]).unwrap(),
        i64::MIN
    );
}

#[test]
fn varints_of_more_than_64_bits_are_refused() {
    let found = "the number has more than 64 bits";
    for last in [2, 3, 0x40, 0x7f] {
        let bytes = [&[0xff; 9][..], &[last]].concat();
        assert_fails::<NumberDrawn>(&bytes, "number", 0, "a long", found);
    }
    assert_fails::<NumberDrawn>(&[&[0x80; 10][..], &[1]].concat(), "number", 0, "a long", found);
    assert_fails::<NumberDrawn>(&[&[0x80; 40][..], &[1]].concat(), "number", 0, "a long", found);
    assert_fails::<NumberDrawn>(&[0x80; 40], "number", 0, "a long", "the input ends");
}

fn halves() -> HalvesFound {
    HalvesFound {
        octet: 200,
        flag: true,
        maybe: Some(0.5),
        blob: Bytes::from_static(b"\x00\xff"),
        text: "é".to_owned(),
        at: samples::texts().at,
        id: samples::texts().uuid,
        price: Price { cents: 100 },
    }
}

/// Returns the bytes of [`halves`], field by field.
fn halves_bytes() -> [Vec<u8>; 8] {
    [
        long(200),
        vec![1],
        [vec![2], 0.5_f64.to_le_bytes().to_vec()].concat(),
        text(b"\x00\xff"),
        text("é"),
        text("2024-02-29T09:30:00.000250+00:00"),
        text("01234567-89ab-cdef-0123-456789abcdef"),
        text("1.00"),
    ]
}

#[test]
#[allow(clippy::too_many_lines)] // one table
fn a_wrong_value_is_reported_with_its_path_and_offset() {
    assert_eq!(codec::encode(&halves()), halves_bytes().concat());
    assert_eq!(codec::decode::<HalvesFound>(&halves_bytes().concat()).unwrap(), halves());
    let starts: Vec<usize> = (0..8).map(|index| halves_bytes()[..index].concat().len()).collect();
    let octet = "a long from 0 to 255";
    let cases: [(usize, Vec<u8>, &str, &str, &str); 20] = [
        (0, long(256), "octet", octet, "the number is out of range"),
        (0, long(-1), "octet", octet, "the number is out of range"),
        (0, long(i64::MIN), "octet", octet, "the number is out of range"),
        (1, vec![2], "flag", "a boolean", "the byte is 0x02, neither 0 nor 1"),
        (1, vec![0xff], "flag", "a boolean", "the byte is 0xff, neither 0 nor 1"),
        (2, long(2), "maybe", "null or a value", "the union has no branch 2"),
        (2, long(-1), "maybe", "null or a value", "the union has no branch -1"),
        (2, long(i64::MAX), "maybe", "null or a value", "the union has no branch 9223372036854775807"),
        (3, long(-1), "blob", "bytes", "its length is -1"),
        (3, long(i64::MIN), "blob", "bytes", "its length is -9223372036854775808"),
        (3, long(i64::MAX), "blob", "bytes", "the input ends"),
        (4, long(-2), "text", "a string", "its length is -2"),
        (4, text(b"\xff"), "text", "a string", "the string is not UTF-8"),
        (4, text(b"a\xc3"), "text", "a string", "the string is not UTF-8"),
        (4, text(b"\xed\xa0\x80"), "text", "a string", "the string is not UTF-8"),
        (
            5,
            text("2024-02-30T00:00:00"),
            "at",
            "a date and time",
            "the value was refused: the month does not have that day, at byte 8",
        ),
        (6, text(b"\xff"), "id", "a string", "the string is not UTF-8"),
        (
            6,
            text("01234567"),
            "id",
            "a UUID",
            "the value was refused: a UUID must have 32 hexadecimal digits",
        ),
        (7, text("100"), "price", "a valid value", "the value was refused: a price has a decimal point"),
        (
            7,
            text("99999999.99"),
            "price",
            "a valid value",
            "the value was refused: a price is a number of cents",
        ),
    ];
    for (index, wrong, path, expected, found) in cases {
        let mut fields = halves_bytes();
        fields[index] = wrong;
        assert_fails::<HalvesFound>(&fields.concat(), path, starts[index], expected, found);
    }
}

#[test]
fn integers_have_the_range_of_their_type() {
    let names = ["long", "int", "short", "tiny", "unsigned", "port", "octet"];
    let ranges: [(i64, i64); 7] = [
        (i64::MIN, i64::MAX),
        (i32::MIN.into(), i32::MAX.into()),
        (i16::MIN.into(), i16::MAX.into()),
        (i8::MIN.into(), i8::MAX.into()),
        (0, u32::MAX.into()),
        (0, u16::MAX.into()),
        (0, u8::MAX.into()),
    ];
    let rest = codec::encode(&samples::sample_taken())[length_of_integers()..].to_vec();
    for (index, (low, high)) in ranges.into_iter().enumerate() {
        let with = |number: i64| {
            let mut numbers = vec![vec![0_u8]; 7];
            numbers[index] = long(number);
            [vec![1], numbers.concat(), rest.clone()].concat()
        };
        for number in [low, high] {
            let event = codec::decode::<SampleTaken>(&with(number)).unwrap();
            assert_eq!(codec::encode(&event), with(number));
        }
        for number in [low.checked_sub(1), high.checked_add(1)].into_iter().flatten() {
            let expected = format!("a long from {low} to {high}");
            let path = format!("scalars.{}", names[index]);
            assert_fails::<SampleTaken>(
                &with(number),
                &path,
                1 + index,
                &expected,
                "the number is out of range",
            );
        }
    }
}

/// Returns the number of bytes before the float of `samples::scalars()`.
fn length_of_integers() -> usize {
    1 + [-65, 64, -1, 1, 300, 8080, 255].into_iter().map(|number| long(number).len()).sum::<usize>()
}

/// Returns the parts of an event's bytes, with the path that errors in them have.
fn article_parts() -> (ArticleAdded, Vec<(&'static str, Vec<u8>)>) {
    let article = Article::builder()
        .title("Notes")
        .price(Price { cents: 1250 })
        .tags(vec!["old".to_owned(), String::new()])
        .maker(samples::contact())
        .build();
    let parts = vec![
        ("article.title", text("Notes")),
        ("article.price", text("12.50")),
        ("article.count", long(1)),
        ("article.tags", long(2)),
        ("article.tags[0]", text("old")),
        ("article.tags[1]", text("")),
        ("article.tags", long(0)),
        ("article.maker", long(1)),
        ("article.maker.email", text("ada@example.com")),
        ("article.maker.verified", vec![1]),
        ("article.section", text("books")),
    ];
    (ArticleAdded { article }, parts)
}

#[test]
fn truncated_bytes_are_an_error_at_the_truncated_value() {
    let (event, parts) = article_parts();
    let bytes: Vec<u8> = parts.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    assert_eq!(codec::encode(&event), bytes);
    let mut start = 0;
    for (path, part) in &parts {
        for cut in start..start + part.len() {
            let error = fails::<ArticleAdded>(&bytes[..cut]);
            assert_eq!((error.field_path().as_str(), error.offset()), (*path, start), "cut at {cut}");
            assert!(error.to_string().ends_with("but the input ends"), "{error}");
        }
        start += part.len();
    }
}

#[test]
fn truncated_bytes_of_python_are_an_error() {
    for Vector { event, avro: bytes, .. } in golden::vectors() {
        let mut last = 0;
        for cut in 0..bytes.len() {
            if event.minor_version() > 0 {
                assert_refused_or_earlier(event, &bytes[..cut]);
                continue;
            }
            let error = event.decode_to_json(&bytes[..cut]).unwrap_err();
            let AnyEventError::Avro(error) = error else { panic!("{error}") };
            assert!(error.offset() <= cut && error.offset() >= last);
            assert!(!error.field_path().is_empty() && !error.expected().is_empty());
            assert!(error.to_string().ends_with("but the input ends"), "{error}");
            last = error.offset();
        }
        event.decode_to_json(&bytes).unwrap();
    }
}

/// Decodes and checks that the memory used is proportional to the input.
#[track_caller]
fn decode_within_bounds<E: WireEvent>(bytes: &[u8]) -> Result<E, DecodeError> {
    let (result, memory) = measure(|| codec::decode::<E>(bytes));
    // The worst case is a map of maps in an array: four bytes of input allocate a node for eleven entries.
    let allowed = 220 * bytes.len() + 1024;
    assert!(memory.peak <= allowed, "{} bytes for an input of {}", memory.peak, bytes.len());
    result
}

#[test]
fn a_length_alone_allocates_nothing() {
    for length in [1_000, 1 << 31, 1 << 32, 1 << 40, i64::MAX] {
        let bytes = long(length);
        let error = decode_within_bounds::<ArticleAdded>(&bytes).unwrap_err();
        assert_eq!((error.field_path().as_str(), error.offset()), ("article.title", 0));
    }
}

#[test]
fn a_count_alone_allocates_nothing() {
    for count in [1_000, 1 << 31, 1 << 32, 1 << 40, i64::MAX, -1_000, -1 << 40, i64::MIN + 1, i64::MIN] {
        for size in [0, 1, 1 << 40, i64::MAX] {
            let mut bytes = long(count);
            if count < 0 {
                bytes.extend(long(size));
            }
            let error = decode_within_bounds::<ListsMade>(&bytes).unwrap_err();
            assert_eq!((error.field_path().as_str(), error.offset()), ("numbers[0]", bytes.len()));
            let maps = [&[0, 0][..], &bytes].concat();
            let error = decode_within_bounds::<ListsMade>(&maps).unwrap_err();
            assert_eq!((error.field_path().as_str(), error.offset()), ("tree[0]", maps.len()));
            let maps = [&[0, 0, 0][..], &bytes].concat();
            let error = decode_within_bounds::<ListsMade>(&maps).unwrap_err();
            assert_eq!((error.field_path().as_str(), error.offset()), ("hash[0]", maps.len()));
            let some_items = [&bytes[..], &[2; 5_000]].concat();
            let error = decode_within_bounds::<ListsMade>(&some_items).unwrap_err();
            assert!(error.field_path().starts_with("numbers"), "{error}");
        }
    }
}

#[test]
fn a_negative_block_size_is_an_error() {
    let bytes = [long(-1), long(-1), long(1)].concat();
    assert_fails::<ListsMade>(&bytes, "numbers", 0, "a block of items", "its length is -1");
    let bytes = [long(i64::MIN), long(i64::MIN)].concat();
    assert_fails::<ListsMade>(&bytes, "numbers", 0, "a block of items", "its length is -9223372036854775808");
}

#[test]
fn endless_blocks_end_with_the_input() {
    let block = [long(1), long(7)].concat();
    let bytes = block.repeat(50_000);
    let error = decode_within_bounds::<ListsMade>(&bytes).unwrap_err();
    assert_eq!((error.field_path().as_str(), error.offset()), ("numbers", bytes.len()));

    let entries = [vec![0, 0], [long(-1), long(0), text("k"), long(7)].concat().repeat(50_000)].concat();
    let error = decode_within_bounds::<ListsMade>(&entries).unwrap_err();
    assert_eq!((error.field_path().as_str(), error.offset()), ("tree", entries.len()));
}

#[test]
fn deep_nesting_uses_memory_in_proportion_to_the_bytes() {
    for count in [1, 2, 1_000_000, i64::MAX, i64::MIN] {
        let block = if count < 0 { [long(count), long(0)].concat() } else { long(count) };
        for depth in 1..9 {
            for filler in [0, 2, 0xff] {
                let bytes = [block.repeat(depth), vec![filler; 3_000]].concat();
                let _ = decode_within_bounds::<TowerBuilt>(&bytes);
                let _ = decode_within_bounds::<TowerBuilt>(&[&[0][..], &bytes].concat());
            }
        }
    }
    let item = |path: usize| format!("tower{}", "[0]".repeat(path));
    let error = decode_within_bounds::<TowerBuilt>(&[2; 7]).unwrap_err();
    assert_eq!((error.field_path(), error.offset()), (item(7), 7));
    let error = decode_within_bounds::<TowerBuilt>(&[2; 9]).unwrap_err();
    assert_eq!((error.field_path(), error.offset()), (item(8), 8));
}

#[test]
fn many_small_values_use_memory_in_proportion_to_the_bytes() {
    let many = 20_000;
    let count = long(many);
    let repeat = |item: &[u8]| [&count[..], &item.repeat(usize::try_from(many).unwrap()), &[0]].concat();
    let lists = [repeat(&[0]), repeat(&[0]), vec![0, 0]].concat();
    assert_eq!(decode_within_bounds::<ListsMade>(&lists).unwrap().texts.len(), 20_000);
    let towers = [repeat(&[0]), repeat(&[2, 0, 0, 0])].concat();
    assert_eq!(decode_within_bounds::<TowerBuilt>(&towers).unwrap().maps.len(), 20_000);
    let keys: Vec<u8> = (0..many).flat_map(|key| [text(key.to_string()), long(0)].concat()).collect();
    let maps = [vec![0, 0], count.clone(), keys.clone(), vec![0], count, keys, vec![0]].concat();
    assert_eq!(decode_within_bounds::<ListsMade>(&maps).unwrap().hash.len(), 20_000);
}

#[test]
fn errors_contain_no_value_of_the_message() {
    let secret = "s3cret";
    let bytes = [text(secret), text(secret)].concat();
    let error = fails::<ArticleAdded>(&bytes);
    let error = format!("{error} {error:?}");
    assert!(!error.contains(secret), "{error}");
}

#[test]
fn the_definition_reports_the_same_error() {
    let error = NUMBER_DRAWN.definition().decode_to_json(&[0x80]).unwrap_err();
    assert_eq!(error.to_string(), fails::<NumberDrawn>(&[0x80]).to_string());
}
