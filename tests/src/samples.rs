//! A sample of each payload.

use openedx_events::{Bytes, DateTime, DateTimeError, keys::KeyError};

use crate::{
    Account, Article, ArticleAdded, Collections, Contact, Optionals, Person, Plan, Price, SampleTaken,
    Scalars, Texts,
};

/// A contact.
#[must_use]
pub fn contact() -> Contact {
    Contact::builder().email("ada@example.com").verified(true).build()
}

/// A person.
#[must_use]
pub fn person() -> Person {
    Person::builder().name("Ada").born(1815).build()
}

/// An article.
#[must_use]
pub fn article() -> Article {
    Article::builder().title("Notes").price(Price { cents: 1250 }).build()
}

/// An event with [`article`].
#[must_use]
pub fn article_added() -> ArticleAdded {
    ArticleAdded { article: article() }
}

/// Plain values.
#[must_use]
pub fn scalars() -> Scalars {
    Scalars::builder()
        .flag(true)
        .long(-65)
        .int(64)
        .short(-1)
        .tiny(1)
        .unsigned(300)
        .port(8080)
        .octet(255)
        .ratio(1.5)
        .text("é")
        .blob(Bytes::from_static(&[0, 127, 255]))
        .build()
}

/// Values that are written as strings.
///
/// # Panics
///
/// Never, because the strings are valid.
#[must_use]
pub fn texts() -> Texts {
    let time: Result<DateTime, DateTimeError> = DateTime::utc(2024, 2, 29, 9, 30, 0, 250);
    let key: Result<_, KeyError> = "course-v1:edX+DemoX+2026".parse();
    Texts::builder()
        .at(time.unwrap())
        .uuid(openedx_events::Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef))
        .course(key.unwrap())
        .price(Price { cents: 5 })
        .plan(Plan::NoIdProfessional)
        .account(Account(u128::MAX))
        .build()
}

/// Arrays and maps.
#[must_use]
pub fn collections() -> Collections {
    let text = |text: &str| text.to_owned();
    Collections::builder()
        .numbers(vec![1, -1, i64::MAX])
        .grid(vec![vec![vec![true], vec![]], vec![]])
        .contacts(vec![contact()])
        .scores([(text("b"), 0.5), (text("a"), -0.0)].into())
        .labels([(text("z"), text("1")), (text("ä"), text("2")), (text("a"), text("3"))].into())
        .groups([(text("all"), vec![contact(), contact()]), (text("none"), vec![])].into())
        .matrix([(text("row"), [(text("column"), 7)].into())].into())
        .plans(vec![Plan::Audit, Plan::Other(text("honor"))])
        .accounts([(text("bank"), Account(7))].into())
        .build()
}

/// Returns optionals without values.
#[must_use]
pub fn no_optionals() -> Optionals {
    Optionals::builder().build()
}

/// Returns optionals with all values.
#[must_use]
pub fn all_optionals() -> Optionals {
    Optionals::builder()
        .flag(false)
        .octet(0)
        .ratio(0.0)
        .text("")
        .blob(Bytes::new())
        .at(texts().at)
        .numbers(vec![])
        .labels(std::collections::BTreeMap::new())
        .contact(contact())
        .price(Price { cents: 0 })
        .plan(Plan::Other(String::new()))
        .account(Account(0))
        .build()
}

/// An event with every kind of field.
#[must_use]
pub fn sample_taken() -> SampleTaken {
    SampleTaken {
        scalars: scalars(),
        texts: texts(),
        collections: collections(),
        optionals: all_optionals(),
        taker: person(),
        previous: None,
        remarks: vec!["fragile".to_owned()],
    }
}

/// Returns the event without the data key that the last minor version added. If the last byte is removed, its bytes are a
/// record of the previous minor version.
#[must_use]
pub fn sample_without_remarks() -> SampleTaken {
    SampleTaken { remarks: Vec::new(), ..sample_taken() }
}
