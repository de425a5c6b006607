//! The outside world: the only crate of the program that opens sockets, and the one that talks to the operating
//! system's keyring, browser, clock and random generator.
//!
//! - [`transport`]: the one door by which API requests and token requests leave.
//! - [`loopback`]: the listener for authorization responses, and a mount for a server of our own.
//! - [`browser`], [`keyring`], [`key_file`], [`clock`], [`timer`], [`spawner`], [`randomness`], [`paths`]: one
//!   thing of the system each.
//!
//! Nothing here reads an environment variable of ours: the programs pass in what they found. [`paths`] asks for the
//! platform's own (`HOME`, `XDG_DATA_HOME`, `APPDATA`).

pub mod browser;
pub mod clock;
pub mod key_file;
pub mod keyring;
pub mod loopback;
pub mod paths;
pub mod randomness;
pub mod spawner;
pub mod timer;
pub mod transport;

/// The key that the vault seals secrets with; overwritten when dropped.
pub type VaultKey = zeroize::Zeroizing<[u8; 32]>;
