//! PEM blocks (RFC 7468), read forgivingly: text between blocks, missing line ends and `\n` written as two
//! characters, as in a key copied out of a JSON file, do no harm.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// One block: its label, for example `PRIVATE KEY`, and its bytes.
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// All blocks that can be read, in order.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let text = Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n"));
    let mut rest = text.as_str();
    let mut blocks = Vec::new();
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = after.split_once("-----") else { break };
        let end = format!("-----END {label}-----");
        let Some((body, following)) = body.split_once(end.as_str()) else { break };
        rest = following;
        if let Some(der) = decode(body) {
            blocks.push(Block { label: label.to_owned(), der });
        }
    }
    blocks
}

/// One block as text, in lines of 64 characters.
pub(crate) fn block(label: &str, der: &[u8]) -> Secret {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(format!("-----BEGIN {label}-----\n"));
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    Secret::new(text.as_str())
}

/// The headers of old encrypted keys (`Proc-Type: 4,ENCRYPTED`) are no Base64, so such blocks are left out here.
fn decode(body: &str) -> Option<Zeroizing<Vec<u8>>> {
    let compact: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
    STANDARD.decode(compact.as_bytes()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<(String, Vec<u8>)> {
        blocks(text).into_iter().map(|block| (block.label, block.der.to_vec())).collect()
    }

    #[test]
    fn finds_every_block_among_other_text() {
        let text = "Bag Attributes\n-----BEGIN A-----\nAQ==\n-----END A-----\nx\n-----BEGIN B C-----\nAg==\n-----END B C-----";
        assert_eq!(labels(text), [("A".to_owned(), vec![1]), ("B C".to_owned(), vec![2])]);
    }

    #[test]
    fn reads_line_ends_that_were_escaped_by_json() {
        assert_eq!(labels(r"-----BEGIN A-----\nAQ==\n-----END A-----\n"), [("A".to_owned(), vec![1])]);
    }

    #[test]
    fn a_block_without_end_is_none() {
        assert!(blocks("-----BEGIN A-----\nAQ==").is_empty());
        assert!(blocks("-----BEGIN A").is_empty());
    }
}
