//! The sentence of a line of history, as the legacy dialects print it (contract: asset-platform §9, feishu-app §2.3).

use std::fmt::Write;

use chrono::DateTime;
use chrono_tz::Tz;

use crate::entity::words::HistoryKind;

use super::{Line, Named};

/// `T, 员工<id>(<name>)领用了资产<asset id>(<asset name>)` and its siblings; `T` is local time with six digits.
pub fn sentence(line: &Line<'_>, actor: Option<&Named>, at: DateTime<Tz>) -> String {
    let staff = person("员工", line.related.as_ref());
    let target = person("员工", line.target.as_ref());
    let asset = format!("资产{}({})", line.asset.unique_id, line.asset.name);
    let mut text = format!("{}, ", at.format("%Y-%m-%d %H:%M:%S%.6f"));
    // Writing to a String cannot fail.
    let _ = match line.kind {
        HistoryKind::Apply => write!(text, "{staff}领用了{asset}"),
        HistoryKind::Transfer => write!(text, "{staff}转移了{asset}给{target}"),
        HistoryKind::Return => write!(text, "{staff}退库了{asset}"),
        HistoryKind::Repair => write!(text, "{staff}的{asset}维保完成"),
        HistoryKind::Delete => write!(text, "{}清退了{asset}", person("资产管理员", actor)),
        HistoryKind::Entry => write!(text, "{}录入了{asset}", person("资产管理员", actor)),
        HistoryKind::Edit => write!(text, "{}修改了{asset}", person("资产管理员", actor)),
        HistoryKind::Submit => write!(text, "{staff}提交了{asset}的申请"),
        HistoryKind::Accept => write!(text, "{}受理了{staff}的{asset}的维保", person("资产管理员", actor)),
        HistoryKind::Reject => write!(text, "{}拒绝了{staff}的{asset}的申请", person("资产管理员", actor)),
    };
    if let Some(pieces) = line.pieces {
        let _ = write!(text, " ×{pieces}");
    }
    text
}

fn person(title: &str, named: Option<&Named>) -> String {
    named.map_or_else(|| "系统".to_owned(), |person| format!("{title}{}({})", person.unique_id, person.name))
}
