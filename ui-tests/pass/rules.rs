//! The valid examples of the page of rules, one for each rule.

#![deny(warnings)]
#![allow(dead_code)]

#[path = "rules/action_not_past_tense.rs"]
mod action_not_past_tense;
#[path = "rules/argument_duplicate.rs"]
mod argument_duplicate;
#[path = "rules/argument_unknown.rs"]
mod argument_unknown;
#[path = "rules/contract_broken.rs"]
mod contract_broken;
#[path = "rules/derive_conflict.rs"]
mod derive_conflict;
#[path = "rules/enum_catch_all.rs"]
mod enum_catch_all;
#[path = "rules/enum_text_duplicate.rs"]
mod enum_text_duplicate;
#[path = "rules/enum_variant.rs"]
mod enum_variant;
#[path = "rules/event_shape.rs"]
mod event_shape;
#[path = "rules/event_undocumented.rs"]
mod event_undocumented;
#[path = "rules/field_cfg.rs"]
mod field_cfg;
#[path = "rules/field_data_suffix.rs"]
mod field_data_suffix;
#[path = "rules/field_flow_control.rs"]
mod field_flow_control;
#[path = "rules/field_reserved.rs"]
mod field_reserved;
#[path = "rules/field_type.rs"]
mod field_type;
#[path = "rules/field_undocumented.rs"]
mod field_undocumented;
#[path = "rules/key_is_pii.rs"]
mod key_is_pii;
#[path = "rules/key_type.rs"]
mod key_type;
#[path = "rules/key_unknown.rs"]
mod key_unknown;
#[path = "rules/name_contains_event.rs"]
mod name_contains_event;
#[path = "rules/name_mismatch.rs"]
mod name_mismatch;
#[path = "rules/name_missing_major_version.rs"]
mod name_missing_major_version;
#[path = "rules/payload_shape.rs"]
mod payload_shape;
#[path = "rules/receiver_batch.rs"]
mod receiver_batch;
#[path = "rules/receiver_parameter.rs"]
mod receiver_parameter;
#[path = "rules/receiver_return.rs"]
mod receiver_return;
#[path = "rules/receiver_shape.rs"]
mod receiver_shape;
#[path = "rules/record_name_clash.rs"]
mod record_name_clash;
#[path = "rules/record_name_reserved.rs"]
mod record_name_reserved;
#[path = "rules/record_recursive.rs"]
mod record_recursive;
#[path = "rules/serde_attribute.rs"]
mod serde_attribute;
#[path = "rules/text_shape.rs"]
mod text_shape;
#[path = "rules/type_hyphen.rs"]
mod type_hyphen;
#[path = "rules/type_missing.rs"]
mod type_missing;
#[path = "rules/type_missing_version.rs"]
mod type_missing_version;
#[path = "rules/type_segment.rs"]
mod type_segment;
#[path = "rules/type_too_short.rs"]
mod type_too_short;
#[path = "rules/type_unknown_subdomain.rs"]
mod type_unknown_subdomain;

fn main() {}
