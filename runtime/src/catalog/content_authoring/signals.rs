//! Events of the content authoring subdomain.

use super::data::{
    CertificateConfigData, ContentLibraryData, ContentObjectChangedData, ContentObjectData,
    CourseCatalogData, CourseData, DuplicatedXBlockData, LibraryBlockData, LibraryCollectionData,
    LibraryContainerData, XBlockData,
};
use crate::event;

/// Sent when details of a course run that course catalogues show have changed in Studio.
#[event(
    type = "org.openedx.content_authoring.course.catalog_info.changed.v1",
    key = catalog_info.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseCatalogInfoChanged {
    /// The current details of the course run.
    pub catalog_info: CourseCatalogData,
}

/// Sent when a block has been created.
#[event(
    type = "org.openedx.content_authoring.xblock.created.v1",
    key = xblock_info.usage_key,
    repository = "openedx/edx-platform",
)]
pub struct XBlockCreated {
    /// The new block.
    pub xblock_info: XBlockData,
}

/// Sent when a block has been changed.
#[event(
    type = "org.openedx.content_authoring.xblock.updated.v1",
    key = xblock_info.usage_key,
    repository = "openedx/edx-platform",
)]
pub struct XBlockUpdated {
    /// The block that was changed.
    pub xblock_info: XBlockData,
}

/// Sent when a block has been published. Blocks inside it are published with it and have no event of their own.
#[event(
    type = "org.openedx.content_authoring.xblock.published.v1",
    key = xblock_info.usage_key,
    repository = "openedx/edx-platform",
)]
pub struct XBlockPublished {
    /// The outermost block that was published.
    pub xblock_info: XBlockData,
}

/// Sent when a block has been deleted.
#[event(
    type = "org.openedx.content_authoring.xblock.deleted.v1",
    key = xblock_info.usage_key,
    repository = "openedx/edx-platform",
)]
pub struct XBlockDeleted {
    /// The deleted block.
    pub xblock_info: XBlockData,
}

/// Sent when a block has been duplicated in Studio.
#[event(
    type = "org.openedx.content_authoring.xblock.duplicated.v1",
    key = xblock_info.usage_key,
    repository = "openedx/edx-platform",
)]
pub struct XBlockDuplicated {
    /// The copy and its original.
    pub xblock_info: DuplicatedXBlockData,
}

/// Sent when the certificate configuration of a course run has changed in Studio.
#[event(
    type = "org.openedx.content_authoring.course.certificate_config.changed.v1",
    warning = "no Open edX service sends it",
    local_only = "the images of signatures are open files in Python, and have no Avro form"
)]
#[derive(Clone, PartialEq)]
pub struct CourseCertificateConfigChanged {
    /// The configuration in its current state.
    #[event(pii)]
    pub certificate_config: CertificateConfigData,
}

/// Sent when the certificate configuration of a course run has been deleted in Studio.
#[event(
    type = "org.openedx.content_authoring.course.certificate_config.deleted.v1",
    warning = "no Open edX service sends it",
    local_only = "the images of signatures are open files in Python, and have no Avro form"
)]
#[derive(Clone, PartialEq)]
pub struct CourseCertificateConfigDeleted {
    /// The deleted configuration.
    #[event(pii)]
    pub certificate_config: CertificateConfigData,
}

/// Sent when a course run has been created.
#[event(type = "org.openedx.content_authoring.course.created.v1", repository = "openedx/edx-platform")]
pub struct CourseCreated {
    /// The new course run.
    pub course: CourseData,
}

/// Sent when a content library has been created.
#[event(
    type = "org.openedx.content_authoring.content_library.created.v1",
    repository = "openedx/edx-platform"
)]
pub struct ContentLibraryCreated {
    /// The new library.
    pub content_library: ContentLibraryData,
}

/// Sent when a content library itself has changed, such as its title. Changes of its content have events of their own,
/// called `LIBRARY_…`.
#[event(
    type = "org.openedx.content_authoring.content_library.updated.v1",
    repository = "openedx/edx-platform"
)]
pub struct ContentLibraryUpdated {
    /// The library that changed.
    pub content_library: ContentLibraryData,
}

/// Sent when a content library has been deleted.
#[event(
    type = "org.openedx.content_authoring.content_library.deleted.v1",
    repository = "openedx/edx-platform"
)]
pub struct ContentLibraryDeleted {
    /// The deleted library.
    pub content_library: ContentLibraryData,
}

/// Sent when a block has been created in a content library.
#[event(type = "org.openedx.content_authoring.library_block.created.v1", repository = "openedx/edx-platform")]
pub struct LibraryBlockCreated {
    /// The new block.
    pub library_block: LibraryBlockData,
}

