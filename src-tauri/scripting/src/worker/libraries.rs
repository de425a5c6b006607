//! The bundled libraries.

/// Name and source of each; made by build.rs.
pub(super) const LIBRARIES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/libraries.rs"));

pub(super) fn source(name: &str) -> Option<&'static str> {
    LIBRARIES.iter().find(|(known, _)| *known == name).map(|(_, source)| *source)
}

/// For people.
pub(super) fn names() -> String {
    let names: Vec<&str> = LIBRARIES.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}
