//! The report for programs, in the shape of Newman's JSON report. What was executed is written as it comes, so that a
//! run of any length takes no more memory than a short one.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use gatepass_app::core::exchange::{Exchange, ResponseBody};
use gatepass_app::core::pipeline::{Outcome, Verdict};
use gatepass_app::core::scripting::Assertion;
use gatepass_app::core::workspace::{Body, ScriptEvent};
use serde_json::{Map, Value, json};
use url::Url;

use super::exports::scope;
use super::tally::{Count, Failure, FailureKind, Spread, Tally};
use super::{End, Item, Report, Scene, unwritten};
use crate::outcome::Stop;
use crate::terminal;

/// Larger bodies stay out of the report.
const BODY_LIMIT: usize = 1 << 20;

/// Where the document goes.
enum Target {
    /// A file of that name, once it is whole; until then the text beside it.
    File { file: PathBuf, partial: PathBuf },
    /// Standard output, once it is whole.
    Stdout,
}

/// Writes one JSON document.
pub struct JsonReport {
    target: Target,
    out: BufWriter<File>,
    /// The first thing that went wrong while writing.
    broken: Option<io::Error>,
    executions: usize,
}

impl JsonReport {
    /// Into a file. `collection` is what is run, as a Postman document.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn to_file(file: &Path, collection: &Value) -> Result<Self, Stop> {
        let mut partial = file.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let out = File::create(&partial).map_err(|error| unwritten(file, &error))?;
        Ok(Self::begun(Target::File { file: file.to_owned(), partial }, out, collection))
    }

    /// To standard output.
    ///
    /// # Errors
    /// There is no room for temporary files.
    pub fn to_stdout(collection: &Value) -> Result<Self, Stop> {
        let out = tempfile::tempfile().map_err(|error| unwritten(&std::env::temp_dir(), &error))?;
        Ok(Self::begun(Target::Stdout, out, collection))
    }

    fn begun(target: Target, out: File, collection: &Value) -> Self {
        let mut report = Self { target, out: BufWriter::new(out), broken: None, executions: 0 };
        report.write("{\"collection\":");
        report.put(collection);
        report.write(",\"run\":{\"executions\":[");
        report
    }

    fn put(&mut self, value: &Value) {
        let text = terminal::escaped(value.to_string());
        self.write(&text);
    }

    fn write(&mut self, text: &str) {
        if self.broken.is_none() {
            self.broken = self.out.write_all(text.as_bytes()).err();
        }
    }

    /// Puts the whole document where it belongs.
    fn deliver(&mut self) -> io::Result<()> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        self.out.flush()?;
        match &self.target {
            Target::File { file, partial } => std::fs::rename(partial, file),
            Target::Stdout => {
                let spooled = self.out.get_mut();
                spooled.rewind()?;
                let mut chunk = vec![0; 64 << 10];
                let mut out = io::stdout().lock();
                loop {
                    let read = spooled.read(&mut chunk)?;
                    // A reader that has seen enough (`| head`) is no error.
                    if read == 0 || out.write_all(&chunk[..read]).is_err() {
                        let _ = out.flush();
                        return Ok(());
                    }
                }
            }
        }
    }
}

impl Report for JsonReport {
    fn item_ended(&mut self, scene: &Scene, item: &Item<'_>) {
        // As in Newman: what was left out was not executed.
        if matches!(item.verdict.outcome, Outcome::Skipped) {
            return;
        }
        if self.executions > 0 {
            self.write(",");
        }
        self.executions += 1;
        let execution = execution(scene, item);
        self.put(&execution);
    }

