//! What is wrong when attendance refuses: the document's table (contract: feishu-app §6.3).

use super::super::{Failure, Meaning};

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its name.
    pub kind: &'static str,
    /// What it means.
    pub meaning: Option<&'static str>,
    /// What to do about it.
    pub advice: Option<&'static str>,
    /// Whether the same call may go well another time.
    pub retryable: bool,
}

/// A row, with the text by which it is known.
struct Row {
    kind: &'static str,
    msg: &'static str,
    meaning: &'static str,
    advice: Option<&'static str>,
}

const fn row(kind: &'static str, msg: &'static str, meaning: &'static str, advice: &'static str) -> Row {
    Row { kind, msg, meaning, advice: Some(advice) }
}

/// The kind that is repeated before it is told.
pub(super) const NO_ROW_AFFECTED: &str = "NO_ROW_AFFECTED";
/// The kind of what is refused for its form.
const PARAM_INVALID: &str = "PARAM_INVALID";

/// Texts in lower case.
const ROWS: [Row; 19] = [
    row(PARAM_INVALID, "param invalid", "参数异常", "检查入参是否无效参数"),
    row(NO_ROW_AFFECTED, "no row affected", "数据库行记录数据未更新", "更新数据库失败或者乐观锁冲突，可以进行重试处理"),
    row("ALREADY_EXISTS", "the object already exists", "数据已存在", "唯一键冲突，请检查业务幂等id是否重复"),
    row("TIME_CALCULATION_FAILED", "time calculation failed", "时间计算错误", "请检查入参时间格式"),
    row("RECORD_NOT_EXIST", "rule does not exist", "访问记录不存在", "请检查是否存在对应的数据记录"),
    row("SHIFT_IN_USE", "shift can not be del", "班次不能删除", "班次还在被其他考勤规则关联使用，所以不能删除"),
    row("TOO_MANY_FLOWS", "operate too much flow", "操作的流水数量过多", "需要小于等于50条流水"),
    row("SHIFT_NOT_EXIST", "shift does not exist", "班次信息不存在", "请检查是否存在对应的数据记录"),
    row("ENV_COUNT_ILLEGAL", "env count illegal", "打卡环境信息出错，gps列表超长", "不能超过3000"),
    row("NO_PERMISSION", "auth no permission", "权限验证失败", "请检查操作人是否有相应的功能和数据权限"),
    row(
        "FACE_IMAGE_REJECTED",
        "failed to upload an image. please upload a clear and complete image",
        "上传人脸失败",
        "请上传清晰完整的头像",
    ),
    row("FILE_NOT_FOUND", "the object in tos not found", "在文件存储中不存在该记录", "请联系技术支持"),
    row(
        "RESULT_SEALED",
        "the attendance result has been sealed and can not modify",
        "考勤结果已封账，无法再修改",
        "考勤结果已封账，无法再修改",
    ),
    row("TIME_INVALID", "time is invalid", "无效的时间格式", "请检查入参时间格式"),
    Row {
        kind: "ENTERPRISE_EDITION_ONLY",
        msg: "this api can only be accessed by feishu people enterprise edition users.",
        meaning: "此API只提供给飞书人事（企业版）",
        advice: None,
    },
    row("USER_NOT_EXIST", "name or employee_no invalid", "用户不存在", "请检查用户id或者工号信息"),
    row("ARCHIVE_RULE_NOT_EXIST", "archive_rule_id not exist", "封账规则不存在", "请检查封账规则id"),
    row("GROUP_NOT_EXIST", "rule not exist", "考勤组信息不存在", "请检查 group_id 是否正确"),
    row(
        "GROUP_CANNOT_ARRANGE",
        "the rule cannot arrange!",
        "当前考勤规则不允许创建或修改排班表",
        "请检查考勤组班制类型，只有排班制可以使用此接口",
    ),
];

impl Problem {
    /// What is wrong with a call of which this is said before it is sent.
    pub(super) fn said(msg: &str) -> Self {
        Self::named(by_words(msg).unwrap_or(PARAM_INVALID), false)
    }

