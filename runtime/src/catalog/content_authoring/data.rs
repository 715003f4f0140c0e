//! Data of the events in [`signals`](super::signals).

use std::fmt;

use crate::{
    Bytes, DateTime,
    keys::{
        CourseKey, LibraryCollectionLocator, LibraryContainerLocator, LibraryLocatorV2,
        LibraryUsageLocatorV2, UsageKey,
    },
    payload,
};

/// A course run.
#[payload]
pub struct CourseData {
    /// Key of the course run.
    pub course_key: CourseKey,
}

/// The dates of a course run.
#[payload]
pub struct CourseScheduleData {
    /// When the course run starts.
    pub start: DateTime,
    /// The pacing: `instructor` or `self`.
    pub pacing: String,
    /// When the course run ends, if it is set.
    pub end: Option<DateTime>,
    /// Start of enrollment, if it is set.
    pub enrollment_start: Option<DateTime>,
    /// End of enrollment, if it is set.
    pub enrollment_end: Option<DateTime>,
}

/// The details of a course run in a course catalogue.
#[payload]
pub struct CourseCatalogData {
    /// Key of the course run.
    pub course_key: CourseKey,
    /// Title of the course.
    pub name: String,
    /// The dates of the course run.
    pub schedule_data: CourseScheduleData,
    /// Whether the course run is hidden from searches.
    #[payload(default)]
    pub hidden: bool,
    /// Whether only invited learners can enroll.
    #[payload(default)]
    pub invitation_only: bool,
}

/// A block of a course or library.
#[payload]
pub struct XBlockData {
    /// Key of the block.
    pub usage_key: UsageKey,
    /// Type of the block, such as `problem`, `vertical` or `chapter`.
    pub block_type: String,
    /// Key of the block with branch and version, if the sender knows the version.
    pub version: Option<UsageKey>,
}

/// A block that is a copy of another one.
#[payload]
pub struct DuplicatedXBlockData {
    /// Key of the copy.
    pub usage_key: UsageKey,
    /// Type of both blocks, such as `problem`, `vertical` or `chapter`.
    pub block_type: String,
    /// Key of the copy with branch and version, if the sender knows the version.
    pub version: Option<UsageKey>,
    /// Key of the block that was copied.
    pub source_usage_key: UsageKey,
}

/// A person whose signature is on certificates. `Debug` shows none of the fields.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateSignatoryData {
    /// Image of the signature: the content of the uploaded file, which can be large.
    pub image: Bytes,
    /// Name of the person.
    pub name: String,
    /// Organization that the person belongs to.
    pub organization: String,
    /// Title of the person in the organization.
    pub title: String,
}

impl fmt::Debug for CertificateSignatoryData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateSignatoryData").finish_non_exhaustive()
    }
}

/// The certificate configuration of a course run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateConfigData {
    /// Course mode that the certificates are for, such as `verified`, `professional` or `masters`.
    pub certificate_type: String,
    /// Key of the course run.
    pub course_key: CourseKey,
    /// Title of the certificates.
    pub title: String,
    /// The signatories.
    pub signatories: Vec<CertificateSignatoryData>,
    /// Whether it is used for certificates.
    pub is_active: bool,
}

/// A content library.
#[payload]
pub struct ContentLibraryData {
    /// Key of the library.
    pub library_key: LibraryLocatorV2,
    /// Whether receivers should index all blocks of the library again. Deprecated upstream: each block that
    /// changed has its own event.
    #[payload(default, allow(field_flow_control, reason = "published under this name, and deprecated"))]
    pub update_blocks: bool,
}

/// A block of a content library.
#[payload]
pub struct LibraryBlockData {
    /// Key of the library.
    pub library_key: LibraryLocatorV2,
    /// Key of the block.
    pub usage_key: LibraryUsageLocatorV2,
}

/// A content object, which can have tags.
#[payload]
pub struct ContentObjectData {
    /// Its key as a string: of a course run, a block, or a part of a content library.
    pub object_id: String,
}

/// A content object, and which of its tags, collections or containers have changed.
#[payload]
pub struct ContentObjectChangedData {
    /// Its key as a string: of a course run, a block, or a part of a content library.
    pub object_id: String,
    /// The changed aspects, such as `tags`, `collections` or `units`; if it is empty, anything may have changed.
    #[payload(default)]
    pub changes: Vec<String>,
}

/// A collection in a content library.
#[payload]
pub struct LibraryCollectionData {
    /// Key of the collection.
    pub collection_key: LibraryCollectionLocator,
    /// Whether the sender does not wait for the receivers. Deprecated upstream: receivers decide.
    #[payload(default, allow(field_flow_control, reason = "published under this name, and deprecated"))]
    pub background: bool,
}

/// A container in a content library: a unit, a subsection or a section.
#[payload]
pub struct LibraryContainerData {
    /// Key of the container.
    pub container_key: LibraryContainerLocator,
    /// Whether the sender does not wait for the receivers. Deprecated upstream: receivers decide.
    #[payload(default, allow(field_flow_control, reason = "published under this name, and deprecated"))]
    pub background: bool,
}
