//! Trying out whether the app is set up at Feishu as it must be.

use super::{Client, Failure, Patience, client::Call};

/// What Feishu said when it was tried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// To the app's id and secret.
    pub token: Result<(), Failure>,
    /// To a read of the people whom the app may see; the first failure where there is no token.
    pub contacts: Result<(), Failure>,
    /// To a read of the attendance groups; the first failure where there is no token.
    pub attendance: Result<(), Failure>,
}

impl Client {
    /// Asks for a new token, and reads a little of each kind with it. Nothing is repeated: whoever asks wants to see how it stands.
    pub async fn probe(&self) -> Probe {
        let token = self.prove().await;
        if token.is_err() {
            return Probe { contacts: token.clone(), attendance: token.clone(), token };
        }
        let page = [("page_size", "1")];
        let read = async |path| self.call(&Call::get(path, &page, Patience::Once)).await.map(drop);
        let (contacts, attendance) =
            tokio::join!(read("/open-apis/contact/v3/scopes"), read("/open-apis/attendance/v1/groups"));
        Probe { token, contacts, attendance }
    }
}
