"""IAM's actions on access keys and MFA devices (API version 2010-05-08)."""

from sandbox import model
from sandbox.answers import Refusal
from sandbox.signature import INVALID_TOKEN

KEYS_OF_A_USER = 2


def _user(service, caller, action, params):
    """Returns the user that the request is about, if the caller may do this."""
    accounts = service.accounts
    if caller.session_token and not caller.role and not caller.mfa:
        # A session without a code can call no action of IAM.
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)
    name = params.get("UserName")
    if name is None and getattr(caller, "role", None):
        raise Refusal("ValidationError", "Must specify userName when calling with non-User "
                      "credentials", 400)
    resource = f"user {name or caller.user.name}"
    reason = None
    if accounts.denies(caller.user, f"iam:{action}"):
        reason = "with an explicit deny in an identity-based policy"
    elif caller.user.name in accounts.need_mfa and not (caller.session_token and caller.mfa):
        reason = f"because no identity-based policy allows the iam:{action} action"
    if reason:
        raise Refusal("AccessDenied", f"User: {caller.arn} is not authorized to perform: "
                      f"iam:{action} on resource: {resource} {reason}")
    user = caller.user if name is None else accounts.users.get(name)
    if user is None:
        raise Refusal("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return user


def _key(user, params):
    for key in user.keys:
        if key.access_key_id == params["AccessKeyId"]:
            return key
    raise Refusal("NoSuchEntity",
                  f"The Access Key with id {params['AccessKeyId']} cannot be found.", 404)


def _page(service, params, name, items):
    """A part of a list. The marker of the next part is a text that only this server reads."""
    marker = params.get("Marker", "page 0")
    if not marker.startswith("page ") or not marker[5:].isdigit():
        raise Refusal("ValidationError", "Invalid Marker.", 400)
    start = int(marker[5:])
    end = start + min(params.get("MaxItems", 100), service.accounts.page_size)
    return {name: items[start:end], "IsTruncated": end < len(items),
            "Marker": f"page {end}" if end < len(items) else None}


def _list_mfa_devices(service, user, params):
    return _page(service, params, "MFADevices", [
        {"UserName": user.name, "SerialNumber": device.serial, "EnableDate": device.enabled}
        for device in user.devices])


def _list_access_keys(service, user, params):
    return _page(service, params, "AccessKeyMetadata", [
        {"UserName": user.name, "AccessKeyId": key.access_key_id, "Status": key.status,
         "CreateDate": key.created} for key in user.keys])


def _create_access_key(service, user, params):
    if len(user.keys) >= KEYS_OF_A_USER:
        raise Refusal("LimitExceeded",
                      f"Cannot exceed quota for AccessKeysPerUser: {KEYS_OF_A_USER}", 409)
    key = user.add_key(service.now() + service.accounts.new_keys_take)
    return {"AccessKey": {"UserName": user.name, "AccessKeyId": key.access_key_id,
                          "Status": key.status, "SecretAccessKey": key.secret_access_key,
                          "CreateDate": key.created}}


def _update_access_key(service, user, params):
    _key(user, params).status = params["Status"]


def _delete_access_key(service, user, params):
    user.delete_key(_key(user, params))


def _simulate(service, caller, params):
    """Only a user whom policy_may_simulate() names may ask. sessions_may() has what is allowed."""
    accounts, source = service.accounts, params["PolicySourceArn"]
    if caller.user.name not in accounts.may_simulate:
        raise Refusal("AccessDenied", f"User: {caller.arn} is not authorized to perform: "
                      f"iam:SimulatePrincipalPolicy on resource: {source} because no identity-based "
                      "policy allows the iam:SimulatePrincipalPolicy action")
    context = {entry["ContextKeyName"]: entry["ContextKeyValues"]
               for entry in params.get("ContextEntries", [])}
    mfa = context.get("aws:MultiFactorAuthPresent") == ["true"]
    return {"IsTruncated": False, "EvaluationResults": [{
        "EvalActionName": action, "EvalResourceName": params["ResourceArns"][0],
        "EvalDecision": "allowed" if mfa and (source, action) in accounts.sessions_may
        else "implicitDeny", "MatchedStatements": [], "MissingContextValues": []}
        for action in params["ActionNames"]]}


def simulate(service, caller, params):
    params = model.check("SimulatePrincipalPolicy", params)
    return model.write("SimulatePrincipalPolicy", _simulate(service, caller, params))


def _action(name, carry_out):
    def act(service, caller, params):
        params = model.check(name, params)
        result = carry_out(service, _user(service, caller, name, params), params)
        return model.write(name, result)
    return act


ACTIONS = {name: _action(name, carry_out) for name, carry_out in {
    "ListMFADevices": _list_mfa_devices, "ListAccessKeys": _list_access_keys,
    "CreateAccessKey": _create_access_key, "UpdateAccessKey": _update_access_key,
    "DeleteAccessKey": _delete_access_key}.items()}
ACTIONS["SimulatePrincipalPolicy"] = simulate
