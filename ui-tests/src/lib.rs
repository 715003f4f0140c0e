//! The cases live beside this folder; this library is empty.