    fn concluded(&mut self, scene: &Scene, end: &End<'_>, tally: &Tally) -> Result<(), Stop> {
        self.write("]");
        let failures: Vec<Value> = tally.failures.iter().map(|failure| failed(scene, failure)).collect();
        let renewals: Vec<Value> = tally
            .renewals
            .iter()
            .map(|renewal| {
                json!({
                    "token_name": renewal.token_name, "renewed": renewal.renewed,
                    "after_401": renewal.after_401, "item": renewal.item,
                    "cursor": { "iteration": renewal.at.iteration, "position": renewal.at.request },
                })
            })
            .collect();
        let error = end.timed_out.then(|| json!({ "message": "callback timed out" }));
        let rest: [(&str, Value); 7] = [
            ("transfers", json!({ "responseTotal": tally.received })),
            ("failures", Value::Array(failures)),
            ("stats", stats(tally)),
            ("timings", timings(scene, end, tally)),
            ("tokens", Value::Array(renewals)),
            ("timedOut", json!(end.timed_out)),
            ("error", error.unwrap_or(Value::Null)),
        ];
        for (name, value) in rest {
            self.write(&format!(",\"{name}\":"));
            self.put(&value);
        }
        self.write("}");
        for (name, value) in [
            ("environment", scope("environment", end.variables, false)),
            ("globals", scope("globals", end.variables, false)),
        ] {
            self.write(&format!(",\"{name}\":"));
            self.put(&value);
        }
        self.write("}\n");
        let delivered = self.deliver();
        delivered.map_err(|error| match &self.target {
            Target::File { file, .. } => unwritten(file, &error),
            Target::Stdout => unwritten(Path::new("standard output"), &error),
        })
    }
}

fn execution(scene: &Scene, item: &Item<'_>) -> Value {
    let Item { draft, verdict, .. } = item;
    let id = draft.id.as_ref().map(ToString::to_string);
    let mut execution = Map::new();
    execution.insert("cursor".to_owned(), cursor(scene, item.at.iteration, item.at.request));
    execution.insert("item".to_owned(), json!({ "id": id, "name": draft.name }));
    execution.insert("id".to_owned(), json!(id));
    if let Some(request) = request(item) {
        execution.insert("request".to_owned(), request);
    }
    if let Some(exchange) = verdict.exchange() {
        execution.insert("response".to_owned(), response(verdict, exchange));
    }
    let assertions: Vec<Value> = verdict.scripts.assertions.iter().enumerate().map(assertion).collect();
    if !assertions.is_empty() {
        execution.insert("assertions".to_owned(), Value::Array(assertions));
    }
    for (name, event) in [("prerequestScript", ScriptEvent::PreRequest), ("testScript", ScriptEvent::Test)] {
        let of_event = item.failures.iter().filter(|failure| failure.kind == FailureKind::Script(event));
        let errors: Vec<Value> = of_event.map(|failure| json!({ "error": error(failure) })).collect();
        if !errors.is_empty() {
            execution.insert(name.to_owned(), Value::Array(errors));
        }
    }
    if let Some(failure) = item.failures.iter().find(|failure| failure.kind == FailureKind::Request) {
        execution.insert("requestError".to_owned(), error(failure));
    }
    if let Some(auth) = verdict.auth.as_ref().filter(|auth| auth.token_name.is_some()) {
        execution.insert(
            "auth".to_owned(),
            json!({
                "token_name": auth.token_name, "use_token": auth.use_token,
                "refreshed": auth.refreshed || auth.renewed_after_401, "after_401": auth.renewed_after_401,
            }),
        );
    }
    Value::Object(execution)
}

fn cursor(scene: &Scene, iteration: usize, position: usize) -> Value {
    json!({
        "position": position, "iteration": iteration, "length": scene.requests, "cycles": scene.iterations,
        "empty": false, "eof": false, "bof": position == 0, "cr": false,
        "ref": format!("{iteration}-{position}"),
    })
}

/// The request as it left, secrets blanked; of its body only kind and size.
fn request(item: &Item<'_>) -> Option<Value> {
    let shown = item.verdict.request.as_ref()?;
    let mode = match item.draft.definition.request.as_ref().map(|request| &request.body) {
        None | Some(Body::None) => None,
        Some(Body::Raw { .. }) => Some("raw"),
        Some(Body::UrlEncoded { .. }) => Some("urlencoded"),
        Some(Body::FormData { .. }) => Some("formdata"),
        Some(Body::File { .. }) => Some("file"),
        Some(Body::GraphQl { .. }) => Some("graphql"),
    };
    let mut request =
        json!({ "url": url(&shown.url), "header": headers(&shown.headers), "method": shown.method });
    if let Some(mode) = mode {
        request["body"] = json!({ "mode": mode, "size": shown.body_size });
    }
    Some(request)
}

