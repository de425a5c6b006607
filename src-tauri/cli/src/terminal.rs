//! What may be written to a terminal: text from servers and files must not steer it.

use std::io::{IsTerminal as _, Write as _};

use crate::arguments::Colour;

/// One line of text from outside, with everything that would steer a terminal or turn the line around taken out.
pub fn inert(text: &str) -> String {
    gatepass_app::oauth::inert::inert(text, 4_000)
}

/// The same for addresses, which a person needs whole.
pub fn inert_long(text: &str) -> String {
    gatepass_app::oauth::inert::inert(text, 1 << 20)
}

/// Whether the report is coloured.
pub fn coloured(choice: Colour) -> bool {
    match choice {
        Colour::On => true,
        Colour::Off => false,
        Colour::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    }
}

/// A line on stdout. A reader that went away (`| head`) is no error.
pub fn line(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A line on stderr, likewise.
pub fn remark(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes a line to stdout, where results go.
macro_rules! say {
    ($($text:tt)*) => { $crate::terminal::line(format_args!($($text)*)) };
}

/// Writes a line to stderr, where everything else goes.
macro_rules! tell {
    ($($text:tt)*) => { $crate::terminal::remark(format_args!($($text)*)) };
}
