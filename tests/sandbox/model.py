"""IAM's service model, as botocore has it. It checks requests and shapes answers, so this project
does not judge by itself what IAM takes and sends."""

import functools
import re
import time

from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from sandbox.answers import Refusal


@functools.lru_cache(None)
def _model():
    return ServiceModel(create_loader().load_service_model("iam", "service-2"), "iam")


def _nested(shape, params):
    """The value of a list or structure from {rest of the name: value}: the AWS query protocol."""
    if "" in params:
        return params[""]
    groups = {}
    for name, value in params.items():
        first, _, rest = name.partition(".")
        groups.setdefault(first, {})[rest] = value
    if shape.type_name == "list":
        if groups.keys() != {"member"}:
            raise Refusal("MalformedInput", f"a list with {sorted(groups)}", 400)
        numbers = {}
        for name, value in groups["member"].items():
            number, _, rest = name.partition(".")
            numbers.setdefault(int(number), {})[rest] = value
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            raise Refusal("MalformedInput", f"a list with the members {sorted(numbers)}", 400)
        return [_nested(shape.member, numbers[number]) for number in sorted(numbers)]
    unknown = groups.keys() - shape.members.keys()
    if unknown:
        raise Refusal("ValidationError", f"no parameter {sorted(unknown)}", 400)
    return {name: _nested(shape.members[name], rest) for name, rest in groups.items()}


def check(action, params):
    """Returns the parameters with the types of the model, or raises Refusal."""
    shape = _model().operation_model(action).input_shape
    typed, faults = {}, []
    plain = {name: value for name, value in params.items() if "." not in name}
    for name in {name.partition(".")[0] for name in params if "." in name}:
        if name not in shape.members:
            raise Refusal("ValidationError", f"{action} has no parameter {name}", 400)
        typed[name] = _nested(shape.members[name], {
            key[len(name) + 1:]: value for key, value in params.items() if key.startswith(name + ".")})
    for name, value in plain.items():
        if name in ("Action", "Version"):
            continue
        member = shape.members.get(name)
        if member is None:
            raise Refusal("ValidationError", f"{action} has no parameter {name}", 400)
        typed[name] = int(value) if member.type_name == "integer" else value
        allowed, pattern = member.metadata.get("enum"), member.metadata.get("pattern")
        constraint = None
        if allowed and value not in allowed:
            constraint = f"satisfy enum value set: [{', '.join(allowed)}]"
        elif len(value) > member.metadata.get("max", 1 << 20) and member.type_name == "string":
            constraint = f"have length less than or equal to {member.metadata['max']}"
        elif pattern and not re.fullmatch(pattern, value):
            constraint = f"satisfy regular expression pattern: {pattern}"
        if constraint:
            faults.append(f"Value '{value}' at '{name[0].lower()}{name[1:]}' failed to satisfy "
                          f"constraint: Member must {constraint}")
    report = ParamValidator().validate(typed, shape)
    if report.has_errors():
        faults.append(report.generate_report())
    if faults:
        raise Refusal("ValidationError", f"{len(faults)} validation error"
                      f"{'s' if len(faults) > 1 else ''} detected: {'; '.join(faults)}", 400)
    return typed


def write(action, result):
    """Returns the trees of the result: of a dictionary with the members of the model."""
    shape = _model().operation_model(action).output_shape
    return None if shape is None else _write("", shape, result)[1]


def _write(name, shape, value):
    if shape.type_name == "structure":
        unknown = value.keys() - shape.members.keys()
        missing = set(shape.required_members) - value.keys()
        if unknown or missing:
            raise ValueError(f"{shape.name}: unknown {unknown}, missing {missing}")
        return name, [_write(key, member, value[key]) for key, member in shape.members.items()
                      if value.get(key) is not None]
    if shape.type_name == "list":
        return name, [_write("member", shape.member, item) for item in value]
    if shape.type_name == "timestamp":
        return name, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value))
    if shape.type_name == "boolean":
        return name, "true" if value else "false"
    return name, value
