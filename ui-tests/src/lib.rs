//! Empty: the cases are in the folders `fail` and `pass`.
