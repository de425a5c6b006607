//! Form bodies, as OAuth endpoints take them.

use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The parameters of a form, in order. An empty value is never sent.
#[derive(Clone, Default)]
pub struct Form(Vec<(String, Secret)>);

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// The form with one more parameter, unless its value is empty.
    pub fn with(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.push(name, value);
        self
    }

    /// The form with one more parameter, if there is one and it is not empty.
    pub fn with_some<T: Into<Secret>>(self, name: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a parameter, unless its value is empty.
    pub fn push(&mut self, name: &str, value: impl Into<Secret>) {
        let value = value.into();
        if !value.is_empty() {
            self.0.push((name.to_owned(), value));
        }
    }

    /// Whether there is a parameter of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// The parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Takes out every parameter of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(field, _)| field != name);
    }

    /// The form as a body; overwritten when dropped.
    pub(super) fn encode(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        let mut serializer = form_urlencoded::Serializer::new(&mut *text);
        for (name, value) in &self.0 {
            serializer.append_pair(name, value.expose());
        }
        serializer.finish();
        text
    }
}