fn url(text: &str) -> Value {
    let Ok(url) = Url::parse(text) else { return json!({ "raw": text }) };
    let host: Vec<&str> = url.host_str().unwrap_or_default().split('.').collect();
    let path: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    let mut query = Vec::new();
    // As it stands in the URL: Postman's list is not decoded either.
    for pair in url.query().into_iter().flat_map(|query| query.split('&')) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        query.push(json!({ "key": key, "value": value }));
    }
    let mut members = json!({
        "protocol": url.scheme(), "path": path, "host": host, "query": query, "variable": [],
    });
    if let Some(port) = url.port() {
        members["port"] = json!(port.to_string());
    }
    members
}

fn headers(headers: &[(String, String)]) -> Value {
    headers.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

fn response(verdict: &Verdict, exchange: &Exchange) -> Value {
    let response = &exchange.response;
    let mut members = json!({
        "code": response.status,
        "status": response.reason_phrase(),
        "header": headers(&verdict.blank_headers(&response.headers)),
        "cookie": [],
        "responseTime": exchange.timing.total_us as f64 / 1000.0,
        "responseSize": response.body.size(),
    });
    if let ResponseBody::Memory(bytes) = &response.body
        && bytes.len() <= BODY_LIMIT
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        members["stream"] = json!({ "type": "Buffer", "data": verdict.blank(text).as_bytes() });
    }
    members
}

fn assertion((index, assertion): (usize, &Assertion)) -> Value {
    let mut members = json!({ "assertion": assertion.name, "skipped": assertion.skipped });
    if !assertion.passed {
        let error = assertion.error.clone().unwrap_or_default();
        members["error"] = json!({
            "name": if error.name.is_empty() { "AssertionError" } else { &error.name },
            "index": index, "test": assertion.name, "message": error.message, "stack": error.stack,
        });
    }
    members
}

fn error(failure: &Failure) -> Value {
    let mut members = json!({ "name": failure.name, "message": failure.message, "stack": failure.stack });
    if let Some(test) = &failure.test {
        members["index"] = json!(failure.index);
        members["test"] = json!(test);
    }
    members
}

fn failed(scene: &Scene, failure: &Failure) -> Value {
    json!({
        "error": error(failure),
        "at": failure.place,
        "source": { "id": failure.item_id, "name": failure.item_name },
        "parent": failure.parent.as_ref().map(|(id, name)| json!({ "id": id, "name": name })),
        "cursor": cursor(scene, failure.at.iteration, failure.at.request),
    })
}

fn stats(tally: &Tally) -> Value {
    let all = |total: usize| Count { total, failed: 0 };
    let scripts = Count {
        total: tally.prerequest_scripts.total + tally.test_scripts.total,
        failed: tally.prerequest_scripts.failed + tally.test_scripts.failed,
    };
    let counts: [(&str, Count); 9] = [
        ("iterations", all(tally.iterations)),
        ("items", all(tally.items)),
        ("scripts", scripts),
        ("prerequests", all(tally.items)),
        ("requests", tally.requests),
        ("tests", all(tally.requests.total)),
        ("assertions", tally.assertions),
        ("testScripts", tally.test_scripts),
        ("prerequestScripts", tally.prerequest_scripts),
    ];
    let counted = counts.into_iter().map(|(name, count)| {
        (name.to_owned(), json!({ "total": count.total, "pending": 0, "failed": count.failed }))
    });
    let mut stats: Map<String, Value> = counted.collect();
    stats.insert("tokens".to_owned(), json!({ "refreshed": tally.renewals.len() }));
    Value::Object(stats)
}

fn timings(scene: &Scene, end: &End<'_>, tally: &Tally) -> Value {
    let mut timings = Map::new();
    let nothing = Spread::default();
    for (name, spread) in [("response", &tally.response), ("dns", &nothing), ("firstByte", &tally.first_byte)]
    {
        timings.insert(format!("{name}Average"), json!(spread.average));
        timings.insert(format!("{name}Min"), json!(spread.least));
        timings.insert(format!("{name}Max"), json!(spread.most));
        timings.insert(format!("{name}Sd"), json!(spread.deviation()));
    }
    timings.insert("started".to_owned(), json!(scene.started_at));
    timings.insert("completed".to_owned(), json!(end.ended_at));
    Value::Object(timings)
}
