//! Text from outside, made harmless before it is shown: a provider's `error_description` must not move the cursor
//! of a terminal, turn the line around or fill the screen.

/// `text` in one line of at most `limit` characters (an ellipsis in place of the rest): control, bidirectional,
/// invisible and private-use characters are dropped, any white space becomes one space.
pub fn inert(text: &str, limit: usize) -> String {
    let mut result = String::new();
    let mut length = 0;
    let mut gap = false;
    for character in text.chars() {
        if character.is_whitespace() {
            gap = length > 0;
            continue;
        }
        if is_treacherous(character) {
            continue;
        }
        let needed = 1 + usize::from(gap);
        if length + needed > limit {
            if length == limit {
                result.pop();
            }
            result.push('…');
            return result;
        }
        if gap {
            result.push(' ');
        }
        gap = false;
        result.push(character);
        length += needed;
    }
    result
}

/// Characters that change how the text around them is shown, or can't be seen at all.
pub fn is_treacherous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}'
            | '\u{F0000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::inert;

    #[test]
    fn drops_what_would_steer_a_terminal_or_turn_the_line_around() {
        assert_eq!(inert("a\u{1b}[31mb\u{202e}c\u{0}d\u{9b}e", 80), "a[31mbcde");
    }

    #[test]
    fn is_one_line() {
        assert_eq!(inert("  one\r\n\ttwo  ", 80), "one two");
    }

    #[test]
    fn is_no_longer_than_allowed() {
        assert_eq!(inert("abcdef", 6), "abcdef");
        assert_eq!(inert("abcdefg", 6), "abcde…");
    }

    proptest! {
        #[test]
        fn never_keeps_a_control_character_or_exceeds_its_limit(text in any::<String>(), limit in 1usize..50) {
            let shown = inert(&text, limit);
            prop_assert!(shown.chars().count() <= limit);
            prop_assert!(!shown.chars().any(char::is_control));
        }
    }
}
