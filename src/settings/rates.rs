//! How often the public doors may be knocked at.

use serde::{Deserialize, Serialize};

use super::{Wrong, sections::between};

/// Calls a minute from one address (contract: laravel-template §1.7, feishu-app §1.1).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// Failed logins with one name.
    pub failed_logins_by_name: u32,
    /// Failed logins with any name.
    pub failed_logins: u32,
    /// QR codes asked for.
    pub qr_codes: u32,
    /// Questions whether a QR code was confirmed.
    pub qr_polls: u32,
    /// Logins with a code of WeCom.
    pub code_logins: u32,
    /// Visits of the way to WeCom's login page and back.
    pub wecom_redirects: u32,
    /// Logins with a code of Feishu.
    pub feishu_logins: u32,
    /// Ways to Feishu's login page.
    pub feishu_redirects: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            failed_logins_by_name: 10,
            failed_logins: 100,
            qr_codes: 120,
            qr_polls: 600,
            code_logins: 60,
            wecom_redirects: 60,
            feishu_logins: 60,
            feishu_redirects: 120,
        }
    }
}

/// Most calls a minute that can be set.
const MOST: u64 = 1_000_000;

impl Rates {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        for (key, calls) in [
            ("rates.failed_logins_by_name", self.failed_logins_by_name),
            ("rates.failed_logins", self.failed_logins),
            ("rates.qr_codes", self.qr_codes),
            ("rates.qr_polls", self.qr_polls),
            ("rates.code_logins", self.code_logins),
            ("rates.wecom_redirects", self.wecom_redirects),
            ("rates.feishu_logins", self.feishu_logins),
            ("rates.feishu_redirects", self.feishu_redirects),
        ] {
            between(key, calls.into(), 1, MOST)?;
        }
        Ok(())
    }
}
