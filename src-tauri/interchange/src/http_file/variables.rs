//! Variables that these tools make up by themselves, by our names.

use crate::imported::Notes;
use crate::parts::shown;
use crate::placeholders::{rewrite, variable};

/// The text with our names for what has one.
pub(super) fn translate(text: &str, notes: &mut Notes) -> String {
    rewrite(text, |name| translate_name(name, notes))
}

fn translate_name(name: &str, notes: &mut Notes) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    let argument = words.next();
    match (first, argument) {
        ("$guid" | "$uuid" | "$random.uuid", _) => variable("$guid"),
        ("$timestamp" | "$isoTimestamp", None) => variable(first),
        ("$datetime", Some("iso8601")) if words.next().is_none() => variable("$isoTimestamp"),
        ("$randomInt" | "$random.integer", None) => variable("$randomInt"),
        ("$randomInt", Some(_)) => {
            notes.warn("A random number between given bounds is used", "Ours lies between 0 and 1000");
            variable("$randomInt")
        }
        ("$processEnv" | "$dotenv", Some(environment)) => from_environment(environment, notes),
        (first, None) if first.starts_with("$env.") => from_environment(&first[5..], notes),
        _ if first.starts_with('$') || first.contains(".response.") || first.contains(".request.") => {
            notes.warn(
                format!("The variable {{{{{}}}}} is one that only the other tool knows", shown(name)),
                "It stays as it is: replace it with a variable, or set it in a script",
            );
            variable(name)
        }
        _ => variable(name.strip_prefix('%').unwrap_or(name)),
    }
}

/// Programs of the same user read the process's environment, imported requests do not.
fn from_environment(name: &str, notes: &mut Notes) -> String {
    let name = name.trim_start_matches('%');
    notes.warn(
        format!("The variable {} of the process's environment is used", shown(name)),
        format!("It is not read; give the variable {{{{{}}}}} a value", shown(name)),
    );
    variable(name)
}
