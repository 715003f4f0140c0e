//! The payloads of the three events as plain structs with serde's derives, which the other libraries read and write. Keys
//! and times are strings. apache-avro requires that structs have the names of the schema's records.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

macro_rules! plain {
    ($($(#[$attribute:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => {$(
        #[doc = concat!("`", stringify!($name), "` of the catalogue.")]
        #[allow(missing_docs, clippy::struct_excessive_bools)]
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        $(#[$attribute])*
        pub struct $name {
            $(pub $field: $type,)*
        }
    )*};
}

plain! {
    UserPersonalData { username: String, email: String, name: String }
    UserData { id: i64, is_active: bool, pii: UserPersonalData }
    CourseData { course_key: String, display_name: String, start: Option<String>, end: Option<String> }
    CourseEnrollmentData {
        user: UserData,
        course: CourseData,
        mode: String,
        is_active: bool,
        creation_date: String,
        created_by: Option<UserData>,
    }
    #[serde(rename = "CloudEvent")]
    CourseEnrollmentCreated { enrollment: CourseEnrollmentData }
    ContentLibraryData { library_key: String, update_blocks: bool }
    #[serde(rename = "CloudEvent")]
    ContentLibraryDeleted { content_library: ContentLibraryData }
    DiscussionThreadData {
        body: String,
        commentable_id: String,
        id: String,
        truncated: bool,
        url: String,
        user: UserData,
        course_id: String,
        thread_type: Option<String>,
        anonymous: Option<bool>,
        anonymous_to_peers: Option<bool>,
        title: Option<String>,
        title_truncated: Option<bool>,
        group_id: Option<i64>,
        team_id: Option<i64>,
        category_id: Option<i64>,
        category_name: Option<String>,
        discussion: Option<BTreeMap<String, String>>,
        user_course_roles: Vec<String>,
        user_forums_roles: Vec<String>,
        options: BTreeMap<String, bool>,
    }
    #[serde(rename = "CloudEvent")]
    ForumThreadCreated { thread: DiscussionThreadData }
}