/// Sent when the draft of a block in a content library has been changed.
#[event(type = "org.openedx.content_authoring.library_block.updated.v1", repository = "openedx/edx-platform")]
pub struct LibraryBlockUpdated {
    /// The block that was changed.
    pub library_block: LibraryBlockData,
}

/// Sent when the draft of a block in a content library has been deleted; the published version stays for now.
#[event(type = "org.openedx.content_authoring.library_block.deleted.v1", repository = "openedx/edx-platform")]
pub struct LibraryBlockDeleted {
    /// The block whose draft was deleted.
    pub library_block: LibraryBlockData,
}

/// Sent when a block in a content library, or its deletion, has been published.
#[event(
    type = "org.openedx.content_authoring.library_block.published.v1",
    repository = "openedx/edx-platform"
)]
pub struct LibraryBlockPublished {
    /// The block that was published; it no longer exists if its deletion was.
    pub library_block: LibraryBlockData,
}

/// Sent when the tags, collections or containers of a content object have changed.
#[event(
    type = "org.openedx.content_authoring.content.object.associations.changed.v1",
    repository = "openedx/edx-platform"
)]
pub struct ContentObjectAssociationsChanged {
    /// The content object, and what has changed.
    pub content_object: ContentObjectChangedData,
}

/// Sent when the tags of a content object have changed.
#[event(
    type = "org.openedx.content_authoring.content.object.tags.changed.v1",
    deprecated(note = "use `CONTENT_OBJECT_ASSOCIATIONS_CHANGED`, which is sent with it")
)]
pub struct ContentObjectTagsChanged {
    /// The content object.
    pub content_object: ContentObjectData,
}

/// Sent when a collection has been created in a content library.
#[event(
    type = "org.openedx.content_authoring.content_library.collection.created.v1",
    repository = "openedx/edx-platform"
)]
pub struct LibraryCollectionCreated {
    /// The new collection.
    pub library_collection: LibraryCollectionData,
}

/// Sent when a collection in a content library has been changed: its title, description or content.
#[event(
    type = "org.openedx.content_authoring.content_library.collection.updated.v1",
    repository = "openedx/edx-platform"
)]
pub struct LibraryCollectionUpdated {
    /// The collection that was changed.
    pub library_collection: LibraryCollectionData,
}

/// Sent when a collection in a content library has been deleted.
#[event(
    type = "org.openedx.content_authoring.content_library.collection.deleted.v1",
    repository = "openedx/edx-platform"
)]
pub struct LibraryCollectionDeleted {
    /// The deleted collection.
    pub library_collection: LibraryCollectionData,
}

/// Sent when a container has been created in a content library.
#[event(
    type = "org.openedx.content_authoring.content_library.container.created.v1",
    repository = "openedx/edx-platform"
)]
pub struct LibraryContainerCreated {
    /// The new container.
    pub library_container: LibraryContainerData,
}

/// Sent when the draft of a container in a content library has been changed: its title or content.
#[event(
    type = "org.openedx.content_authoring.content_library.container.updated.v1",
    repository = "openedx/edx-platform"
)]
pub struct LibraryContainerUpdated {
    /// The container that was changed.
    pub library_container: LibraryContainerData,
}

/// Sent when the draft of a container in a content library has been deleted; the published version stays for now.
#[event(
    type = "org.openedx.content_authoring.content_library.container.deleted.v1",
    repository = "openedx/edx-platform"
)]
pub struct LibraryContainerDeleted {
    /// The container whose draft was deleted.
    pub library_container: LibraryContainerData,
}

/// Sent when a container in a content library, or its deletion, has been published.
#[event(
    type = "org.openedx.content_authoring.content_library.container.published.v1",
    repository = "openedx/edx-platform"
)]
pub struct LibraryContainerPublished {
    /// The container that was published; it no longer exists if its deletion was.
    pub library_container: LibraryContainerData,
}

/// Sent when content has been imported into a course run.
#[event(
    type = "org.openedx.content_authoring.course.import.completed.v1",
    // Upstream says `catalog_info.course_key`, which is not in the data.
    key = course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseImportCompleted {
    /// Course run with the imported content.
    pub course: CourseData,
}

/// Sent when a course run has been created as a rerun of another.
#[event(
    type = "org.openedx.content_authoring.course.rerun.completed.v1",
    // Upstream says `catalog_info.course_key`, which is not in the data.
    key = course.course_key,
    repository = "openedx/edx-platform",
)]
pub struct CourseRerunCompleted {
    /// The new course run.
    pub course: CourseData,
}
