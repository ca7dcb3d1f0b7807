//! Names of files: made harmless when they come in, and spelled for a header when they go out (contract: laravel-template §7.2, §7.4).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Most bytes of a name.
const LONGEST: usize = 255;
/// The name of what has none.
const NAMELESS: &str = "file";

/// The last component of `name` without what could deceive, at most 255 bytes long, its ending kept.
pub fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|letter| !is_deceiving(*letter)).collect();
    let kept = kept.trim_start().trim_end_matches(|letter: char| letter.is_whitespace() || letter == '.');
    let short = shortened(kept);
    if short.is_empty() { NAMELESS.to_owned() } else { short }
}

/// Control characters, those that turn the direction of writing, and those without width.
fn is_deceiving(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{61c}' | '\u{180e}' | '\u{ad}' | '\u{2028}' | '\u{2029}')
}

fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let cut = |text: &str, most: usize| {
        let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text[..end].to_owned()
    };
    match name.rfind('.').filter(|dot| *dot > 0 && name.len() - dot < LONGEST / 2) {
        Some(dot) => cut(&name[..dot], LONGEST - (name.len() - dot)) + &name[dot..],
        None => cut(name, LONGEST),
    }
}

/// What stands for itself in an extended parameter (RFC 8187).
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The header `Content-Disposition` of a file with this name; `prefix` stands before both spellings of it.
pub fn attachment(prefix: &str, name: &str) -> String {
    let mut ascii: String = name
        .chars()
        .filter(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\' | '%' | '/' | ';'))
        .collect();
    let differs = ascii != name;
    if ascii.is_empty() || ascii.starts_with('.') {
        ascii.insert_str(0, NAMELESS);
    }
    let plain = format!("attachment; filename=\"{prefix}{ascii}\"");
    if !differs {
        return plain;
    }
    let whole = format!("{prefix}{name}");
    format!("{plain}; filename*=utf-8''{}", utf8_percent_encode(&whole, ATTRIBUTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_harmless() {
        let long = format!("{}.tar", "中".repeat(100));
        for (sent, kept) in [
            ("a.png", "a.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\b.txt", "b.txt"),
            ("  a b.txt . ", "a b.txt"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("a\u{200b}\0\n.txt", "a.txt"),
            ("", "file"),
            ("...", "file"),
            ("/", "file"),
            (".htaccess", ".htaccess"),
        ] {
            assert_eq!(clean(sent), kept, "{sent:?}");
        }
        let short = clean(&long);
        assert!(short.len() <= 255 && short.ends_with("中.tar") && short.len() > 250, "{short}");
        assert_eq!(clean(&"x".repeat(300)).len(), 255);
    }

    #[test]
    fn names_are_spelled_twice_where_they_are_not_ascii() {
        let spelled =
            "attachment; filename=\"TIM20170317154115.png\"; filename*=utf-8''TIM%E6%88%AA%E5%9B%BE20170317154115.png";
        assert_eq!(attachment("", "TIM截图20170317154115.png"), spelled);
        assert_eq!(attachment("thumb_", "a b.png"), "attachment; filename=\"thumb_a b.png\"");
        assert_eq!(attachment("", "中"), "attachment; filename=\"file\"; filename*=utf-8''%E4%B8%AD");
        assert_eq!(attachment("", "中.png"), "attachment; filename=\"file.png\"; filename*=utf-8''%E4%B8%AD.png");
        assert_eq!(attachment("", "a\"b;c"), "attachment; filename=\"abc\"; filename*=utf-8''a%22b%3Bc");
    }
}
