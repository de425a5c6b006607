//! One operation into one request.

use gatepass_core::workspace::{Branch, Definition, RequestDefinition, Variable};
use serde_json::Value;

use super::parameters::Parameters;
use super::security::Security;
use super::servers::{self, list};
use super::specification::Specification;
use super::{body, parameters};
use crate::imported::Notes;
use crate::parts::{self, row};

const METHODS: [&str; 9] = ["get", "post", "put", "patch", "delete", "head", "options", "trace", "query"];

/// An operation where it stands.
pub(super) struct Operation<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub item: &'a Value,
    pub says: &'a Value,
}

/// Calls `take` with every operation, in the order of the document.
pub(super) fn each<'a>(
    specification: &Specification<'a>,
    notes: &mut Notes,
    mut take: impl FnMut(&Operation<'a>, &mut Notes),
) {
    for (path, item) in specification.members("/paths") {
        let item = specification.resolve(item, notes);
        for (method, says) in item.as_object().into_iter().flatten() {
            let known = METHODS.contains(&method.as_str()) && says.is_object();
            if known && !specification.is_exhausted() {
                take(&Operation { method, path, item, says }, notes);
            }
        }
    }
}

impl<'a> Operation<'a> {
    /// The first of its tags, by which it is filed.
    pub(super) fn tag(&self) -> Option<String> {
        list(self.says.get("tags")).first().and_then(Value::as_str).map(str::to_owned)
    }

    /// The request; the variables that it needs join `variables`.
    pub(super) fn read(
        &self,
        specification: &Specification<'a>,
        security: &Security<'a>,
        variables: &mut Vec<Variable>,
        notes: &mut Notes,
    ) -> Branch {
        let name = ["summary", "operationId"].map(|name| specification.text(self.says.get(name)));
        let name = name.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default();
        notes.enter(if name.is_empty() { self.path } else { &name });
        let mut request = RequestDefinition {
            method: self.method.to_ascii_uppercase(),
            url: format!("{}{}", self.base(specification, variables), self.path),
            ..RequestDefinition::default()
        };
        let parameters = parameters::of(self, specification, notes);
        parameters.write(&mut request, variables);
        self.write_accept(specification, &mut request, notes);
        request.body = body::read(self, &parameters, specification, &mut request.headers, notes);
        parts::without_implied_content_type(&mut request);
        let auth = security.of_operation(self, specification, &mut request, variables, notes);
        notes.leave();
        let definition = Definition {
            description: self.description(specification),
            auth,
            request: Some(request),
            ..Definition::default()
        };
        parts::request(name.lines().next().unwrap_or_default(), definition)
    }

    /// `{{baseUrl}}`, or the server that only this operation or path has.
    fn base(&self, specification: &Specification, variables: &mut Vec<Variable>) -> String {
        let own = list(self.says.get("servers")).first().or_else(|| list(self.item.get("servers")).first());
        match own {
            Some(server) => servers::url(specification, server, variables),
            None => format!("{{{{{}}}}}", servers::BASE),
        }
    }

    fn description(&self, specification: &Specification) -> String {
        let description = specification.text(self.says.get("description"));
        match self.says.get("deprecated").and_then(Value::as_bool) {
            Some(true) => format!("Deprecated.\n\n{description}").trim_end().to_owned(),
            _ => description,
        }
    }

    /// Asks for what the first successful response is described as.
    fn write_accept(
        &self,
        specification: &Specification<'a>,
        request: &mut RequestDefinition,
        notes: &mut Notes,
    ) {
        let media_type = if specification.swagger {
            let produces = self.says.get("produces").or_else(|| specification.root.get("produces"));
            list(produces).first().and_then(Value::as_str).map(str::to_owned)
        } else {
            let responses = self.says.get("responses").and_then(Value::as_object);
            let success = responses.and_then(|all| all.iter().find(|(status, _)| status.starts_with('2')));
            let content =
                success.and_then(|(_, response)| specification.resolve(response, notes).get("content"));
            content.and_then(Value::as_object).and_then(|content| content.keys().next()).cloned()
        };
        if let Some(media_type) = media_type.filter(|media_type| media_type != "*/*")
            && parts::header(&request.headers, "accept").is_none()
        {
            request.headers.push(row("Accept", media_type));
        }
    }

    /// The parameters of the path, then those of the operation.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'a Value> {
        list(self.item.get("parameters")).iter().chain(list(self.says.get("parameters")))
    }
}

/// For the body of version 2.0, which is one of the parameters.
pub(super) fn form_parameters<'p, 'a>(parameters: &'p Parameters<'a>) -> Vec<&'p parameters::Parameter<'a>> {
    parameters.in_place("formData").collect()
}
