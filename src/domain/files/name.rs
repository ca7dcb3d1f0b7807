//! Names of files, made harmless (contract: laravel-template §7.4). They are shown and never lead to a place on disk.

/// Most bytes of a name.
const LONGEST: usize = 255;
/// Most bytes of an extension that is kept when a name is cut, with its dot.
const LONGEST_EXTENSION: usize = 64;
/// The name of what has none.
const NAMELESS: &str = "file";

/// What of `given` can be shown: its last component, without characters that hide or reorder others, at most 255 bytes with the
/// extension kept; `file` when nothing is left.
pub(super) fn shown(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|letter| !hides(*letter)).collect();
    let name = cut(trim(&clean));
    if name.is_empty() { NAMELESS.to_owned() } else { name }
}

/// Control characters, those that turn the direction of writing, and those without width.
fn hides(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}')
}

fn trim(name: &str) -> &str {
    name.trim_start().trim_end_matches(|letter: char| letter == '.' || letter.is_whitespace())
}

fn cut(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let dot = name.rfind('.').filter(|dot| *dot > 0 && name.len() - dot <= LONGEST_EXTENSION);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    let stem = &stem[..stem.floor_char_boundary(LONGEST - extension.len())];
    let whole = format!("{stem}{extension}");
    trim(&whole).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_harmless() {
        for (given, name) in [
            ("a.txt", "a.txt"),
            ("TIM截图20170317154115.png", "TIM截图20170317154115.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\photo.jpg", "photo.jpg"),
            ("/a/b\\c/d.e", "d.e"),
            ("..", "file"),
            ("dir/", "file"),
            ("", "file"),
            (" \t. . ", "file"),
            ("  a b.txt . .", "a b.txt"),
            (".htaccess", ".htaccess"),
            ("a\0b\r\nSet-Cookie: x\u{7f}\u{85}", "abSet-Cookie: x"),
            ("invoice\u{202e}gpj.exe", "invoicegpj.exe"),
            ("\u{2066}a\u{2069}\u{200b}\u{feff}b\u{200d}", "ab"),
            ("\u{3000}名\u{3000}", "名"),
            ("\"';<>%.txt", "\"';<>%.txt"),
        ] {
            assert_eq!(shown(given), name, "{given:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension_and_whole_characters() {
        let fits = format!("{}.png", "a".repeat(251));
        assert_eq!(shown(&fits), fits);
        assert_eq!(shown(&format!("{}.png", "a".repeat(252))), fits);
        let wide = shown(&format!("{}.jpeg", "中".repeat(200)));
        assert_eq!(wide, format!("{}.jpeg", "中".repeat(83)));
        assert!(wide.len() <= 255);
        assert_eq!(shown(&format!("a.{}", "b".repeat(400))), format!("a.{}", "b".repeat(253)));
        assert_eq!(shown(&format!("{}.png", ".".repeat(400))).len(), 255);
        assert_eq!(shown(&format!("{}. x", "a".repeat(254))), format!("{}. x", "a".repeat(252)));
    }
}
