//! The flat XML of callbacks. Document types and entities of the sender's own are refused.

use roxmltree::{Document, ParsingOptions};

/// The elements right below the root, by name. Of several with one name the first counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

/// Most nodes of a document; the longest events have some thirty elements.
const MOST_NODES: u32 = 4096;

impl Fields {
    /// Reads a document; none when it is no XML, or has a document type.
    pub fn read(text: &str) -> Option<Self> {
        let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).ok()?;
        let elements = document.root_element().children().filter(|node| node.is_element());
        let field = |node: roxmltree::Node<'_, '_>| {
            let text: String = node.children().filter_map(|part| part.text()).collect();
            (node.tag_name().name().to_owned(), text.trim().to_owned())
        };
        Some(Self(elements.map(field).collect()))
    }

    /// The text of an element, without the blanks around it; none when it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str()).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_in_any_order_as_text_or_cdata() {
        let fields =
            Fields::read("<xml><B> 2 </B><A><![CDATA[a & b]]></A><C/><A>again</A><D>&lt;&#65;</D></xml>").unwrap();
        assert_eq!([fields.get("A"), fields.get("B"), fields.get("C")], [Some("a & b"), Some("2"), None]);
        assert_eq!(fields.get("D"), Some("<A"));
    }

    #[test]
    fn what_is_no_xml_or_brings_a_document_type_is_refused() {
        for bad in [
            "",
            "{}",
            "<xml>",
            "<xml></xm>",
            "<!DOCTYPE xml><xml/>",
            r#"<!DOCTYPE xml [<!ENTITY a "b">]><xml><A>&a;</A></xml>"#,
            "<xml><A>&a;</A></xml>",
            r#"<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>"#,
        ] {
            assert_eq!(Fields::read(bad), None, "{bad}");
        }
        assert_eq!(Fields::read(&"<a>".repeat(100_000)), None);
        assert_eq!(Fields::read(&format!("<x>{}</x>", "<a/>".repeat(5000))), None);
    }
}
