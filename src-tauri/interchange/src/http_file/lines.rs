//! The lines of a file into blocks, one a request.

/// What a file consists of.
#[derive(Default)]
pub(super) struct File {
    pub blocks: Vec<Block>,
    /// `@name = value`.
    pub variables: Vec<(String, String)>,
}

/// What stands between two `###`.
#[derive(Default)]
pub(super) struct Block {
    pub name: String,
    pub description: String,
    /// `# @tag value`.
    pub tags: Vec<(String, String)>,
    pub request_line: Option<String>,
    /// What the lines behind it go on with: its query.
    pub more_url: String,
    pub headers: Vec<String>,
    pub body: Vec<String>,
    /// Scripts, and the names of script files (`< pre.js`).
    pub scripts: Vec<String>,
    /// `>> file`, `<> file`.
    pub keeps_response: bool,
}

/// Where in a block the next line stands.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Head,
    Url,
    Headers,
    Body,
}

/// Reads the lines once, from the first to the last.
pub(super) fn split(text: &str) -> File {
    let mut file = File::default();
    let mut block = Block::default();
    let mut part = Part::Head;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let bare = line.trim();
        if let Some(title) = bare.strip_prefix("###") {
            file.blocks.push(std::mem::take(&mut block));
            block.name = title.trim_matches('#').trim().to_owned();
            part = Part::Head;
        } else if let Some(script) = script_start(bare, part) {
            block.scripts.push(rest_of_script(script, &mut lines));
        } else if part != Part::Url && is_response_file(bare) {
            block.keeps_response = true;
        } else {
            part = take(line, part, &mut block, &mut file.variables);
        }
    }
    file.blocks.push(block);
    file
}

/// Puts a line to where it belongs, and says what the next one is part of.
fn take(line: &str, part: Part, block: &mut Block, variables: &mut Vec<(String, String)>) -> Part {
    let bare = line.trim();
    match part {
        Part::Body => block.body.push(line.to_owned()),
        Part::Head if bare.is_empty() => {}
        _ if bare.is_empty() => return Part::Body,
        Part::Url if line.starts_with(char::is_whitespace) || bare.starts_with(['?', '&']) => {
            let end = bare.rfind(" HTTP/").unwrap_or(bare.len());
            block.more_url.push_str(bare[..end].trim_end());
            if let Some(request_line) = &mut block.request_line {
                request_line.push_str(&bare[end..]);
            }
        }
        _ if is_comment(bare) => comment(bare, block),
        Part::Head => match variable(bare) {
            Some(variable) => variables.push(variable),
            None if bare.starts_with("< ") || bare.starts_with("import ") || bare.starts_with("run ") => {
                block.scripts.push(bare.to_owned());
            }
            None => {
                block.request_line = Some(bare.to_owned());
                return Part::Url;
            }
        },
        Part::Url | Part::Headers => {
            block.headers.push(bare.to_owned());
            return Part::Headers;
        }
    }
    part
}

fn is_comment(line: &str) -> bool {
    line.starts_with('#') || line.starts_with("//")
}

/// `# @name x`, or a remark.
fn comment(line: &str, block: &mut Block) {
    let text = line.trim_start_matches(['#', '/']).trim();
    let Some(tag) = text.strip_prefix('@') else {
        if block.request_line.is_none() && !text.is_empty() {
            if !block.description.is_empty() {
                block.description.push('\n');
            }
            block.description.push_str(text);
        }
        return;
    };
    let (tag, value) = tag.split_once([' ', '\t', '=']).unwrap_or((tag, ""));
    let value = value.trim_start_matches(['=', ' ']).trim();
    if tag == "name" && !value.is_empty() {
        block.name = value.to_owned();
    }
    block.tags.push((tag.to_owned(), value.to_owned()));
}

fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix('@')?.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

/// `> {%` behind a request, `< {%` before one: what follows on the line. Or a line that names a script's file.
fn script_start(line: &str, part: Part) -> Option<&str> {
    let after = match part {
        Part::Head => line.strip_prefix('<')?,
        _ => line.strip_prefix('>')?,
    };
    let after = after.trim_start();
    if after.starts_with("{%") {
        return Some(after);
    }
    let file = after.strip_suffix(".js").is_some() || after.strip_suffix(".mjs").is_some();
    (part != Part::Head && file).then_some(after)
}

fn rest_of_script<'a>(first: &'a str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let Some(first) = first.strip_prefix("{%") else { return first.to_owned() };
    let mut script = String::new();
    let mut line = first;
    loop {
        if let Some(at) = line.find("%}") {
            script.push_str(&line[..at]);
            return script.trim().to_owned();
        }
        script.push_str(line);
        script.push('\n');
        match lines.next() {
            Some(next) => line = next,
            None => return script.trim().to_owned(),
        }
    }
}

fn is_response_file(line: &str) -> bool {
    [">> ", ">>! ", "<> "].iter().any(|start| line.starts_with(start))
}
