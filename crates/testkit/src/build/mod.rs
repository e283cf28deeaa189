//! Builders, one file a kind of object. None of them checks anything: a wrong object is as easy to build as a right one.

pub mod agreement;
pub mod bytes;
pub mod edwards;
pub mod finding;
pub mod keys;
pub mod note;
pub mod presentation;
pub mod profile;
pub mod slots;
pub mod statement;
pub mod tree;
