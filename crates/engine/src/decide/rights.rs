//! Who may claim a provider object: by the administrator's list, and by who holds it already.
//! It must not know what is written: that follows from what may be.

use crate::ledger::GroupRef;
use crate::{ClaimRight, Input, Reason, Why};

/// An object, for a person; none is all that the group has.
pub(super) fn named(object: Option<&str>) -> String {
    object.map_or_else(
        || "the provider's object".to_owned(),
        |object| format!("the provider's object {object}"),
    )
}

/// May the group claim an object that nobody holds?
pub(super) fn may_claim(input: &Input<'_>) -> Result<(), Why> {
    match (input.right)(&input.group.namespace) {
        ClaimRight::FirstCome | ClaimRight::Listed => Ok(()),
        ClaimRight::NotListed(list) => Err(not_allowed(input, &list, "")),
        ClaimRight::Unknown(what) => Err(Why::new(
            Reason::ClaimsUnreadable,
            format!("it is not known who may claim the provider's object: {what}"),
        )),
    }
}

/// May the group take over what another holder is named for? `object` is one of several; none is all that the group has. `fences` tells
/// whether something that the holder did may still arrive.
pub(super) fn may_take_over(
    input: &Input<'_>,
    object: Option<&str>,
    holder: &GroupRef,
    fences: bool,
) -> Result<(), Why> {
    let again = holder.same_name(&input.group.reference());
    if again || !input.holder_exists {
        let claimed = may_claim(input);
        // The same group made again: the claim goes on, whatever cannot be read.
        return claimed.or_else(|why| {
            if again && why.reason == Reason::ClaimsUnreadable {
                Ok(())
            } else {
                Err(why)
            }
        });
    }
    let name = format!("{}/{}", holder.namespace, holder.name);
    let what = named(object);
    let rights = ((input.right)(&input.group.namespace), (input.right)(&holder.namespace));
    match rights {
        (ClaimRight::Listed, ClaimRight::NotListed(list)) if fences => Err(Why::new(
            Reason::ClaimAwaited,
            format!(
                "{list} gives {what} to this namespace; ProtectionGroup {name} holds it until nothing of it is in doubt"
            ),
        )),
        (ClaimRight::Listed, ClaimRight::NotListed(_)) => Ok(()),
        (ClaimRight::NotListed(list), _) => {
            Err(not_allowed(input, &list, &format!("; ProtectionGroup {name} holds it")))
        }
        // The list names this namespace; whether it names the holder too cannot be read. Nobody who is named is refused for good by that.
        (ClaimRight::Listed, ClaimRight::Unknown(what)) => Err(Why::new(
            Reason::ClaimsUnreadable,
            format!("ProtectionGroup {name} holds {what}, and it is not known who may: {what}"),
        )),
        _ => Err(Why::new(
            Reason::ProtectionObjectClaimed,
            format!("{what} is held by ProtectionGroup {name}; two groups may not command one object"),
        )),
    }
}

fn not_allowed(input: &Input<'_>, list: &str, holder: &str) -> Why {
    let namespace = &input.group.namespace;
    let message =
        format!("{list} gives the scope of the provider's object to others than namespace {namespace}{holder}");
    Why::new(Reason::ClaimNotAllowed, message)
}
