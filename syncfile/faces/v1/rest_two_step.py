"""Two-step sign-in: a code from an authenticator app after the password."""

from typing import Annotated, TypedDict

from syncfile.core import two_step
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face

_Password = Annotated[str, "Of the caller's account"]


class TwoStep(TypedDict):
    """How the caller signs in."""

    enabled: bool
    recovery_codes_left: int


class Enrolment(TypedDict):
    """What an authenticator app needs; nothing is stored yet."""

    secret: Annotated[str, "Base32"]
    uri: Annotated[str, "The same for a QR code: otpauth://totp/..."]


class RecoveryCodes(TypedDict):
    """Codes that are good once each in the place of one from the app; shown this once."""

    recovery_codes: list[str]


@face.route("GET", "/v1/account/two-step/")
def get_two_step(call: Call) -> TwoStep:
    """Tell whether the caller's account asks for a code."""
    state = two_step.get_two_step(call.core, call.actor)
    return {"enabled": state.is_on, "recovery_codes_left": state.recovery_codes_left}


@face.route("POST", "/v1/account/two-step/")
def begin_two_step(call: Call, password: _Password) -> Enrolment:
    """Make a secret for an authenticator app; PUT it back with a code to turn two-step sign-in on."""
    made = two_step.begin(call.core, call.actor, password)
    return {"secret": made.secret, "uri": made.uri}


@face.route("PUT", "/v1/account/two-step/")
def turn_on_two_step(
    call: Call,
    password: _Password,
    secret: Annotated[str, "As POST gave it"],
    code: Annotated[str, "What the app shows for it now"],
) -> RecoveryCodes:
    """Turn two-step sign-in on."""
    return {"recovery_codes": two_step.turn_on(call.core, call.actor, password, secret, code)}


@face.route("DELETE", "/v1/account/two-step/", status=204)
def turn_off_two_step(call: Call, password: _Password) -> None:
    """Turn two-step sign-in off."""
    two_step.turn_off(call.core, call.actor, password)


@face.route("DELETE", "/v1/accounts/<id>/two-step/", status=204)
def turn_off_two_step_for(call: Call, id: int) -> None:
    """Turn it off for somebody who has lost the phone and the recovery codes; for administrators."""
    two_step.turn_off_for(call.core, call.actor, id)


@face.route("POST", "/v1/account/recovery-codes/")
def renew_recovery_codes(call: Call, password: _Password) -> RecoveryCodes:
    """Make new recovery codes; the old ones are void."""
    return {"recovery_codes": two_step.renew_codes(call.core, call.actor, password)}
