//! Use cases: one function for each thing that a person can do, whatever the shell. Builds every adapter once.

pub mod dto;