    /// What is wrong, by what Feishu said, else by its code.
    pub fn of(failure: &Failure) -> Self {
        let passing = matches!(failure.meaning(), Meaning::Passing | Meaning::TooOften);
        let Failure::Refused(refusal) = failure else { return Self::named("UNKNOWN", passing) };
        let kind = by_words(refusal.words.text()).or_else(|| by_code(refusal.code)).unwrap_or("UNKNOWN");
        Self::named(kind, passing || kind == NO_ROW_AFFECTED)
    }

    fn named(kind: &'static str, retryable: bool) -> Self {
        let row = ROWS.iter().find(|row| row.kind == kind);
        Self { kind, meaning: row.map(|row| row.meaning), advice: row.and_then(|row| row.advice), retryable }
    }
}

/// The row with the longest text that is in `msg`.
fn by_words(msg: &str) -> Option<&'static str> {
    let msg = msg.to_lowercase();
    let known = ROWS.iter().filter(|row| msg.contains(row.msg));
    known.max_by_key(|row| row.msg.len()).map(|row| row.kind)
}

fn by_code(code: i64) -> Option<&'static str> {
    Some(match code {
        1_220_001 => PARAM_INVALID,
        1_220_003 | 1_220_004 => "USER_NOT_EXIST",
        1_220_005 => "NO_PERMISSION",
        1_220_006 | 1_220_007 => "ENTERPRISE_EDITION_ONLY",
        1_226_001 => "SHIFT_IN_USE",
        1_226_002 => "ALREADY_EXISTS",
        99_991_401 => "IP_NOT_ALLOWED",
        99_991_672 => "SCOPE_MISSING",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{Refusal, Words},
        *,
    };

    fn refused(code: i64, status: u16, msg: &str) -> Failure {
        Failure::Refused(Refusal { code, status, log_id: None, words: Words(msg.to_owned()) })
    }

    #[test]
    fn every_row_is_known_by_its_text() {
        for row in &ROWS {
            assert_eq!(row.msg, row.msg.to_lowercase());
            for msg in [row.msg.to_owned(), row.msg.to_uppercase(), format!("x: {} (1)", row.msg)] {
                let problem = Problem::of(&refused(1, 400, &msg));
                assert_eq!((problem.kind, problem.meaning), (row.kind, Some(row.meaning)), "{msg}");
                assert_eq!(problem.retryable, row.kind == NO_ROW_AFFECTED);
            }
        }
    }

    #[test]
    fn texts_go_before_codes_and_the_unknown_stays_unknown() {
        for (code, status, msg, kind, retryable) in [
            (1_220_001, 400, "Time is invalid", "TIME_INVALID", false),
            (1_220_001, 400, "", "PARAM_INVALID", false),
            (1_220_004, 200, "other", "USER_NOT_EXIST", false),
            (1_220_005, 200, "other", "NO_PERMISSION", false),
            (1_220_007, 200, "other", "ENTERPRISE_EDITION_ONLY", false),
            (1_226_001, 200, "other", "SHIFT_IN_USE", false),
            (1_226_002, 200, "other", "ALREADY_EXISTS", false),
            (99_991_401, 400, "other", "IP_NOT_ALLOWED", false),
            (99_991_672, 400, "other", "SCOPE_MISSING", false),
            (7, 400, "other", "UNKNOWN", false),
            (7, 500, "other", "UNKNOWN", true),
        ] {
            let problem = Problem::of(&refused(code, status, msg));
            assert_eq!((problem.kind, problem.retryable), (kind, retryable), "{code} {msg}");
        }
        let unknown = Problem::of(&Failure::NoAnswer("x"));
        assert_eq!((unknown.kind, unknown.meaning, unknown.advice, unknown.retryable), ("UNKNOWN", None, None, true));
        assert_eq!(Problem::said("param invalid: x").advice, Some("检查入参是否无效参数"));
    }
}
