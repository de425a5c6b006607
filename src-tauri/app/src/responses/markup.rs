//! XML and HTML made readable: only white space between tags changes, and none where it could be text.

/// Elements whose content is left as it is.
const VERBATIM: [&str; 4] = ["pre", "script", "style", "textarea"];
/// HTML elements that have no end tag.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
/// HTML elements that stand in a line of text: they begin no line of their own.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "data", "em", "i", "img", "kbd", "label", "mark",
    "q", "s", "small", "span", "strong", "sub", "sup", "time", "u",
];

/// How a text is written: both look alike, and are not.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Markup {
    Xml,
    Html,
}

/// The same document with an element a line, indented by its depth. An element that holds nothing but text stays on
/// one line.
pub(super) fn pretty(text: &str, markup: Markup) -> String {
    let pieces = pieces(text, markup);
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut depth = 0_usize;
    let mut at = 0;
    while at < pieces.len() {
        match &pieces[at] {
            Piece::Text(text) => line(&mut out, depth, text.trim()),
            Piece::Verbatim(text) | Piece::Other(text) => line(&mut out, depth, text),
            Piece::End(text) => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth, text);
            }
            Piece::Start { text, .. } => {
                let run = one_line(&pieces[at..]);
                if run > 1 {
                    let together: String = pieces[at..at + run].iter().map(|piece| piece.text()).collect();
                    line(&mut out, depth, together.trim());
                    at += run;
                    continue;
                }
                line(&mut out, depth, text);
                depth += 1;
            }
        }
        at += 1;
    }
    out.pop();
    out
}

fn line(out: &mut String, depth: usize, text: &str) {
    if text.is_empty() {
        return;
    }
    // Deeper than this nobody sees anything but the indent.
    out.extend(std::iter::repeat_n("  ", depth.min(100)));
    out.push_str(text);
    out.push('\n');
}

/// How many pieces from a start tag make an element that belongs on one line; 1: none but the tag.
fn one_line(pieces: &[Piece<'_>]) -> usize {
    match pieces {
        [Piece::Start { .. }, Piece::End(_), ..] => 2,
        [Piece::Start { .. }, Piece::Text(text), Piece::End(_), ..]
        | [Piece::Start { .. }, Piece::Verbatim(text), Piece::End(_), ..]
            if !text.trim().contains('\n') =>
        {
            3
        }
        _ => 1,
    }
}

enum Piece<'t> {
    /// A start tag that has an end tag.
    Start {
        text: &'t str,
    },
    End(&'t str),
    /// Text, with tags inside it that stand in a line.
    Text(&'t str),
    /// The content of an element that is left alone.
    Verbatim(&'t str),
    /// What stands alone: an empty element, a comment, a declaration.
    Other(&'t str),
}

impl Piece<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Start { text } | Self::End(text) | Self::Other(text) | Self::Verbatim(text) => text,
            Self::Text(text) => text.trim(),
        }
    }
}

fn pieces(text: &str, markup: Markup) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut words = 0;
    loop {
        // Text goes on over tags that stand in a line.
        let tag = rest[words..].find('<').map(|at| words + at);
        let Some(at) = tag else {
            push_text(&mut pieces, rest);
            return pieces;
        };
        let length = tag_length(&rest[at..]);
        let tag = &rest[at..at + length];
        let name = name_of(tag);
        if markup == Markup::Html && INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline)) {
            words = at + length;
            continue;
        }
        push_text(&mut pieces, &rest[..at]);
        rest = &rest[at + length..];
        words = 0;
        if tag.starts_with("</") {
            pieces.push(Piece::End(tag));
        } else if is_alone(tag, name, markup) {
            pieces.push(Piece::Other(tag));
        } else {
            pieces.push(Piece::Start { text: tag });
            if markup == Markup::Html && VERBATIM.iter().any(|verbatim| name.eq_ignore_ascii_case(verbatim)) {
                let end = end_of(rest, name);
                if end > 0 {
                    pieces.push(Piece::Verbatim(&rest[..end]));
                }
                rest = &rest[end..];
            }
        }
    }
}

fn push_text<'t>(pieces: &mut Vec<Piece<'t>>, text: &'t str) {
    if !text.trim().is_empty() {
        pieces.push(Piece::Text(text));
    }
}

/// A tag up to its `>`, which may stand in a quoted value; a comment or CDATA section up to its own end.
fn tag_length(text: &str) -> usize {
    for (opening, closing) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
        if text.starts_with(opening) {
            return text.find(closing).map_or(text.len(), |at| at + closing.len());
        }
    }
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), character) if open == character => quote = None,
            (None, '>') => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn name_of(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    name.split(|character: char| character.is_whitespace() || matches!(character, '>' | '/'))
        .next()
        .unwrap_or_default()
}

fn is_alone(tag: &str, name: &str, markup: Markup) -> bool {
    tag.starts_with("<!")
        || tag.starts_with("<?")
        || tag.ends_with("/>")
        || (markup == Markup::Html && VOID.iter().any(|void| name.eq_ignore_ascii_case(void)))
}

/// Where the end tag of an element begins, in any case of letters.
fn end_of(text: &str, name: &str) -> usize {
    let matches = |at: &usize| {
        let after = &text.as_bytes()[at + 2..];
        after.len() >= name.len() && after[..name.len()].eq_ignore_ascii_case(name.as_bytes())
    };
    text.match_indices("</").map(|(at, _)| at).find(matches).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_on_lines_of_their_own_and_text_stays_with_its_element() {
        let text = "<?xml version=\"1.0\"?><a x=\">\"><b>one</b><c/><!-- n --><d><e> two </e></d></a>";
        let expected = "<?xml version=\"1.0\"?>\n<a x=\">\">\n  <b>one</b>\n  <c/>\n  <!-- n -->\n  <d>\n    \
                        <e>two</e>\n  </d>\n</a>";
        assert_eq!(pretty(text, Markup::Xml), expected);
        assert_eq!(pretty(expected, Markup::Xml), expected);
    }

    #[test]
    fn html_keeps_lines_of_text_and_what_must_not_change() {
        let text = "<!doctype html><html><body><p>a <b>bold</b> word<br>more</p><pre>  x\n y</pre><img src=1>\
                    <script>if (a<b) {}</script></body></html>";
        let expected = "<!doctype html>\n<html>\n  <body>\n    <p>a <b>bold</b> word<br>more</p>\n    <pre>\n      \
                        x\n y\n    </pre>\n    <img src=1>\n    <script>if (a<b) {}</script>\n  </body>\n</html>";
        let shown = pretty(text, Markup::Html);
        assert!(shown.contains("<p>a <b>bold</b> word<br>more</p>"), "{shown}");
        assert!(shown.contains("  x\n y"), "{shown}");
        assert!(shown.contains("<script>if (a<b) {}</script>"), "{shown}");
        assert_eq!(shown.lines().count(), expected.lines().count(), "{shown}");
    }

    #[test]
    fn nothing_is_lost_of_what_is_broken() {
        for text in ["<a><b", "text only", "</x></y>", "<a b='", "<<<>>>", "<a>\u{e4}<", "<!--", "<script>"] {
            let words = |text: &str| text.split_whitespace().collect::<String>();
            for markup in [Markup::Xml, Markup::Html] {
                assert_eq!(words(&pretty(text, markup)), words(text), "{text}");
            }
        }
    }
}
