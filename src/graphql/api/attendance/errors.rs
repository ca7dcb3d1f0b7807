//! How failures of attendance are told: by the types of Feishu's own table (contract: feishu-app §6.3, §7).

use async_graphql::{Context, Enum, Error, InputType, Name, Result, SimpleObject, Value};

use crate::domain::{
    Code, Fault, Language,
    attendance::{Refused, Stopped},
};

use super::super::kit::Caller;

/// What is wrong with a change of attendance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum AttendanceErrorCode {
    /// 参数异常: something that was sent is not valid.
    ParamInvalid,
    /// 数据库行记录数据未更新: Feishu changed nothing, also when asked again.
    NoRowAffected,
    /// 数据已存在: it is there already.
    AlreadyExists,
    /// 时间计算错误: the times do not fit together.
    TimeCalculationFailed,
    /// 访问记录不存在: there is no such record.
    RecordNotExist,
    /// 班次不能删除: the shift is still used.
    ShiftInUse,
    /// 操作的流水数量过多: too many punches at once.
    TooManyFlows,
    /// 班次信息不存在: there is no such shift.
    ShiftNotExist,
    /// 打卡环境信息出错，gps列表超长: too many places.
    EnvCountIllegal,
    /// 权限验证失败: the operator may not do it.
    NoPermission,
    /// 上传人脸失败: the picture of a face is not good enough.
    FaceImageRejected,
    /// 在文件存储中不存在该记录: there is no such file.
    FileNotFound,
    /// 考勤结果已封账，无法再修改: the result is sealed.
    ResultSealed,
    /// 无效的时间格式: a time is not valid.
    TimeInvalid,
    /// 此API只提供给飞书人事（企业版）: only for the enterprise edition of Feishu People.
    EnterpriseEditionOnly,
    /// 用户不存在: there is no such person.
    UserNotExist,
    /// 封账规则不存在: there is no such rule of sealing.
    ArchiveRuleNotExist,
    /// 考勤组信息不存在: there is no such group.
    GroupNotExist,
    /// 当前考勤规则不允许创建或修改排班表: the group has no schedule.
    GroupCannotArrange,
    /// Our address is not on the app's list.
    IpNotAllowed,
    /// The app lacks a scope.
    ScopeMissing,
    /// Another refusal of Feishu's.
    Unknown,
    /// Feishu is not set up here.
    FeishuNotConfigured,
    /// Feishu does not answer.
    FeishuUnavailable,
}

impl AttendanceErrorCode {
    /// The code of this name.
    fn named(name: &str) -> Self {
        Self::parse(Some(Value::Enum(Name::new(name)))).unwrap_or(Self::Unknown)
    }
}

/// Why a change of attendance was refused.
#[derive(Clone, Debug, SimpleObject)]
pub(in crate::graphql::api) struct AttendanceUserError {
    /// What is wrong; stable.
    code: AttendanceErrorCode,
    /// What it means, or what Feishu says where the table has nothing to say.
    message: String,
    /// The field of the input it is about. Feishu does not say.
    field: Option<String>,
    /// Feishu's code.
    feishu_code: Option<i64>,
    /// What to do about it.
    advice: Option<&'static str>,
    /// Whether the same may go well another time.
    retryable: bool,
    /// The number of this refusal on approval cards: it has none.
    legacy_code: Option<i32>,
}

impl AttendanceUserError {
    fn refused(refused: &Refused, language: Language) -> Self {
        Self {
            code: AttendanceErrorCode::named(refused.problem.kind),
            message: refused.text(language).to_owned(),
            field: None,
            feishu_code: Some(refused.code),
            advice: refused.problem.advice,
            retryable: refused.problem.retryable,
            legacy_code: None,
        }
    }

    /// Why Feishu was not asked or did not answer.
    fn unanswered(code: AttendanceErrorCode, fault: &Fault, language: Language) -> Self {
        Self {
            code,
            message: fault.text(language),
            field: None,
            feishu_code: None,
            advice: None,
            retryable: code == AttendanceErrorCode::FeishuUnavailable,
            legacy_code: None,
        }
    }
}

/// The error of a query.
pub(super) fn told(stopped: Stopped) -> Error {
    let (error, feishu_code, advice, retryable) = match stopped {
        Stopped::Refused(refused) => {
            let (code, problem) = (refused.code, refused.problem);
            (Error::new_with_source(refused), Some(code), problem.advice, problem.retryable)
        }
        Stopped::Fault(fault) if matches!(fault.code, Code::FeishuNotConfigured | Code::FeishuUnavailable) => {
            let passing = fault.code == Code::FeishuUnavailable;
            (fault.into(), None, None, passing)
        }
        Stopped::Fault(fault) => return fault.into(),
    };
    let mut error = error;
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("feishuCode", feishu_code);
    extensions.set("advice", advice);
    extensions.set("retryable", retryable);
    error
}

/// Parts refusals of a mutation, which are data, from what refuses the request as a whole.
pub(super) fn settle<T>(
    ctx: &Context<'_>,
    outcome: Result<T, Stopped>,
) -> Result<(Option<T>, Vec<AttendanceUserError>)> {
    let error = match outcome {
        Ok(value) => return Ok((Some(value), Vec::new())),
        Err(Stopped::Refused(refused)) => AttendanceUserError::refused(&refused, ctx.language()),
        Err(Stopped::Fault(fault)) => {
            let code = match fault.code {
                Code::FeishuNotConfigured => AttendanceErrorCode::FeishuNotConfigured,
                Code::FeishuUnavailable => AttendanceErrorCode::FeishuUnavailable,
                _ => return Err(fault.into()),
            };
            AttendanceUserError::unanswered(code, &fault, ctx.language())
        }
    };
    Ok((None, vec![error]))
}
