//! Binding oneself to a person of Feishu by name and phone number, and unbinding (contract: feishu-app §1.3).

use super::{
    act::printable,
    binding::{self, Named},
    connected, phone, tenant, told,
};
use crate::{
    domain::{Code, Context, Fault, Outcome, text, transact},
    feishu::{Failure, Meaning, Patience},
};

/// Most characters of a name and of a number.
const LONGEST: usize = 4096;

/// Who the actor says they are at Feishu; nobody, when both are empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Bind {
    /// The name there.
    pub name: String,
    /// The phone number there.
    pub phone: String,
}

impl std::fmt::Debug for Bind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Bind(…)")
    }
}

/// Binds the actor's account to the person of Feishu whose name and number these are, or unbinds it. For oneself only. Feishu is asked
/// before anything is written, and who was bound meanwhile is seen by the second look.
pub async fn bind(ctx: &Context, input: &Bind) -> Outcome<()> {
    let me = ctx.person()?.id;
    text::bounded("name", &input.name, LONGEST)?;
    text::bounded("phone", &input.phone, LONGEST)?;
    if input.name.is_empty() && input.phone.is_empty() {
        return transact!(ctx, |tx| binding::unbind(&tx, me));
    }
    let (name, number) = (input.name.trim(), phone::normalised(&input.phone));
    free(ctx.db().read(), name, &number).await?;
    if name.is_empty() || number.is_empty() {
        return Err(Code::FeishuMismatch.into());
    }
    let named = &found(ctx, name, &number).await?;
    transact!(ctx, |tx| async {
        free(&tx, name, &number).await?;
        let tenant = tenant(&ctx.app, &tx).await?.unwrap_or_default();
        binding::bind(&tx, me, &Named { tenant, ..named.clone() }).await.map(drop)
    })
}

/// Passes while no account, the actor's own included, is bound under this name or this number.
async fn free(db: &impl sea_orm::ConnectionTrait, name: &str, number: &str) -> Outcome<()> {
    if !name.is_empty() && binding::is_bound_as(db, name).await? {
        return Err(Code::FeishuNameTaken.on("name"));
    }
    if !number.is_empty() && binding::is_bound_by(db, number).await? {
        return Err(Code::FeishuPhoneTaken.on("phone"));
    }
    Ok(())
}

/// The person who has this number and is called so.
async fn found(ctx: &Context, name: &str, number: &str) -> Outcome<Named> {
    let client = connected(&ctx.app)?;
    let open_id = client.open_id_of_mobile(number).await.map_err(|failure| refused(&failure))?;
    let open_id = open_id.ok_or(Code::FeishuMismatch)?;
    let person = client.person(&open_id, Patience::Person).await.map_err(|failure| refused(&failure))?;
    if person.name.as_deref() != Some(name) {
        return Err(Code::FeishuMismatch.into());
    }
    Ok(Named {
        open_id: Some(printable(person.open_id.unwrap_or(open_id))),
        union_id: person.union_id.map(printable),
        user_id: person.user_id.map(printable),
        name: Some(name.to_owned()),
        phone: Some(number.to_owned()),
        tenant: String::new(),
    })
}

fn refused(failure: &Failure) -> Fault {
    match failure.meaning() {
        Meaning::Person => Code::FeishuMismatch.into(),
        _ => told(failure).into(),
    }
}
