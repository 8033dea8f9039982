"""IAM's actions of an administrator, as far as aws-mfa-keystore(8) uses them. Policies are kept and not
judged. One exception: the trust policy of a role says whether the role wants a code."""

import json
from dataclasses import dataclass, field

from sandbox import model
from sandbox.answers import Refusal


@dataclass
class Group:
    policies: dict = field(default_factory=dict)    # name: document
    attached: set = field(default_factory=set)      # ARNs of policies
    members: set = field(default_factory=set)       # names of users


def _known(names, kind, name):
    if name not in names:
        raise Refusal("NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404)
    return names[name]


def _new(names, kind, name):
    if name in names:
        raise Refusal("EntityAlreadyExists", f"{kind} with name {name} already exists.", 409)


def _document(params, name):
    try:
        return json.loads(params[name])
    except ValueError:
        raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.", 400) from None


def _create_policy(accounts, arn, params):
    made = f"{arn}:policy/{params['PolicyName']}"
    _new(accounts.policies, "A policy", made)
    accounts.policies[made] = _document(params, "PolicyDocument")
    return {"Policy": {"PolicyName": params["PolicyName"], "Arn": made}}


def _create_role(accounts, arn, params):
    made = f"{arn}:role/{params['RoleName']}"
    statements = _document(params, "AssumeRolePolicyDocument").get("Statement")
    if not isinstance(statements, list):
        raise Refusal("MalformedPolicyDocument", "A list of statements is all that this double reads.", 400)
    _new(accounts.roles, "Role", made)
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    role = accounts.add_role(made, params.get("MaxSessionDuration", 3600),
                             all(s.get("Condition") == condition for s in statements))
    return {"Role": {"Path": "/", "RoleName": role.name, "RoleId": role.role_id, "Arn": made,
                     "CreateDate": 0}}


def _attach_role_policy(accounts, arn, params):
    _known(accounts.policies, "policy", params["PolicyArn"])
    _known(accounts.roles, "role", f"{arn}:role/{params['RoleName']}").attached.add(params["PolicyArn"])


def _create_group(accounts, arn, params):
    name = params["GroupName"]
    _new(accounts.groups, "Group", name)
    accounts.groups[name] = Group()
    return {"Group": {"Path": "/", "GroupName": name, "GroupId": "AGPAEXAMPLE000000001",
                      "Arn": f"{arn}:group/{name}", "CreateDate": 0}}


def _put_group_policy(accounts, arn, params):
    group = _known(accounts.groups, "group", params["GroupName"])
    group.policies[params["PolicyName"]] = _document(params, "PolicyDocument")


def _attach_group_policy(accounts, arn, params):
    _known(accounts.policies, "policy", params["PolicyArn"])
    _known(accounts.groups, "group", params["GroupName"]).attached.add(params["PolicyArn"])


def _create_user(accounts, arn, params):
    _new(accounts.users, "User", params["UserName"])
    user = accounts.add_user(params["UserName"])
    user.keys.clear()
    user.devices.clear()
    return {"User": {"Path": "/", "UserName": user.name, "UserId": user.user_id, "Arn": user.arn,
                     "CreateDate": 0}}


def _add_user_to_group(accounts, arn, params):
    _known(accounts.users, "user", params["UserName"])
    _known(accounts.groups, "group", params["GroupName"]).members.add(params["UserName"])


def _action(name, carry_out):
    def act(service, caller, params):
        if caller.user.name not in service.accounts.admins:
            raise Refusal("AccessDenied", f"User: {caller.arn} is not authorized to perform: iam:{name} "
                          f"because no identity-based policy allows the iam:{name} action")
        arn = caller.user.arn.partition(":user/")[0]
        return model.write(name, carry_out(service.accounts, arn, model.check(name, params)))
    return act


ACTIONS = {name: _action(name, carry_out) for name, carry_out in {
    "CreatePolicy": _create_policy, "CreateRole": _create_role, "AttachRolePolicy": _attach_role_policy,
    "CreateGroup": _create_group, "PutGroupPolicy": _put_group_policy,
    "AttachGroupPolicy": _attach_group_policy, "CreateUser": _create_user,
    "AddUserToGroup": _add_user_to_group}.items()}
